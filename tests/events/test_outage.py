"""A store that cannot be written: everybody is told at once, nothing is half done, and it goes on by itself."""

from collections.abc import Sequence

import pytest
from django.db import connection

from hubbub.events import journal
from hubbub.lib.refusals import Unavailable
from hubbub.messages.actions import perform
from hubbub.messages.models import Message
from hubbub.messages.operations import Send
from hubbub.messages.requests import Request
from hubbub.ops.consistency import findings
from hubbub.rooms.models import Room
from tests import cast
from tests.events.journal_calls import error_of, held_lane

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = 100


PRAGMAS = {
    "the disk is full": "PRAGMA max_page_count = 1",  # SQLite makes it as many as there are
    "the file is read-only": "PRAGMA query_only = ON",
}


@pytest.fixture
def room() -> Room:
    if connection.vendor != "sqlite":
        pytest.skip("a server's disk is the server's; what its errors mean is the same")
    return cast.room("ben")


def spoil(calls: Sequence[str]) -> Sequence[None]:
    """From here on the connection of the lane is one to a store that cannot be written."""
    for pragma in calls:
        connection.connection.execute(pragma)
    return [None for _ in calls]


@pytest.mark.parametrize("pragma", PRAGMAS.values(), ids=PRAGMAS.keys())
def test_all_are_told_at_once_and_the_next_batch_goes_on(room: Room, pragma: str) -> None:
    ben = cast.actor("ben")

    with held_lane(room):
        spoiled = journal.submit(spoil, pragma)
        requests = [Request(ben, room.pk, Send(f"c{number}", "long " * 900)) for number in range(CALLS)]
        futures = [journal.submit(perform, request, streams=(room.pk,)) for request in requests]

    errors = [error_of(spoiled), *(error_of(future) for future in futures)]
    assert all(isinstance(error, Unavailable) and error.retry_after_ms for error in errors)
    assert not Message.objects.exists()
    assert not cast.say(room, "ben", "long " * 900, client_id="c0").duplicate
    assert list(findings()) == []
