"""What is new for one person in all their rooms, as the frames of a session socket. It waits for nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from hubbub.events import log
from hubbub.events.models import Stream
from hubbub.events.schema import Recorded
from hubbub.lib.snapshot import reading_snapshot
from hubbub.limits import LIMITS
from hubbub.messages.queries import rooms_of
from hubbub.messages.wire import (
    EventFrame,
    Frame,
    Known,
    News,
    ReadFrame,
    ResetFrame,
    RevokedFrame,
    RoomFrame,
    events_json,
)
from hubbub.people.access import Actor
from hubbub.rooms import access
from hubbub.rooms.events import JOIN, ROOM
from hubbub.rooms.models import Membership, Room


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one person has to do with the rooms that matter to the question, as of one moment."""

    actor: Actor
    epoch: str
    held: dict[int, int]  # read position by room they belong to
    streams: dict[int, Stream]  # of every room that they may see


def news(actor: Actor, known: Known) -> News:
    """Everything that came after what is known, a page of events at most. A fixed number of queries."""
    with reading_snapshot():
        sight = _sight(actor, [*known.rooms, *known.subs])
        followed, frames = _followed(sight, known)
        ranges, resets = _missed(sight, followed, known.epoch)
        events = log.read_between(ranges)
        frames += resets
        frames += [EventFrame(msgspec.Raw(event)) for event in events_json(events)]
        frames += _states(sight, known, events)
        return News(sight.epoch, frames)


def reason_to_reset(seq: int, *, head: int, floor: int, same_epoch: bool) -> str | None:
    """Why what came after a position is not replayed; None where it is."""
    if not same_epoch:
        return "epoch"
    if seq > head or seq < 0:
        return "ahead"
    if seq < floor:
        return "gone"
    if head - seq > LIMITS.replay_events:
        return "too_many"
    return None


def _sight(actor: Actor, named: Collection[str]) -> _Sight:
    rows = Membership.objects.filter(person=actor.person_id).values_list("room_id", "read_seq")
    held = dict(rows)
    ids = {*held, *(pk for pk in map(Room.pk_of, named) if pk is not None)}
    rooms = Room.objects.filter(pk__in=ids).select_related("stream")
    seen = {room.pk: room.stream for room in rooms if access.may_see(room, actor, is_member=room.pk in held)}
    return _Sight(actor, log.epoch(), {pk: seq for pk, seq in held.items() if pk in seen}, seen)


def _followed(sight: _Sight, known: Known) -> tuple[dict[int, int], list[Frame]]:
    """Position by room that goes on being followed; and what is said of those that do not."""
    followed: dict[int, int] = {}
    lost: list[Frame] = []
    for names, seen in ((known.rooms, sight.held), (known.subs, sight.streams)):
        for name, seq in names.items():
            pk = Room.pk_of(name)
            if pk is None or pk not in seen:
                lost.append(RevokedFrame(name[:64]))
            else:
                followed[pk] = seq
    return followed, lost


def _missed(
    sight: _Sight, followed: dict[int, int], epoch: str
) -> tuple[list[tuple[int, int, int]], list[Frame]]:
    """Which events are to be told, and which rooms are to be read afresh instead."""
    ranges: list[tuple[int, int, int]] = []
    resets: list[Frame] = []
    room_left = LIMITS.events_page
    for pk, seq in followed.items():
        stream = sight.streams[pk]
        reason = reason_to_reset(seq, head=stream.head, floor=stream.floor, same_epoch=epoch == sight.epoch)
        if reason is not None:
            resets.append(ResetFrame(Room.wire_id_of(pk), sight.epoch, stream.head, reason))
        elif seq < stream.head and room_left:
            last = min(stream.head, seq + room_left)
            room_left -= last - seq
            ranges.append((pk, seq, last))
    return ranges, resets


def _states(sight: _Sight, known: Known, events: Sequence[Recorded]) -> list[Frame]:
    """Rooms that were gained or became something else, and read positions that moved."""
    shown = {Room.pk_of(name): seq for name, seq in known.reads.items()}
    changed = {pk for pk in sight.held if Room.wire_id_of(pk) not in known.rooms}
    changed |= {event.stream_id for event in events if _changes_state(event, sight.actor.username)}
    moved = {pk for pk, seq in sight.held.items() if shown.get(pk, seq) != seq}
    if not changed and not moved:
        return []
    states = rooms_of(sight.actor, changed | moved)
    return [
        RoomFrame(state)
        if Room.pk_of(state.id) in changed
        else ReadFrame(state.id, state.read, state.unread, state.mentions)
        for state in states
    ]


def _changes_state(event: Recorded, username: str) -> bool:
    if event.kind == JOIN:
        return bool(msgspec.json.decode(event.data)["user"] == username)
    return event.kind == ROOM
