"""Calls that wait: whose turn it is, and whose call is refused where there is no room."""

import itertools

import pytest

from hubbub.events.waiting import ALWAYS, GATHERING_SECONDS, ROOM, Command, Waiting
from hubbub.lib import clock
from hubbub.lib.refusals import Busy


def call(owner: int, number: int = 0) -> Command:
    return Command(lambda calls: calls, number, (), owner, told=lambda outcome: None)


def fill(waiting: Waiting, owner: int, most: int = ROOM) -> int:
    """How many calls of one owner are taken until one is refused."""
    for number in range(most):
        try:
            waiting.put(call(owner, number))
        except Busy:
            return number
    return most


def test_owners_take_turns_and_each_keeps_its_order() -> None:
    waiting = Waiting()
    for owner, number in [(1, 0), (1, 1), (1, 2), (2, 0), (3, 0), (3, 1)]:
        waiting.put(call(owner, number))

    first, then = waiting.take(4), waiting.take(4)

    assert [(command.owner, command.call) for command in first] == [(1, 0), (2, 0), (3, 0), (1, 1)]
    assert [(command.owner, command.call) for command in then] == [(3, 1), (1, 2)]


def test_one_owner_leaves_room_for_the_others() -> None:
    waiting = Waiting()

    assert ALWAYS < fill(waiting, owner=1) < ROOM // 2
    for owner in range(2, 12):
        assert fill(waiting, owner=owner, most=ALWAYS) == ALWAYS


def test_when_all_room_is_taken_everybody_is_refused_until_something_is_done() -> None:
    waiting = Waiting()
    owner = 0
    while fill(waiting, owner=owner, most=ALWAYS) == ALWAYS:
        owner += 1
    with pytest.raises(Busy) as refusal:
        waiting.put(call(owner=999))
    assert refusal.value.retry_after_ms

    taken = waiting.take(256)

    assert len(taken) == 256
    waiting.put(call(owner=999))
    assert 999 in {command.owner for command in waiting.take(ROOM)}


def test_one_commit_waits_while_more_comes_until_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting()
    waiting.put(call(owner=1))
    monkeypatch.setattr("hubbub.events.waiting.GATHERING_SECONDS", 60)
    monkeypatch.setattr("hubbub.events.waiting.sleep", lambda seconds: waiting.put(call(owner=1)))

    waiting.gather(10)

    assert len(waiting.take(ROOM)) == 10


def test_one_commit_does_not_wait_where_nothing_more_comes_nor_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = Waiting()
    pauses: list[float] = []
    monkeypatch.setattr("hubbub.events.waiting.sleep", pauses.append)
    waiting.put(call(owner=1))

    waiting.gather(10)
    assert len(pauses) == 1

    now = itertools.count(0.0, GATHERING_SECONDS / 4)
    monkeypatch.setattr(clock, "ticks", lambda: next(now))
    monkeypatch.setattr("hubbub.events.waiting.sleep", lambda seconds: waiting.put(call(owner=1)))
    waiting.gather(ROOM)
    assert 1 < len(waiting.take(ROOM)) < 10


def test_nothing_comes_of_an_empty_queue_when_patience_ends() -> None:
    assert Waiting().take(10, patience=0.01) == []
