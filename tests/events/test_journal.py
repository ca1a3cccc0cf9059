"""The one door for writes: one failing call fails nobody else, owners take turns, and what is refused is not done."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from hubbub.events import journal, log
from hubbub.events.models import Event
from hubbub.events.schema import Draft
from hubbub.events.settling import Unsettled, settle
from hubbub.events.waiting import ALWAYS, Command
from hubbub.lib import clock
from hubbub.lib.refusals import Busy, Refused, Unavailable
from hubbub.messages.events import Said
from hubbub.messages.models import Message
from hubbub.ops.consistency import findings
from hubbub.rooms.models import Membership, Room
from tests import cast
from tests.events.journal_calls import SECONDS, error_of, held_lane, say_soon

pytestmark = pytest.mark.django_db(transaction=True)

NEIGHBOURS = 40


@pytest.fixture
def room() -> Room:
    made = cast.room("ben")
    cast.add(made, "ben", "cleo")
    return made


def client_ids(room: Room) -> set[str]:
    found = Event.objects.filter(stream=room.pk, kind="message").values_list("client_id", flat=True)
    return {str(client_id) for client_id in found}


def fail_half_done(calls: Sequence[Room]) -> Sequence[Refused | None]:
    """Writes, and then something unforeseen happens."""
    for room in calls:
        Room.objects.filter(pk=room.pk).update(topic="half done")
        raise RuntimeError("unforeseen")
    return []


def fail_in_the_commit(calls: Sequence[Room]) -> Sequence[None]:
    """Foreign keys are looked at when the transaction commits: this one leads nowhere."""
    Membership.objects.bulk_create(Membership(room=room, person_id=10**9) for room in calls)
    return [None for _ in calls]


@pytest.mark.parametrize("fail", [fail_half_done, fail_in_the_commit])
def test_a_call_that_fails_fails_nobody_else_and_leaves_nothing(room: Room, fail: journal.Action) -> None:  # type: ignore[type-arg]
    ben, cleo = cast.actor("ben"), cast.actor("cleo")
    sizes: list[int] = []

    def count(calls: Sequence[None]) -> Sequence[None]:
        sizes.append(len(calls))
        return [None for _ in calls]

    with held_lane(room):
        before = [say_soon(ben, room, f"b{number}") for number in range(NEIGHBOURS)]
        bad = journal.submit(fail, room, streams=(room.pk,), owner=cleo.person_id)
        after = [say_soon(cleo, room, f"a{number}") for number in range(NEIGHBOURS)]
        counted = [journal.submit(count, None, streams=(room.pk,), owner=7) for _ in range(NEIGHBOURS)]

    assert isinstance(error_of(bad), Unavailable)
    answers = [future.result(SECONDS) for future in before + after]
    assert all(future.result(SECONDS) is None for future in counted)
    assert [answer.client_id for answer in answers] == [f"b{n}" for n in range(40)] + [
        f"a{n}" for n in range(40)
    ]
    assert client_ids(room) == {answer.client_id for answer in answers}
    assert Room.objects.get(pk=room.pk).topic == ""
    assert list(findings()) == []
    assert len(sizes) < 20, "neighbours were committed in few parts, not one by one"


def test_a_flood_of_one_delays_nobody(room: Room) -> None:
    """However much of Ben's waits, Cleo's call is in the next batch."""
    ben, cleo = cast.actor("ben"), cast.actor("cleo")
    done_before: list[int] = []
    flood = []
    refused = 0

    with held_lane(room):
        for number in range(10_000):
            try:
                flood.append(say_soon(ben, room, f"flood-{number}"))
            except Busy:
                refused += 1
    for number in range(4):
        started = sum(future.done() for future in flood)
        say_soon(cleo, room, f"quiet-{number}").result(SECONDS)
        done_before.append(sum(future.done() for future in flood) - started)

    assert refused > 5_000  # the premise: it was a flood
    assert len(flood) > journal.BATCH * 4
    assert max(done_before) <= 2 * journal.BATCH
    assert {future.result(SECONDS).duplicate for future in flood} == {False}


def test_under_overload_whatever_is_taken_is_answered_and_whatever_is_refused_is_not_done(room: Room) -> None:
    people = [cast.actor(f"person{number}") for number in range(8)]
    taken, refused = {}, set()

    with held_lane(room):
        for number in range(800):
            for actor in people:
                client_id = f"{actor.username}-{number}"
                try:
                    taken[client_id] = say_soon(actor, room, client_id)
                except Busy:
                    refused.add(client_id)

    answered = {client_id: future.result(60) for client_id, future in taken.items()}
    assert refused
    assert len(taken) >= len(people) * ALWAYS
    assert client_ids(room) == set(answered)
    again = next(iter(refused))
    assert say_soon(people[0], room, again).result(SECONDS).duplicate is False
    assert list(findings()) == []


def test_calls_of_one_owner_keep_their_order(room: Room) -> None:
    ben, cleo = cast.actor("ben"), cast.actor("cleo")

    with held_lane(room):
        futures = [
            say_soon(actor, room, f"{actor.username}{number}")
            for number in range(300)
            for actor in (ben, cleo)
        ]

    answers = [future.result(SECONDS) for future in futures]
    for who in (answers[::2], answers[1::2]):
        assert [answer.seq for answer in who] == sorted(answer.seq for answer in who)


def test_a_call_given_up_while_it_waits_is_never_done(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "TURN_SECONDS", 0.05)
    with held_lane(room), pytest.raises(Unavailable):
        cast.say(room, "ben", "too late", client_id="late")

    monkeypatch.undo()
    assert not cast.say(room, "ben", "too late", client_id="late").duplicate
    assert Message.objects.filter(room=room).count() == 1


def test_a_call_that_is_under_way_is_never_refused_and_then_there(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long its commit takes: a refusal would say that nothing was changed."""
    monkeypatch.setattr(journal, "TURN_SECONDS", 0.05)
    go = threading.Event()

    def change_topic(calls: Sequence[str]) -> Sequence[str]:
        assert go.wait(SECONDS)
        for topic in calls:
            Room.objects.filter(pk=room.pk).update(topic=topic)
        return list(calls)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(journal.run, change_topic, "changed", streams=(room.pk,))
        with pytest.raises(TimeoutError):
            asked.result(10 * journal.TURN_SECONDS)
        go.set()

        assert asked.result(SECONDS) == "changed"
    assert Room.objects.get(pk=room.pk).topic == "changed"


