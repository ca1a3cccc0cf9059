"""How long the refusal of a hidden room takes, beside that of an absent one: a stranger learns nothing by it."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import pytest

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import SessionSocket

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
WARMING, ROUNDS = 10, 100
# By chance alone the median of so many differences is beyond four standard errors once in sixteen thousand tests.
STANDARD_ERRORS = 4.0
# What a row more or less that is read may cost. A statement more costs a tenth of an answer.
LEAST = 0.03
HIDDEN, ABSENT = "the hidden room", "a missing room."
UNAUTHENTICATED = 4401

Question = Callable[[str, str], None]  # about a room by its id and by its name


@dataclass(frozen=True)
class Compared:
    """Answers about the hidden room and the absent one, asked in turn, now the one first and now the other."""

    usual: float  # seconds that an answer takes
    difference: float
    error: float

    @property
    def tells(self) -> bool:
        return abs(self.difference) > STANDARD_ERRORS * self.error + LEAST * self.usual


def judged(pairs: Sequence[tuple[float, float]]) -> Compared:
    differences = [one - other for one, other in pairs]
    middle = median(differences)
    # Of the median of a sample, with the deviation taken so that a pause of the machine does not count.
    deviation = 1.4826 * median(abs(one - middle) for one in differences)
    error = 1.2533 * deviation / len(differences) ** 0.5
    return Compared(median(other for _, other in pairs), middle, error)


def measured(question: Question, hidden: str, absent: str) -> list[tuple[float, float]]:
    def took(*room: str) -> float:
        begun = time.perf_counter()
        question(*room)
        return time.perf_counter() - begun

    pairs = []
    for number in range(WARMING + ROUNDS):
        if number % 2:
            one = took(hidden, HIDDEN)
            pairs.append((one, took(absent, ABSENT)))
        else:
            other = took(absent, ABSENT)
            pairs.append((took(hidden, HIDDEN), other))
    return pairs[WARMING:]


def questions(server: HubbubServer, cleo: HttpClient, socket: SessionSocket) -> dict[str, Question]:
    def reads(path: str) -> Question:
        def ask(room: str, _: str) -> None:
            assert cleo.get(f"/api/v1/rooms/{room}{path}").status_code == 404

        return ask

    def says(room: str, _: str) -> None:
        assert cleo.operate(room, "send", body="let me in").status_code == 404

    def joins(room: str, _: str) -> None:
        assert cleo.post(f"/api/v1/rooms/{room}/join").status_code == 404

    def follows(room: str, _: str) -> None:
        socket.send({"type": "sub", "room": room, "ref": "s"})
        assert socket.expect("err", ref="s")["code"] == "not_found"

    def says_by_socket(room: str, _: str) -> None:
        assert socket.operate("send", room, body="let me in")["code"] == "not_found"

    def opens(_: str, name: str) -> None:
        assert server.room_socket(None, name).expect_close() == UNAUTHENTICATED

    def looks(_: str, name: str) -> None:
        assert cleo.get(f"/chat/{name}/").status_code == 200

    return {
        "room": reads(""),
        "events": reads("/events"),
        "messages": reads("/messages"),
        "members": reads("/members"),
        "send": says,
        "join": joins,
        "sub by socket": follows,
        "send by socket": says_by_socket,
        "room socket": opens,
        "page": looks,
    }


@pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])]
)
def test_how_long_a_refusal_takes_does_not_tell_a_hidden_room_from_an_absent_one(
    hubbub_server: Servers, store: str
) -> None:
    server = hubbub_server(store=store, env=UNHURRIED)
    ada, cleo = server.client("ada"), server.client("cleo")
    hidden = str(ada.make_room(HIDDEN, "private")["id"])
    for number in range(50):
        ada.say(hidden, f"secret {number}")
    absent = "r9"
    assert len(absent) == len(hidden)
    socket = server.session_socket(cleo)
    socket.hello()

    ways = questions(server, cleo, socket)
    found = {name: judged(measured(ask, hidden, absent)) for name, ask in ways.items()}

    assert not [name for name, one in found.items() if one.tells], found


@pytest.mark.parametrize(("longer", "tells"), [(0.0, False), (1 / 12, True)])
def test_a_statement_more_would_be_noticed_and_noise_is_not(longer: float, tells: bool) -> None:
    dice = random.Random(1)

    def answer() -> float:
        return 0.002 * (1 + dice.expovariate(15))  # never less than it takes, now and then much more

    pairs = [(answer() + longer * 0.002, answer()) for _ in range(ROUNDS)]

    assert judged(pairs).tells is tells
