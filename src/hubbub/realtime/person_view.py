"""What a socket needs to know of its person, read from the store in one go. Synchronous; run through the bridge."""

from collections.abc import Collection
from dataclasses import dataclass

from hubbub.events import log
from hubbub.lib.snapshot import reading_snapshot
from hubbub.messages.queries import room_list, rooms_of
from hubbub.messages.wire import RoomState
from hubbub.people.access import Actor, Caller, confirm_one
from hubbub.rooms.models import Kind, Membership, Room


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


def opening(caller: Caller, resumed: Collection[int]) -> Opening:
    """Raises Unauthenticated or Forbidden when the sign-in does not hold any more."""
    with reading_snapshot():
        actor = confirm_one(caller)
        return Opening(actor, log.epoch(), room_list(actor), log.floors(resumed))


def belonging(caller: Caller) -> Belonging:
    """Raises Unauthenticated or Forbidden when the sign-in does not hold any more."""
    with reading_snapshot():
        actor = confirm_one(caller)
        rows = Membership.objects.filter(person=actor.person_id).values_list("room_id", "role", "read_seq")
        return Belonging(actor, {room_id: (role, read_seq) for room_id, role, read_seq in rows})


def states_of(actor: Actor, room_ids: Collection[int]) -> dict[int, RoomState]:
    """Those of these rooms that the person may see."""
    return {pk_of(state): state for state in rooms_of(actor, room_ids)}


def direct_heads(caller: Caller) -> dict[int, int]:
    """The person's direct rooms, and how far each is."""
    rooms = Room.objects.filter(kind=Kind.DIRECT, memberships__person=caller.person_id)
    return dict(rooms.values_list("pk", "stream__head"))


def pk_of(state: RoomState) -> int:
    return int(state.id[1:])
