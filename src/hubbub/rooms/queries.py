"""Reading rooms: who belongs to one, and who is online there by the word of whoever holds the connections."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from hubbub.people.access import Actor
from hubbub.rooms import access
from hubbub.rooms.models import Membership, Room


class Member(msgspec.Struct, frozen=True):
    username: str
    role: str
    online: bool


@dataclass(slots=True)
class PresencePort:
    """Who is online in a room by its number; wiring connects it to whoever knows."""

    online: Callable[[int], frozenset[str]] = lambda room_id: frozenset()


presence = PresencePort()


def members(actor: Actor | None, room_id: int | None) -> list[Member]:
    """The members of a room that the actor may see, by username."""
    room = access.standing(actor, room_id).room
    online = presence.online(room.pk)
    rows = Membership.objects.filter(room=room).values_list("person__username", "role")
    return [Member(username, role, username in online) for username, role in sorted(rows)]


def online_count(room: Room) -> int:
    """How many people are online in a room."""
    return len(presence.online(room.pk))
