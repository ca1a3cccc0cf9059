"""Two nodes whose Redis fails in silence: what it lost is delivered all the same, and soon it is trusted again."""

import pytest

from tests.realtime.conftest import Own
from tests.support.fixtures import Servers
from tests.support.redis import RedisServer
from tests.support.sockets import SessionSocket
from tests.support.waiting import wait_until


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["subscriptions are cut", "everything is forgotten", "it hangs"])
def test_a_redis_that_fails_in_silence_keeps_nobody_waiting(
    hubbub_server: Servers, redis: RedisServer, own: Own, fault: str
) -> None:
    here = hubbub_server(store="postgres")
    there = hubbub_server(place=here.place)
    ada = here.client("ada")
    room = ada.make_room(own("general"))
    socket: SessionSocket = there.session_socket(there.client("ada"))
    socket.hello()
    ada.say(room["id"], "before")
    assert socket.expect_event("message", room["id"])["body"] == "before"  # the premise

    if fault == "subscriptions are cut":
        redis.ask("CLIENT KILL TYPE pubsub")
    elif fault == "everything is forgotten":
        redis.forget_everything()
    else:
        redis.pause()
    for number in range(3):
        ada.say(room["id"], f"during {number}")

    for number in range(3):
        assert socket.expect_event("message", room["id"], timeout=10)["body"] == f"during {number}"
    if fault == "it hangs":
        wait_until("it is not trusted any more", lambda: "cannot be reached" in there.log, timeout=15)
        redis.resume()
        wait_until("it is trusted again", lambda: "is back" in there.log, timeout=20)
    ada.say(room["id"], "after")
    assert socket.expect_event("message", room["id"], timeout=10)["body"] == "after"
