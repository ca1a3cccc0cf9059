"""What a socket needs to know of its person, read from the store in one go. Synchronous; run through the bridge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hubbub.events import log
from hubbub.lib.refusals import Refused
from hubbub.lib.snapshot import reading_snapshot
from hubbub.messages.queries import room_lists, rooms_of
from hubbub.messages.wire import RoomState
from hubbub.people.access import Actor, Caller, confirm
from hubbub.people.queries import versions
from hubbub.rooms.models import Kind, Membership


@dataclass(frozen=True, slots=True)
class Opening:
    """What `ready` tells, as of one moment."""

    actor: Actor
    epoch: str
    rooms: list[RoomState]
    floors: dict[int, int]


@dataclass(frozen=True, slots=True)
class Belonging:
    """Role and read position by room, and who the person is by now."""

    actor: Actor
    rooms: dict[int, tuple[str, int]]


def openings(asked: Sequence[tuple[Caller, Collection[int]]]) -> list[Opening | Refused]:
    """What each of these is told who say hello; a fixed number of queries for all.

    Unauthenticated or Forbidden for one whose sign-in does not hold any more.
    """
    with reading_snapshot():
        actors = confirm([caller for caller, _ in asked])
        rooms = room_lists([actor for actor in actors.values() if isinstance(actor, Actor)])
        floors = log.floors({room_id for _, resumed in asked for room_id in resumed})
        epoch = log.epoch()
    return [
        actor if isinstance(actor, Refused) else Opening(actor, epoch, rooms[actor.person_id], floors)
        for actor in (actors[caller] for caller, _ in asked)
    ]


def belongings(callers: Sequence[Caller]) -> list[Belonging | Refused]:
    """What each belongs to by now, or why they may not go on."""
    with reading_snapshot():
        confirmed = confirm(set(callers))
        rooms: dict[int, dict[int, tuple[str, int]]] = {caller.person_id: {} for caller in callers}
        rows = Membership.objects.filter(person__in=rooms)
        held = rows.values_list("person_id", "room_id", "role", "read_seq")
        for person_id, room_id, role, read_seq in held:
            rooms[person_id][room_id] = (role, read_seq)
    return [
        actor if isinstance(actor, Refused) else Belonging(actor, rooms[actor.person_id])
        for actor in (confirmed[caller] for caller in callers)
    ]


def standing_of(callers: Sequence[Caller]) -> tuple[dict[Caller, Actor | Refused], dict[int, int]]:
    """Who each is by now or why they may not go on, and each person's version."""
    return confirm(callers), versions([caller.person_id for caller in callers])


def states_of(actor: Actor, room_ids: Collection[int]) -> dict[int, RoomState]:
    """Those of these rooms that the person may see."""
    return {pk_of(state): state for state in rooms_of(actor, room_ids)}


def direct_heads(callers: Sequence[Caller]) -> list[dict[int, int] | Refused]:
    """Each person's direct rooms, and how far each is."""
    found: dict[int, dict[int, int]] = {caller.person_id: {} for caller in callers}
    rows = Membership.objects.filter(person__in=found, room__kind=Kind.DIRECT)
    for person_id, room_id, head in rows.values_list("person_id", "room_id", "room__stream__head"):
        found[person_id][room_id] = head
    return [found[caller.person_id] for caller in callers]


def pk_of(state: RoomState) -> int:
    return int(state.id[1:])
