"""How often storing a message waits for an answer of PostgreSQL: each time is a way there and back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hubbub.events.settling import run_together
from hubbub.events.waiting import Command
from hubbub.lib.refusals import Refused
from hubbub.messages.actions import perform
from hubbub.messages.operations import Answer, Send
from hubbub.messages.requests import Request
from hubbub.people.access import caller_of_token
from hubbub.rooms.models import Room
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

READY = "ReadyForQuery"  # what PostgreSQL says when it has answered all that it was asked
BEGIN_HOLD_READ_WRITE_COMMIT = 5


@pytest.fixture
def room() -> Room:
    if connection.vendor != "postgresql":
        pytest.skip("a file is not far away")
    made = cast.room("ben")
    cast.add(made, "ben", "cleo")
    return made


def exchanges(log: Path, act: Callable[[], object]) -> int:
    driver: Any = connection.connection.pgconn
    with log.open("wb") as written:
        driver.trace(written.fileno())
        act()
        driver.untrace()
    return log.read_text().count(READY)


def test_a_message_takes_five_exchanges_however_many_share_its_commit(room: Room, tmp_path: Path) -> None:
    caller = caller_of_token(f"Bearer {cast.token('ben')}")

    def store(*client_ids: str) -> None:
        sends = [Request(caller, room.pk, Send(each, each)) for each in client_ids]
        run_together([Command(perform, send, (room.pk,), 1, told.append) for send in sends])

    told: list[Answer | Refused] = []
    store("first")
    assert exchanges(tmp_path / "one", lambda: store("alone")) == BEGIN_HOLD_READ_WRITE_COMMIT
    assert exchanges(tmp_path / "many", lambda: store("one", "two", "three")) == BEGIN_HOLD_READ_WRITE_COMMIT
    assert [answer.client_id for answer in told if isinstance(answer, Answer)] == [
        *("first", "alone", "one", "two", "three")
    ]
