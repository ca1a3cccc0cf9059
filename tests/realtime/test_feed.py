"""What a feed keeps at hand for those who missed it: made once for all of one moment, and true after each event."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from hubbub.realtime.feed import CROWD, MOMENT_SECONDS, RECENT, Feed, LiveEvent
from hubbub.realtime.framing import payload_of
from hubbub.realtime.hub import Hub
from hubbub.realtime.outbox import Outbox

ROOM = 7


class Loop:
    """Calls what was to be called later when the test says so."""

    def __init__(self) -> None:
        self.later: list[Timer] = []

    def call_later(self, seconds: float, call: Callable[[], None]) -> "Timer":
        self.later.append(Timer(seconds, call))
        return self.later[-1]

    def pass_a_moment(self) -> None:
        due, self.later = self.later, []
        for timer in due:
            assert timer.seconds <= MOMENT_SECONDS
            if not timer.is_cancelled:
                timer.call()


@dataclass
class Timer:
    seconds: float
    call: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def feed(loop: Loop) -> Feed:
    hub = SimpleNamespace(loop=loop, flush_soon=lambda feed: None)
    return Feed(cast("Any", hub), ROOM, kind="public", visitors=False, position=0)


def said(seq: int) -> LiveEvent:
    fields = {"room": f"r{ROOM}", "seq": seq, "type": "message", "id": f"m{seq}", "body": "hi"}
    return LiveEvent(ROOM, seq, "message", msgspec.json.encode(fields))


def taken_back(seq: int, target: int) -> LiveEvent:
    fields = {"room": f"r{ROOM}", "seq": seq, "type": "delete", "target": f"m{target}"}
    return LiveEvent(ROOM, seq, "delete", msgspec.json.encode(fields))


def missed(feed: Feed, seq: int) -> list[int]:
    stretch = feed.missed_after(seq)
    assert stretch is not None
    return [event.seq for event in stretch.events]


def test_those_who_come_from_the_same_place_in_one_moment_get_the_same_bytes(feed: Feed) -> None:
    feed.offer([said(seq) for seq in range(1, 11)])

    first, second, other = feed.missed_after(4), feed.missed_after(4), feed.missed_after(5)

    assert first is not None
    assert second is first
    assert first.deliveries[0].framed is second.deliveries[0].framed
    assert other is not None
    assert missed(feed, 4) == [5, 6, 7, 8, 9, 10]
    assert missed(feed, 5) == [6, 7, 8, 9, 10]


def test_whoever_comes_after_another_event_is_told_of_it(feed: Feed) -> None:
    feed.offer([said(1), said(2)])
    assert missed(feed, 1) == [2]

    feed.offer([said(3)])

    assert missed(feed, 1) == [2, 3]


def test_words_that_were_taken_back_are_not_told_from_memory(feed: Feed) -> None:
    feed.offer([said(1), said(2), said(3)])
    assert missed(feed, 0) == [1, 2, 3]

    feed.offer([taken_back(4, target=2)])

    assert feed.missed_after(0) is None
    assert feed.missed_after(1) is None
    assert missed(feed, 2) == [3, 4]


def test_what_is_not_at_hand_is_left_to_the_log(feed: Feed) -> None:
    feed.offer([said(seq) for seq in range(1, RECENT + 11)])

    assert feed.missed_after(9) is None
    assert missed(feed, 10)[0] == 11
    assert missed(feed, RECENT + 10) == []


def test_what_was_made_is_not_kept_for_longer_than_a_moment(feed: Feed, loop: Loop) -> None:
    feed.offer([said(1), said(2)])
    first = feed.missed_after(0)

    loop.pass_a_moment()

    assert feed.missed_after(0) is not first
    assert missed(feed, 0) == [1, 2]


@dataclass
class Reader:
    """A socket's line that keeps the numbers of the events in each frame."""

    frames: list[list[int]] = field(default_factory=list)

    def put(self, framed: bytes) -> None:
        decoded = msgspec.json.decode(payload_of(framed))
        found = decoded if isinstance(decoded, list) else [decoded]
        self.frames.append([frame["event"]["seq"] for frame in found])

    def size(self) -> int:
        return 0


def read_by(feed: Feed, count: int) -> Reader:
    """The last of so many followers."""
    for _ in range(count):
        reader = Reader()
        feed.follow(cast("Any", object()), Outbox(cast("Any", reader), lambda: None))
    return reader


def test_a_crowd_waits_for_more_and_gets_all_in_one_frame(feed: Feed, loop: Loop) -> None:
    reader = read_by(feed, CROWD)
    feed.offer([said(1)])
    assert feed.waits()
    feed.offer([said(2)])
    assert feed.waits()

    loop.pass_a_moment()

    assert reader.frames == [[1, 2]]
    assert not feed.waits()


def test_what_was_brought_out_before_its_time_is_brought_out_once(feed: Feed, loop: Loop) -> None:
    reader = read_by(feed, CROWD)
    feed.offer([said(1)])
    assert feed.waits()
    feed.flush()
    feed.offer([said(2)])

    loop.pass_a_moment()

    assert reader.frames == [[1]]
    feed.flush()
    assert reader.frames == [[1], [2]]


def test_few_wait_for_nothing(feed: Feed) -> None:
    read_by(feed, CROWD - 1)
    feed.offer([said(1)])

    assert not feed.waits()


async def test_what_is_under_way_in_the_room_goes_out_with_what_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hubbub.realtime.feed.WRITE_SECONDS", 1.0)  # longer than this test
    hub = Hub(asyncio.get_running_loop())
    feed = hub.feeds[ROOM] = Feed(hub, ROOM, kind="public", visitors=False, position=0)
    reader = read_by(feed, CROWD)

    async def commit(seq: int) -> None:
        told = asyncio.Event()
        hub.mailbox.put(hub.committed, [said(seq)])
        hub.mailbox.put(hub.answered, ROOM)
        hub.mailbox.put(told.set)
        await told.wait()

    for _ in range(3):
        hub.asked(ROOM)
    await commit(1)
    await commit(2)
    assert reader.frames == []
    await commit(3)
    assert reader.frames == [[1, 2, 3]]

    hub.asked(ROOM)
    hub.asked(ROOM + 1)
    await commit(4)
    assert reader.frames == [[1, 2, 3], [4]]
