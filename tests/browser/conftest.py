"""Rooms with a past, filled once for each file of tests, one for each test; or a server with one empty room."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json
from tests.support.hubbub_process import HubbubServer, Place, copy_of, run_hubbub

LENGTH = 330
ROOMS = 20
# Straight into the store, in few transactions: over the network it would take minutes.
TELL = """
from django.db import transaction
from hubbub.messages.actions import perform
from hubbub.messages.operations import Send
from hubbub.messages.requests import Request
from hubbub.people.access import actor_of
from hubbub.people.models import Person
from hubbub.rooms.actions import CreateRoom, RoomAndActor, create_room, join
ada, ben = [actor_of(Person.objects.get(username=name)) for name in ("ada", "ben")]
for number in range({rooms}):
    with transaction.atomic():
        room = create_room(CreateRoom(ada, f"room-{{number}}"))
        join(RoomAndActor(ben, room.pk))
        told = perform([Request(ada, room.pk, Send("", f"message {{count}}")) for count in range({length})])
        assert not [one for one in told if isinstance(one, Exception)]
"""


@dataclass
class Past:
    """A room of Ada's that Ben is in too, with messages of hers: "message 0", "message 1", …"""

    server: HubbubServer
    name: str
    id: str
    ada: HttpClient
    ben: HttpClient

    @property
    def path(self) -> str:
        return f"/chat/{self.name}/"

    @property
    def url(self) -> str:
        return self.server.base_url + self.path

    def unread_after(self, text: str) -> None:
        """Ben has read this message and none after it."""
        self.ben.put(f"/api/v1/rooms/{self.id}/read", {"seq": self.seq_of(text), "unread": True})

    def seq_of(self, text: str) -> int:
        return int(self.event_of(text)["seq"])

    def id_of(self, text: str) -> str:
        return str(self.event_of(text)["id"])

    def event_of(self, text: str) -> Json:
        return next(event for event in self.ada.log_of(self.id) if event.get("body") == text)


@pytest.fixture(scope="session")
def told_data(filled_data: Callable[[bool], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = copy_of(filled_data(True), tmp_path_factory.mktemp("told") / "data")
    run_hubbub(Place(data), "shell", "-c", TELL.format(rooms=ROOMS, length=LENGTH))
    return data


@pytest.fixture(scope="module")
def past_server(
    request: pytest.FixtureRequest, told_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HubbubServer]:
    folder = tmp_path_factory.mktemp("past")
    servers = Servers(request, folder)
    server = servers(place=Place(copy_of(told_data, folder / "data")), env={"HUBBUB_RATES": "off"})
    server.names = iter(f"room-{number}" for number in range(ROOMS))  # type: ignore[attr-defined]
    yield server
    servers.close()


@pytest.fixture
def past(past_server: HubbubServer) -> Past:
    """A room that no other test of this file has touched, and that both have read to its end."""
    name: str = next(past_server.names)  # type: ignore[attr-defined]
    ada, ben = past_server.client("ada"), past_server.client("ben")
    room = ada.room_named(name)
    ben.put(f"/api/v1/rooms/{room['id']}/read", {"seq": room["head"]})
    return Past(past_server, name, room["id"], ada, ben)


@pytest.fixture
def server(hubbub_server: Servers) -> HubbubServer:
    return hubbub_server(env={"HUBBUB_RATES": "off"})


@pytest.fixture
def ada(server: HubbubServer) -> HttpClient:
    return server.client("ada")


@pytest.fixture
def room(ada: HttpClient) -> str:
    return str(ada.make_room("general")["id"])
