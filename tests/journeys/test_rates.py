"""The rate of operations is one's own, however many processes one speaks to and by whatever door."""

import time
from dataclasses import replace

import pytest

from hubbub.defaults import DEFAULT_RATES
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, accepted
from tests.support.sockets import Frame, SessionSocket

RATE = DEFAULT_RATES["ops"]
TRIES = 100  # by each socket


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("with_redis", [True, False])
def test_the_rate_is_the_same_with_more_processes_and_without_redis(
    hubbub_server: Servers, processes: int, with_redis: bool
) -> None:
    place = hubbub_server.place(store="postgres")
    place = place if with_redis else replace(place, redis_url=None)
    nodes = [hubbub_server(place=place) for _ in range(processes)]
    room = nodes[0].client("ada").make_room("general")
    token = nodes[0].token("ada")
    sockets = [node.session_socket(token) for node in nodes for _ in range(4 // processes)]
    for socket in sockets:
        socket.hello()

    began = time.monotonic()
    ids = [(socket, f"{number}-{which}") for number in range(TRIES) for which, socket in enumerate(sockets)]
    asked = [
        (socket, socket.post_op("send", room["id"], body="fast", client_id=client_id), client_id)
        for socket, client_id in ids
    ]
    answers = [socket.answer(ref) for socket, ref, _ in asked]
    seconds = time.monotonic() - began

    acked = [answer for answer in answers if answer["type"] == "ack"]
    limited = [answer for answer in answers if answer["type"] == "err"]
    assert {answer["code"] for answer in limited} == {"rate_limited"}
    assert all(answer["retry_after_ms"] > 0 for answer in limited)
    assert RATE.burst - 1 <= len(acked) <= RATE.burst + RATE.per_second * seconds + 1
    said = [event for event in nodes[0].client("ada").log_of(room["id"]) if event["type"] == "message"]
    assert len(said) == len(acked)
    _a_refused_one_is_done_later(nodes[-1].client("ada"), room["id"], _id_of(asked, limited[-1]))


def _id_of(asked: list[tuple[SessionSocket, str, str]], refusal: Frame) -> str:
    return next(client_id for _, ref, client_id in asked if ref == refusal["ref"])


def _a_refused_one_is_done_later(ada: HttpClient, room_id: str, client_id: str) -> None:
    """By the other door too, and at another process: its id is as good as new."""
    deadline = time.monotonic() + 30
    while (again := ada.operate(room_id, "send", client_id, body="fast")).status_code == 429:
        assert time.monotonic() < deadline
    assert accepted(again)["duplicate"] is False
