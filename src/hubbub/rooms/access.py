"""The one door from a person to a room. Absent and forbidden look alike; every surface comes through here."""

from collections.abc import Collection
from typing import Any

import msgspec
from django.conf import settings
from django.utils.module_loading import import_string

from hubbub.lib.asking import Later
from hubbub.lib.refusals import Forbidden, NotFound, Unauthenticated
from hubbub.lib.rows import Statement
from hubbub.people.access import Actor
from hubbub.rooms.models import Kind, Membership, Role, Room

Grounds = dict[tuple[int, int], tuple[Any, ...]]
"""By person and room, what a footing is made of."""

NOWHERE = 0  # the number of no room
_OPEN_KINDS = (Kind.PUBLIC, Kind.ANNOUNCEMENT)

_MEMBERS = Statement(
    """
    SELECT m.person_id, m.room_id FROM {given} CROSS JOIN hubbub_membership AS m
    WHERE m.room_id = given.room AND m.person_id = given.person
    """,
    {"person": "bigint", "room": "bigint"},
)
_FOOTINGS = Statement(
    """
    SELECT given.person, given.room, r.kind, r.visitors, r.archived_at IS NOT NULL, m.role
    FROM {given} CROSS JOIN hubbub_room AS r
    LEFT JOIN hubbub_membership AS m ON m.room_id = given.room AND m.person_id = given.person
    WHERE r.stream_id = given.room
    """,
    {"person": "bigint", "room": "bigint"},
)


class Footing(msgspec.Struct, frozen=True):
    """How somebody stands to a room that they may see. `actor` is None for a visitor, `role` for who is no member."""

    room_id: int
    kind: str
    is_archived: bool
    actor: Actor | None
    role: str | None

    @property
    def is_member(self) -> bool:
        return self.role is not None

    @property
    def manages(self) -> bool:
        """Managers of the room, and admins in every room that they see; in a direct room only who moderates."""
        if self.actor is None:
            return False
        if self.actor.moderates or self.kind == Kind.DIRECT:
            return self.actor.moderates
        return self.role == Role.MANAGER or self.actor.is_admin

    @property
    def may_speak(self) -> bool:
        if self.actor is None or self.is_archived:
            return False
        return self.kind != Kind.ANNOUNCEMENT or self.manages

    @property
    def may_react(self) -> bool:
        return self.actor is not None and not self.is_archived


class Standing(Footing, frozen=True):
    """The same with the rows that it was read from."""

    room: Room
    membership: Membership | None


def no_such_room() -> NotFound:
    """The same answer for a room that is not there and one that may not be seen."""
    return NotFound("There is no such room.")


def may_see(room: Room, actor: Actor | None, *, is_member: bool) -> bool:
    """Whether this person, or this visitor, may read the room at this moment."""
    return may_see_kind(room.kind, actor, visitors=room.visitors, is_member=is_member)


def may_see_kind(kind: str, actor: Actor | None, *, visitors: bool, is_member: bool) -> bool:
    """The same for what is known of a room without its row."""
    if actor is None:
        return visitors and kind in _OPEN_KINDS
    if kind in _OPEN_KINDS or actor.moderates:
        return True
    if kind == Kind.STAFF:
        return actor.is_admin
    return is_member


def standing(actor: Actor | None, room_id: int | None) -> Standing:
    """The room and how the actor stands to it; raises NotFound, or Unauthenticated for a visitor."""
    room = Room.objects.filter(pk=room_id).first() if room_id is not None else None
    return standing_in(actor, room)


def standing_in(actor: Actor | None, room: Room | None) -> Standing:
    """The membership is asked for where there is no room too, so that it takes no longer if there is one."""
    membership = None
    if actor is not None:
        room_id = room.pk if room is not None else NOWHERE
        membership = Membership.objects.filter(room_id=room_id, person_id=actor.person_id).first()
    if room is not None and may_see(room, actor, is_member=membership is not None):
        role = membership.role if membership is not None else None
        return Standing(room.pk, room.kind, room.archived_at is not None, actor, role, room, membership)
    if actor is None:
        raise Unauthenticated("Sign in first.")
    raise no_such_room()


def footings(pairs: Collection[tuple[Actor, int]]) -> dict[tuple[Actor, int], Footing]:
    """Many at once; pairs of people and rooms that they may not see are left out."""
    return footings_of(pairs, grounds({(actor.person_id, room_id) for actor, room_id in pairs})())


def grounds(pairs: Collection[tuple[int, int]]) -> Later[Grounds]:
    """What `footings_of` needs to know of these pairs of person and room, before it is known who may act."""
    read = _FOOTINGS.asked(pairs)
    return lambda: {(person_id, room_id): tuple(facts) for person_id, room_id, *facts in read()}


def footings_of(pairs: Collection[tuple[Actor, int]], known: Grounds) -> dict[tuple[Actor, int], Footing]:
    """The footings of people who may act; pairs of people and rooms that they may not see are left out."""
    found: dict[tuple[Actor, int], Footing] = {}
    for actor, room_id in pairs:
        facts = known.get((actor.person_id, room_id))
        if facts is None:
            continue
        kind, visitors, is_archived, role = facts
        if may_see_kind(kind, actor, visitors=bool(visitors), is_member=role is not None):
            found[actor, room_id] = Footing(room_id, kind, bool(is_archived), actor, role)
    return found


def members_among(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs of person and room where the one belongs to the other."""
    return {(person_id, room_id) for person_id, room_id in _MEMBERS.fetch(pairs)}


def managed(actor: Actor, room_id: int | None) -> Standing:
    """The standing of somebody who must manage the room; raises NotFound or Forbidden."""
    found = standing(actor, room_id)
    if not found.manages:
        raise Forbidden("Only managers of the room may do that.")
    return found


def kinds_open_to_some(actors: Collection[Actor]) -> list[Kind]:
    """Kinds of room that any of these people may see without belonging to one; `may_see_kind` decides for each."""
    return [*_OPEN_KINDS, *([Kind.STAFF] if any(actor.is_admin for actor in actors) else [])]


def may_create_rooms(actor: Actor | None) -> bool:
    """Whether the person may open new rooms: everyone, unless the site says otherwise.

    `HUBBUB["ROOM_CREATORS"]` is `everyone`, `admins`, or the dotted name of a function that gives one of the two.
    """
    if actor is None:
        return False
    who = getattr(settings, "HUBBUB", {}).get("ROOM_CREATORS", "everyone")
    if "." in who:
        who = import_string(who)()
    return who == "everyone" or actor.is_admin