def only_on_postgres() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time: nobody stands in the way, and nothing is connected")


def test_who_loses_a_deadlock_is_tried_again_alone(room: Room) -> None:
    only_on_postgres()
    other = cast.room("ben", "Other")
    first, second = sorted((room.pk, other.pk))
    waits = threading.Event()

    def take_both(calls: Sequence[None]) -> Sequence[str]:
        log.lock([second])
        waits.set()
        log.lock([first])
        return ["done" for _ in calls]

    with transaction.atomic():
        log.lock([first])
        call = journal.submit(take_both, None, streams=(), owner=1)
        assert waits.wait(SECONDS)
        wait_until_somebody_waits_for_a_lock()
        log.lock([second])  # a deadlock: whoever waited first finds it, and that is the journal

    assert call.result(SECONDS) == "done"


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("nobody waits")


def test_dead_connections_are_replaced_without_anybody_noticing(room: Room) -> None:
    only_on_postgres()
    cast.say(room, "ben", "before")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.rowcount > 0

    assert cast.say(room, "ben", "after").seq == 4


def test_a_commit_whose_answer_was_lost_is_answered_as_the_store_knows_it(room: Room) -> None:
    only_on_postgres()

    def broken_off(*, done: bool) -> list[object]:
        told: list[object] = []
        command = Command(lambda calls: calls, None, (), 1, told.append)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            (number,) = cursor.fetchone() or (0,)
            transaction.set_rollback(not done)
        assert settle(Unsettled([command], ["the answer"], int(number)))
        return told

    assert broken_off(done=True) == ["the answer"]
    (refusal,) = broken_off(done=False)
    assert isinstance(refusal, Unavailable)


def test_a_commit_that_a_crash_swallowed_is_not_there_though_another_got_its_number(room: Room) -> None:
    only_on_postgres()
    told: list[object] = []

    def attempt(*, swallowed: bool) -> Unsettled:
        """One that wrote an event, and whose number says that something was committed."""
        log.forget_witness()
        with transaction.atomic():
            stream = log.lock([room.pk])[room.pk]
            log.record(stream, [Draft("message", 1, clock.now(), Said("m1", "hi", "<p>hi</p>"))])
            transaction.set_rollback(swallowed)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            (number,) = cursor.fetchone() or (0,)
        command = Command(lambda calls: calls, None, (), 1, told.append)
        return Unsettled([command], ["the answer"], int(number), log.witness())

    assert settle(attempt(swallowed=True))
    assert settle(attempt(swallowed=False))

    refusal, answer = told
    assert isinstance(refusal, Unavailable)
    assert answer == "the answer"


def test_a_commit_that_is_still_under_way_is_asked_about_again(room: Room) -> None:
    only_on_postgres()
    told: list[object] = []
    command = Command(lambda calls: calls, None, (), 1, told.append)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (number,) = cursor.fetchone() or (0,)
        assert not settle(Unsettled([command], ["the answer"], int(number)))

    assert not told
