"""Opening a room socket: which room, whether it is made now, and what is told first. Synchronous; asks the store."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from hubbub.events import journal
from hubbub.lib.refusals import BadName, Conflict, NotFound, Refused, Unauthenticated
from hubbub.lib.snapshot import reading_snapshot
from hubbub.lib.text import clean_name, name_key
from hubbub.limits import LIMITS
from hubbub.people.access import Actor, Caller, confirm, confirm_one
from hubbub.realtime import room_frames
from hubbub.rooms import access
from hubbub.rooms.access import Footing
from hubbub.rooms.actions import CreateRoom, OpenDirect, create_room, open_direct, person_named
from hubbub.rooms.models import Room

HISTORY = 10

_create = journal.each(create_room)
_open_direct = journal.each(open_direct)


@dataclass(frozen=True, slots=True)
class Opened:
    """A room as of one moment. `history` is the ready frame, None where the client resumes from `after`."""

    room_id: int
    kind: str
    visitors: bool
    head: int
    actor: Actor | None
    is_member: bool
    notes_room: int | None
    history: bytes | None
    after: int | None


class Asked(NamedTuple):
    """Who opens which room, and how: the query of the address."""

    caller: Caller | None
    name: str
    query: dict[str, list[str]]


def openings(asked: Sequence[Asked]) -> list[Opened | Refused]:
    """What each finds who opens a room that is there; a fixed number of queries, and one history for each room.

    NotFound, BadName, Unauthenticated or Forbidden for one who may not.
    """
    with reading_snapshot():
        confirmed = confirm({each.caller for each in asked if each.caller is not None})
        actors = [confirmed[each.caller] if each.caller is not None else None for each in asked]
        names = [_name_for(actor, each.name) for actor, each in zip(actors, asked, strict=True)]
        look = _Look.at(names, actors)
        return [
            _opened(look, actor, name, each.query)
            if isinstance(name, str) and not isinstance(actor, Refused)
            else cast("Refused", actor if isinstance(actor, Refused) else name)
            for actor, name, each in zip(actors, names, asked, strict=True)
        ]


def open_room(asked: Asked) -> Opened:
    """The room with this name; made, public, for somebody who may. Raises NotFound, BadName or Unauthenticated."""
    found = openings([asked])[0]
    if isinstance(found, NotFound) and asked.caller is not None:
        actor = confirm_one(asked.caller)
        if access.may_create_rooms(actor):
            name = clean_name(asked.name, max_chars=LIMITS.name_chars)
            with suppress(Conflict):  # somebody made it just now, or it is hidden: the look below tells which
                journal.run(_create, CreateRoom(actor, name), owner=actor.person_id)
            found = openings([asked])[0]
    if isinstance(found, Refused):
        raise found
    return found


def standings_now(asked: Sequence[tuple[Caller, int]]) -> list[Footing | Refused]:
    """How each person stands to a room by now, or why they may not go on."""
    confirmed = confirm({caller for caller, _ in asked})
    actors = {caller: actor for caller, actor in confirmed.items() if isinstance(actor, Actor)}
    found = access.footings([(actors[caller], room_id) for caller, room_id in asked if caller in actors])
    return [
        found.get((actors[caller], room_id)) or access.no_such_room()
        if caller in actors
        else cast("Refused", confirmed[caller])
        for caller, room_id in asked
    ]


def open_direct_with(caller: Caller, username: str) -> tuple[str, int]:
    """The person's handle and the direct room with them; raises NotFound for an unknown one."""
    actor = confirm_one(caller)
    target = person_named(username)
    room, _ = journal.run(_open_direct, OpenDirect(actor, (target.username,)), owner=actor.person_id)
    return target.username, room.pk


@dataclass(slots=True)
class _Look:
    """What the readings of many have in common, as of one moment."""

    rooms: dict[str, Room]
    members: set[tuple[int, int]]
    notes: dict[str | None, int]
    histories: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @classmethod
    def at(cls, names: Sequence[str | Refused], actors: Sequence[Actor | Refused | None]) -> "_Look":
        keys = {name_key(name) for name in names if isinstance(name, str)}
        rows = Room.objects.select_related("stream").filter(name_key__in=keys)
        rooms = {room.name_key or "": room for room in rows}
        people = {actor.person_id for actor in actors if isinstance(actor, Actor)}
        # Asked where there is no such room too, so that it takes no longer if there is one that is hidden.
        numbers = {access.NOWHERE, *(room.pk for room in rooms.values())}
        members = access.members_among({(person, number) for person in people for number in numbers})
        notes = Room.objects.filter(direct_key__in={str(person) for person in people})
        return cls(rooms, members, dict(notes.values_list("direct_key", "pk")))

    def history(self, room: Room, count: int) -> bytes:
        made = self.histories.get((room.pk, count))
        if made is None:
            made = self.histories[room.pk, count] = room_frames.history(room, count, room.stream.head)
        return made


def _name_for(actor: Actor | Refused | None, name: str) -> str | Refused:
    try:
        return clean_name(name, max_chars=LIMITS.name_chars)
    except BadName as refusal:
        return Unauthenticated("Sign in first.") if actor is None else refusal


def _opened(look: _Look, actor: Actor | None, name: str, query: dict[str, list[str]]) -> Opened | Refused:
    room = look.rooms.get(name_key(name))
    is_member = actor is not None and room is not None and (actor.person_id, room.pk) in look.members
    if room is None or not access.may_see(room, actor, is_member=is_member):
        return access.no_such_room() if actor is not None else Unauthenticated("Sign in first.")
    head = room.stream.head
    after = _resumable(_number(query, "after"), head, room.stream.floor)
    asked = _number(query, "history")
    count = HISTORY if asked is None else min(asked, LIMITS.history)
    history = look.history(room, count) if after is None else None
    notes = look.notes.get(str(actor.person_id)) if actor is not None else None
    return Opened(room.pk, room.kind, room.visitors, head, actor, is_member, notes, history, after)


def _resumable(after: int | None, head: int, floor: int) -> int | None:
    """The position to resume from; None where the history must be told instead."""
    if after is None or not floor <= after <= head or head - after > LIMITS.replay_events:
        return None
    return after


def _number(query: dict[str, list[str]], name: str) -> int | None:
    text = query.get(name, [""])[-1]
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
