"""Small fixtures of the fault tests: two nodes of one store with a room, and a patience for a machine that is busy."""

from dataclasses import dataclass

import pytest

from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import SessionSocket

UNHURRIED = {"HUBBUB_RATES": "off"}


@dataclass
class Two:
    """Ada at the first node, Ben at the second, and a room with both."""

    one: HubbubServer
    two: HubbubServer
    ada: HttpClient
    ben: HttpClient
    room: Json

    def greeted(self, node: HubbubServer, who: HttpClient) -> SessionSocket:
        socket = node.session_socket(who)
        socket.hello()
        return socket


@pytest.fixture
def two_nodes(hubbub_server: Servers) -> Two:
    one = hubbub_server(store="postgres", env=UNHURRIED)
    return two_nodes_at(one, hubbub_server(place=one.place, env=UNHURRIED))


def two_nodes_at(one: HubbubServer, two: HubbubServer) -> Two:
    ada, ben = one.client("ada"), two.client("ben")
    room = ada.make_room("plans", "private")
    ada.post(f"/api/v1/rooms/{room['id']}/members", {"username": "ben"})
    return Two(one, two, ada, ben, room)
