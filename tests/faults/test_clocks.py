"""Wall clocks that jump while nodes run: no order, repeat or resume depends on them, and sign-ins stay sensible."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json, accepted, refused
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import SessionSocket
from tests.support.stepped_clock import SteppedClock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
HOUR, YEARS = timedelta(hours=1), timedelta(days=3_653)
STEPS = (timedelta(), HOUR, -HOUR, YEARS, -YEARS, timedelta())
NEARLY = timedelta(minutes=10)
LOCKED_OUT_AT_MOST = timedelta(minutes=10)
ON_EACH_STORE = pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])]
)


@dataclass
class Clocked:
    """A node whose wall clock is stepped, and one of the same store whose clock is right; on SQLite there is one."""

    wrong: HubbubServer
    right: HubbubServer
    clock: SteppedClock


@pytest.fixture
def clocked(hubbub_server: Servers, tmp_path: Path, store: str) -> Clocked:
    clock = SteppedClock(tmp_path / "clock")
    wrong = hubbub_server(store=store, env=UNHURRIED, start=False)
    wrong.keep_time_by(clock)
    wrong.start()
    if store == "sqlite":
        return Clocked(wrong, wrong, clock)
    return Clocked(wrong, hubbub_server(place=wrong.place, env=UNHURRIED), clock)


class Resuming:
    """A client that comes back for every look, and has to be told what it missed."""

    def __init__(self, server: HubbubServer, token: str, room_id: str) -> None:
        self._server, self._token, self._room_id = server, token, room_id
        self.events: list[Json] = []
        self._epoch = server.session_socket(token).hello()["epoch"]

    def look(self) -> None:
        seq = self.events[-1]["seq"] if self.events else 0
        socket = self._server.session_socket(self._token)
        socket.hello(resume={"epoch": self._epoch, "rooms": {self._room_id: seq}})
        socket.expect("synced", 20, room=self._room_id)
        self.events += socket.events_of(self._room_id)
        socket.close()


def said_at(event: Json) -> datetime:
    return datetime.fromisoformat(event["at"])


def greeted(server: HubbubServer, token: str) -> SessionSocket:
    socket = server.session_socket(token)
    socket.hello()
    return socket


def waits(answer: httpx2.Response) -> int:
    return int(refused(answer, 429, "rate_limited")["retry_after_ms"])


@ON_EACH_STORE
def test_wall_clocks_that_jump_by_years_decide_no_order_no_repeat_and_no_resume(clocked: Clocked) -> None:
    tokens = {name: clocked.wrong.token(name) for name in ("ada", "ben")}
    ada = HttpClient(clocked.right.base_url, token=tokens["ada"])
    room_id = ada.make_room("general")["id"]
    accepted(ada.post(f"/api/v1/rooms/{room_id}/members", {"username": "ben"}))
    here, there = greeted(clocked.wrong, tokens["ada"]), greeted(clocked.right, tokens["ben"])
    away = Resuming(clocked.wrong, tokens["ben"], room_id)
    acks: list[Json] = []
    for number, step in enumerate(STEPS):
        clocked.clock.step(step.total_seconds())
        acks.append(here.say(room_id, f"here {number}", client_id=f"here-{number}"))
        acks.append(there.say(room_id, f"there {number}", client_id=f"there-{number}"))
        accepted(ada.operate(room_id, "react", f"react-{number}", target=acks[0]["id"], emoji="👍"))
        accepted(ada.operate(room_id, "unreact", f"unreact-{number}", target=acks[0]["id"], emoji="👍"))
        for earlier in range(number + 1):
            again = here.say(room_id, f"here {earlier}", client_id=f"here-{earlier}")
            assert (again["duplicate"], again["seq"]) == (True, acks[2 * earlier]["seq"])
        away.look()

    log = ada.log_of(room_id)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert away.events == log
    for socket in (here, there):
        socket.settle()
        told = socket.events_of(room_id)
        assert told == log[-len(told) :]
    messages = [event for event in log if event["type"] == "message"]
    assert (
        [event["seq"] for event in messages]
        == [ack["seq"] for ack in acks]
        == sorted(ack["seq"] for ack in acks)
    )
    page = accepted(ada.get(f"/api/v1/rooms/{room_id}/messages"))["messages"]
    assert [message["id"] for message in page] == [ack["id"] for ack in acks]
    assert next(one for one in accepted(ada.get("/api/v1/rooms"))["rooms"] if one["id"] == room_id)[
        "unread"
    ] == len(STEPS)
    # The clock was wrong indeed, and shows in nothing but the times.
    for event, step in zip(messages[::2], STEPS, strict=True):
        assert abs(said_at(event) - datetime.now(UTC) - step) < NEARLY
    ada.close()


@ON_EACH_STORE
def test_a_clock_that_jumps_by_an_hour_ends_no_sign_in_and_keeps_nobody_out(clocked: Clocked) -> None:
    ada = clocked.wrong.client("ada")
    socket = clocked.wrong.session_socket(ada)
    socket.hello()
    for step in (HOUR, -HOUR, timedelta()):
        clocked.clock.step(step.total_seconds())
        assert accepted(ada.get("/api/v1/session"))["user"]["username"] == "ada"
        assert clocked.right.client("ben").username == "ben"
        assert clocked.wrong.client("ben").username == "ben"
        socket.settle()

    clocked.clock.step(HOUR.total_seconds())
    guessing = {"username": "cleo", "password": "not hers"}
    visitor = clocked.wrong.client()
    while visitor.post("/api/v1/session", guessing).status_code == 401:
        pass
    clocked.clock.step(0)
    answer = visitor.post("/api/v1/session", guessing)
    assert answer.status_code == 401 or timedelta(milliseconds=waits(answer)) <= LOCKED_OUT_AT_MOST
