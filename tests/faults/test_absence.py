"""Clients that were away for however many events."""

from datetime import datetime, timedelta

import pytest

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import SessionSocket

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
MISSED = (0, 1, 7, 300, 1_000, 1_999, 2_000, 2_001)
WEEK = timedelta(days=7)


def said_at(event: Json) -> datetime:
    return datetime.fromisoformat(event["at"])


def resumed(server: HubbubServer, who: HttpClient, epoch: str, room: Json, seq: int) -> SessionSocket:
    socket = server.session_socket(who)
    socket.hello(resume={"epoch": epoch, "rooms": {room["id"]: seq}})
    return socket


@pytest.mark.parametrize(
    ("store", "most"),
    [("sqlite", 100_000), pytest.param("postgres", 20_000, marks=[pytest.mark.postgres, pytest.mark.redis])],
)
def test_whoever_missed_any_number_of_events_in_any_time_gets_all_of_them_or_a_reset(
    hubbub_server: Servers, store: str, most: int
) -> None:
    server = hubbub_server(store=store, env=UNHURRIED)
    server.command("seed", "--messages", str(most + 10), "--rooms", "1")
    ada = server.client("ada")
    room = next(one for one in accepted(ada.get("/api/v1/rooms"))["rooms"] if one["head"] > most)
    ada.join(room["id"])
    first = server.session_socket(ada)
    ready = first.hello()
    limit = ready["limits"]["replay_events"]
    head = next(one["head"] for one in ready["rooms"] if one["id"] == room["id"])
    log = ada.log_of(room["id"], head - most)
    assert said_at(log[-1]) - said_at(log[0]) > WEEK, "nobody was away for long"
    server.restart()

    for missed in (*MISSED, most):
        socket = resumed(server, ada, ready["epoch"], room, head - missed)
        if missed > limit:
            reset = socket.expect("reset", room=room["id"])
            assert (reset["reason"], reset["head"]) == ("too_many", head)
            assert socket.events_of(room["id"]) == []
            page = accepted(ada.get(f"/api/v1/rooms/{room['id']}/messages", limit=50))
            assert page["seq"] >= reset["head"]
        else:
            assert socket.expect("synced", 20, room=room["id"])["head"] == head
            assert socket.events_of(room["id"]) == [event for event in log if event["seq"] > head - missed]
        socket.close()

    server.extra["HUBBUB_LIMITS"] = f"replay_events={most}"
    server.restart()
    socket = resumed(server, ada, ready["epoch"], room, head - most)
    assert socket.expect("synced", 60, room=room["id"])["head"] == head
    assert socket.events_of(room["id"]) == log
