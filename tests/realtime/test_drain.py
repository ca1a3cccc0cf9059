"""A server that goes: nobody is cut off without a word, and not everybody in one instant."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.realtime.conftest import Own
from tests.support.fixtures import Servers
from tests.support.sockets import FrameSocket

DRAIN_SECONDS = 4.0


def _end_of(socket: FrameSocket) -> tuple[int, float]:
    return socket.expect_close(), time.monotonic()


@pytest.mark.slow
def test_sockets_that_stay_are_closed_one_after_the_other_over_the_window(
    hubbub_server: Servers, own: Own
) -> None:
    server = hubbub_server(env={"HUBBUB_LIMITS": f"drain_ms={int(DRAIN_SECONDS * 1000)}"})
    ada = server.client("ada")
    room = ada.make_room(own("general"))
    simple = [server.room_socket(ada, room["name"]) for _ in range(12)]
    told = [server.session_socket(ada) for _ in range(4)]
    for each in simple:
        each.expect("message_history")
    for socket in told:
        socket.hello()

    server.terminate_soon()
    with ThreadPoolExecutor(16) as pool:
        ends = list(pool.map(_end_of, [*simple, *told]))

    assert server.wait() == 0
    assert {code for code, _ in ends} == {1012}
    for socket in told:
        assert socket.expect("drain")["within_ms"] < DRAIN_SECONDS * 1000
    first, last = min(at for _, at in ends[:12]), max(at for _, at in ends[:12])
    assert last - first > DRAIN_SECONDS / 4
    assert (
        min(at for _, at in ends[12:]) > first + DRAIN_SECONDS / 4
    )  # whoever was told has time to go by themselves
