"""How fast one person may act: the buckets that all processes share, on PostgreSQL; memory alone on SQLite."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings

from hubbub.defaults import DEFAULT_RATES
from hubbub.events import journal
from hubbub.lib import clock
from hubbub.lib.refusals import RateLimited
from hubbub.messages.actions import perform
from hubbub.messages.operations import Answer, Send
from hubbub.messages.requests import Request
from hubbub.people import rates
from hubbub.people.access import Caller, TokenCredential, caller_of_token
from hubbub.people.models import RateBucket
from tests import cast

pytestmark = pytest.mark.django_db

BURST = DEFAULT_RATES["ops"].burst


@pytest.fixture
def shared() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one process: its memory is the truth")


def caller(username: str) -> Caller:
    return caller_of_token(f"Bearer {cast.token(username)}")


def emptied_long_ago(seconds: float) -> None:
    RateBucket.objects.update(tokens=0, at=clock.now() - timedelta(seconds=seconds))


def test_one_process_refuses_by_its_memory() -> None:
    stranger = 10**12
    for _ in range(BURST):
        rates.take("ops", stranger)

    with pytest.raises(RateLimited) as refused:
        rates.take("ops", stranger)

    assert 0 < (refused.value.retry_after_ms or 0) <= 1_000 / DEFAULT_RATES["ops"].per_second + 1


def test_nothing_is_shared_on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite")

    assert rates.spend("ops", {1: 1_000})() == {}


@pytest.mark.usefixtures("shared")
def test_a_new_bucket_holds_the_burst_and_no_more() -> None:
    left = rates.spend("ops", {1: 10, 2: BURST + 15})()

    assert (left[1].granted, left[2].granted) == (10, BURST)
    again = rates.spend("ops", {1: BURST, 2: 1})()
    assert BURST - 10 <= again[1].granted <= BURST - 9  # a little time went by
    assert again[2].granted in (0, 1)
    assert (left[2].refusal.retry_after_ms or 0) > 0


@pytest.mark.usefixtures("shared")
def test_a_bucket_fills_with_time_up_to_the_burst() -> None:
    rates.spend("ops", {1: BURST})()

    emptied_long_ago(1)
    assert 20 <= rates.spend("ops", {1: BURST})()[1].granted < 30
    emptied_long_ago(3_600)
    assert rates.spend("ops", {1: 2 * BURST})()[1].granted == BURST


@pytest.mark.usefixtures("shared")
def test_a_clock_that_steps_back_takes_nothing_away() -> None:
    rates.spend("ops", {1: 10})()
    RateBucket.objects.update(at=clock.now() + timedelta(hours=1))

    assert rates.spend("ops", {1: BURST})()[1].granted == BURST - 10


@pytest.mark.usefixtures("shared")
def test_of_a_batch_the_first_pass_and_a_refused_id_is_free_again() -> None:
    room = cast.room("ben")
    ben, cleo = caller("ben"), caller("cleo")
    rates.spend("ops", {ben.person_id: BURST - 5})()
    requests = [
        Request(by, room.pk, Send(f"{by.username}{number}", "words"))
        for number in range(10)
        for by in (ben, cleo)
    ]

    outcomes = journal.run(lambda calls: [perform(calls[0])], requests)

    of_ben, of_cleo = outcomes[::2], outcomes[1::2]
    assert all(isinstance(outcome, Answer) for outcome in of_cleo)
    passed = [isinstance(outcome, Answer) for outcome in of_ben]
    assert passed == sorted(passed, reverse=True)
    assert 5 <= sum(passed) < 10
    emptied_long_ago(60)
    again = journal.run(lambda calls: [perform(calls[0])], [requests[18], requests[0]])
    assert [outcome.duplicate for outcome in again if isinstance(outcome, Answer)] == [False, True]


@pytest.mark.usefixtures("shared")
def test_what_the_door_has_counted_is_not_counted_twice_and_who_is_vouched_for_not_at_all() -> None:
    room = cast.room("ben")
    ben = caller("ben")

    cast.say(room, "ben", "by an actor")
    journal.run(perform, Request(ben, room.pk, Send("door-1", "by a door"), is_counted=True))
    assert not RateBucket.objects.exists()
    with override_settings(HUBBUB={"RATES": "off"}):
        journal.run(perform, Request(ben, room.pk, Send("door-2", "where nothing is counted")))
    assert not RateBucket.objects.exists()

    journal.run(perform, Request(ben, room.pk, Send("door-3", "by a socket")))
    assert RateBucket.objects.get().granted == 1


@pytest.mark.usefixtures("shared")
def test_a_door_that_can_wait_asks_at_once() -> None:
    rates.take_shared("ops", 1)
    assert RateBucket.objects.get().granted == 1
    rates.spend("ops", {1: BURST})()
    RateBucket.objects.update(tokens=0, at=clock.now() + timedelta(hours=1))

    with pytest.raises(RateLimited) as refused:
        rates.take_shared("ops", 1)

    assert refused.value.retry_after_ms


@pytest.mark.usefixtures("shared")
def test_who_is_no_longer_signed_in_hears_that_first() -> None:
    room = cast.room("ben")
    gone = Caller(caller("ben").person_id, "ben", TokenCredential(10**9))
    rates.spend("ops", {gone.person_id: BURST})()

    outcomes = journal.run(lambda calls: [perform(calls[0])], [Request(gone, room.pk, Send("c", "words"))])

    assert getattr(outcomes[0], "code", "") == "unauthenticated"
