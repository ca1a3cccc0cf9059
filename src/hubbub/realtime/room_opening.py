"""Opening a room socket: which room, whether it is made now, and what is told first. Synchronous; asks the store."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from hubbub.events import journal, log
from hubbub.lib.refusals import BadName, Conflict, NotFound, Refused, Unauthenticated
from hubbub.lib.snapshot import reading_snapshot
from hubbub.lib.text import clean_name
from hubbub.limits import LIMITS
from hubbub.messages.queries import room_named
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


def open_room(caller: Caller | None, name: str, query: dict[str, list[str]]) -> Opened:
    """The room with this name; made, public, for somebody who may. Raises NotFound, BadName or Unauthenticated."""
    actor = confirm_one(caller) if caller is not None else None
    name = _clean_for(actor, name)
    try:
        return _opened(actor, name, query)
    except NotFound:
        if actor is None or not access.may_create_rooms(actor):
            raise
    with suppress(Conflict):  # somebody made it just now, or it is hidden: the look below tells which
        journal.run(_create, CreateRoom(actor, name), owner=actor.person_id)
    return _opened(actor, name, query)


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


def _clean_for(actor: Actor | None, name: str) -> str:
    if actor is not None:
        return clean_name(name, max_chars=LIMITS.name_chars)
    try:
        return clean_name(name, max_chars=LIMITS.name_chars)
    except BadName:
        raise Unauthenticated("Sign in first.") from None


def _opened(actor: Actor | None, name: str, query: dict[str, list[str]]) -> Opened:
    with reading_snapshot():
        standing = room_named(actor, name)
        room = standing.room
        head = log.heads([room.pk])[room.pk]
        after = _resumable(_number(query, "after"), head, log.floors([room.pk])[room.pk])
        asked = _number(query, "history")
        count = HISTORY if asked is None else min(asked, LIMITS.history)
        history = room_frames.history(room, count, head) if after is None else None
        notes = _notes_room(actor)
    return Opened(room.pk, room.kind, room.visitors, head, actor, standing.is_member, notes, history, after)


def _resumable(after: int | None, head: int, floor: int) -> int | None:
    """The position to resume from; None where the history must be told instead."""
    if after is None or not floor <= after <= head or head - after > LIMITS.replay_events:
        return None
    return after


def _number(query: dict[str, list[str]], name: str) -> int | None:
    text = query.get(name, [""])[-1]
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _notes_room(actor: Actor | None) -> int | None:
    if actor is None:
        return None
    return Room.objects.filter(direct_key=str(actor.person_id)).values_list("pk", flat=True).first()
