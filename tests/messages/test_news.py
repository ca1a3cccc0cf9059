"""What is new for one person since the positions they name: the frames of a session socket, without one."""

import json
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub.events import journal, log
from hubbub.messages import wire
from hubbub.messages.news import news
from hubbub.messages.wire import Known
from hubbub.rooms import actions
from hubbub.rooms.models import Room
from tests import cast

pytestmark = pytest.mark.django_db

_change_room = journal.each(actions.change_room)
_mark_read = journal.each(actions.mark_read)


@pytest.fixture
def room() -> Room:
    """Ben's room; Cleo belongs to it too: two events."""
    made = cast.room("ben")
    cast.add(made, "ben", "cleo")
    return made


def told(
    who: str,
    rooms: dict[str, int],
    *,
    subs: dict[str, int] | None = None,
    reads: dict[str, int] | None = None,
    epoch: str | None = None,
) -> list[dict[str, Any]]:
    known = Known(log.epoch() if epoch is None else epoch, rooms, subs or {}, reads or {})
    found = news(cast.actor(who), known)
    assert found.epoch == log.epoch()
    return list(json.loads(msgspec.json.encode(found.frames)))


def kinds(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["type"] for frame in frames]


def test_nothing_new_is_nothing(room: Room) -> None:
    assert told("cleo", {room.wire_id: 2}, reads={room.wire_id: 1}) == []


def test_events_after_the_position_come_in_order_from_every_room(room: Room) -> None:
    other = cast.room("cleo", "Other")
    for there in (room, other, room):
        cast.say(there, "cleo", "hello")

    frames = told("cleo", {room.wire_id: 2, other.wire_id: 1})

    assert kinds(frames) == ["event"] * 3
    assert [(frame["event"]["room"], frame["event"]["seq"]) for frame in frames] == [
        (room.wire_id, 3),
        (room.wire_id, 4),
        (other.wire_id, 2),
    ]


def test_a_start_from_nothing_tells_every_room_one_belongs_to(room: Room) -> None:
    cast.room("ada", "Elsewhere")
    private = cast.direct_room("ben", "cleo")

    frames = told("cleo", {}, epoch="")

    assert [frame["room"]["id"] for frame in frames] == [room.wire_id, private.wire_id]
    assert kinds(frames) == ["room", "room"]


def test_a_room_that_was_lost_is_revoked_and_nothing_of_it_follows(room: Room) -> None:
    cast.say(room, "ben", "before")
    cast.remove(room, "ben", "cleo")
    cast.say(room, "ben", "after")

    assert told("cleo", {room.wire_id: 2}) == [{"type": "revoked", "room": room.wire_id}]


@pytest.mark.parametrize("kind", ["private", "staff", "direct"])
def test_a_hidden_room_looks_absent(kind: str) -> None:
    if kind == "direct":
        hidden, stranger = cast.direct_room("ben", "cleo"), "ada"
    else:
        hidden, stranger = cast.room("ada" if kind == "staff" else "ben", kind=kind), "dot"
    cast.actor(stranger)

    for name in (hidden.wire_id, "r999999", "nonsense"):
        assert told(stranger, {name: 0}) == [{"type": "revoked", "room": name}]
        assert told(stranger, {}, subs={name: 0}) == [{"type": "revoked", "room": name}]


def test_an_open_room_may_be_followed_without_belonging_to_it(room: Room) -> None:
    said = cast.say(room, "ben", "hello")

    [frame] = told("dot", {}, subs={room.wire_id: said.seq - 1})

    assert frame["event"]["seq"] == said.seq
    assert told("dot", {room.wire_id: said.seq}) == [{"type": "revoked", "room": room.wire_id}]


def test_a_change_of_the_room_or_of_ones_role_is_told_with_the_new_state(room: Room) -> None:
    journal.run(_change_room, actions.ChangeRoom(cast.actor("ben"), room.pk, topic="paint"))
    event, state = told("cleo", {room.wire_id: 2})
    assert (event["event"]["type"], state["type"], state["room"]["topic"]) == ("room", "room", "paint")

    cast.add(room, "ben", "cleo", "manager")
    event, state = told("cleo", {room.wire_id: 3})
    assert (event["event"]["type"], state["room"]["role"]) == ("join", "manager")
    assert kinds(told("ben", {room.wire_id: 3})) == ["event"]


def test_a_read_position_that_moved_is_told_to_whoever_shows_another(room: Room) -> None:
    first = cast.say(room, "ben", "one").seq
    head = cast.say(room, "ben", "two @cleo").seq
    journal.run(_mark_read, actions.MarkRead(cast.actor("cleo"), room.pk, first))

    moved = {"type": "read", "room": room.wire_id, "seq": first, "unread": 1, "mentions": 1}
    assert told("cleo", {room.wire_id: head}, reads={room.wire_id: 1}) == [moved]
    assert told("cleo", {room.wire_id: head}, reads={room.wire_id: first}) == []
    assert told("cleo", {room.wire_id: head}) == []


def test_what_cannot_be_replayed_is_reset_with_the_reason(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        cast.say(room, "ben", f"{number}")

    def reset(seq: int, **named: Any) -> str:
        [frame] = told("cleo", {room.wire_id: seq}, **named)
        assert (frame["type"], frame["head"], frame["epoch"]) == ("reset", 8, log.epoch())
        return str(frame["reason"])

    assert reset(4, epoch="another") == "epoch"
    assert reset(9) == "ahead"
    assert reset(-1) == "ahead"
    log.trim(room.pk, 3)
    assert reset(2) == "gone"
    monkeypatch.setattr("hubbub.messages.news.LIMITS", wire_limits(replay_events=3))
    assert reset(4) == "too_many"


def test_an_answer_holds_a_page_and_the_next_one_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    other = cast.room("cleo", "Other")
    for there in (room, other):
        for number in range(4):
            cast.say(there, "cleo", f"{number}")
    monkeypatch.setattr("hubbub.messages.news.LIMITS", wire_limits(events_page=3))
    known = {room.wire_id: 2, other.wire_id: 1}
    seen: list[tuple[str, int]] = []

    while frames := told("cleo", known):
        assert len(frames) <= 3
        for frame in frames:
            event = frame["event"]
            assert event["seq"] == known[event["room"]] + 1
            known[event["room"]] = event["seq"]
            seen.append((event["room"], event["seq"]))

    assert len(seen) == 8
    assert known == {room.wire_id: 6, other.wire_id: 5}


def test_many_rooms_take_as_many_queries_as_few() -> None:
    cleo = cast.actor("cleo")

    def queries(count: int) -> int:
        rooms = {}
        for number in range(count):
            there = cast.room("ben", f"Room {count} {number}")
            cast.add(there, "ben", "cleo")
            cast.say(there, "ben", "hello @cleo")
            rooms[there.wire_id] = 1
        with CaptureQueriesContext(connection) as made:
            found = news(cleo, Known(log.epoch(), rooms, reads=dict.fromkeys(rooms, 0)))
        kept = len([frame for frame in found.frames if isinstance(frame, wire.EventFrame)])
        assert kept == 2 * count
        return len(made)

    few = queries(2)
    assert queries(40) == few <= 12


def wire_limits(**changed: int) -> Any:
    from dataclasses import replace

    from hubbub.limits import LIMITS

    return replace(LIMITS, **changed)
