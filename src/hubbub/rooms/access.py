"""The one door from a person to a room. Absent and forbidden look alike; every surface comes through here."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from hubbub.lib.refusals import Forbidden, NotFound, Unauthenticated
from hubbub.people.access import Actor
from hubbub.rooms.models import Kind, Membership, Role, Room

_OPEN_KINDS = (Kind.PUBLIC, Kind.ANNOUNCEMENT)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a room that they may see. `actor` is None for a visitor who has not signed in."""

    room: Room
    actor: Actor | None
    membership: Membership | None

    @property
    def is_member(self) -> bool:
        return self.membership is not None

    @property
    def manages(self) -> bool:
        """Managers of the room, and admins in every room that they see; in a direct room only who moderates."""
        if self.actor is None:
            return False
        if self.actor.moderates or self.room.is_direct:
            return self.actor.moderates
        is_manager = self.membership is not None and self.membership.role == Role.MANAGER
        return is_manager or self.actor.is_admin

    @property
    def may_speak(self) -> bool:
        if self.actor is None or self.room.archived_at is not None:
            return False
        return self.manages or self.room.kind != Kind.ANNOUNCEMENT

    @property
    def may_react(self) -> bool:
        return self.actor is not None and self.room.archived_at is None


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
    membership = None
    if room is not None and actor is not None:
        membership = Membership.objects.filter(room=room, person_id=actor.person_id).first()
    if room is not None and may_see(room, actor, is_member=membership is not None):
        return Standing(room, actor, membership)
    if actor is None:
        raise Unauthenticated("Sign in first.")
    raise no_such_room()


def standings(pairs: Collection[tuple[Actor, int]]) -> dict[tuple[int, int], Standing]:
    """Many at once, by (person, room); pairs of people and rooms that they may not see are left out."""
    rooms = Room.objects.in_bulk({room_id for _, room_id in pairs})
    memberships = Membership.objects.filter(
        room__in=rooms, person__in={actor.person_id for actor, _ in pairs}
    )
    held = {(membership.person_id, membership.room_id): membership for membership in memberships}
    found: dict[tuple[int, int], Standing] = {}
    for actor, room_id in pairs:
        room, membership = rooms.get(room_id), held.get((actor.person_id, room_id))
        if room is not None and may_see(room, actor, is_member=membership is not None):
            found[actor.person_id, room_id] = Standing(room, actor, membership)
    return found


def managed(actor: Actor, room_id: int | None) -> Standing:
    """The standing of somebody who must manage the room; raises NotFound or Forbidden."""
    found = standing(actor, room_id)
    if not found.manages:
        raise Forbidden("Only managers of the room may do that.")
    return found


def visible_to(actor: Actor) -> QuerySet[Room]:
    """Every room that the person may see."""
    visible = Q(kind__in=_OPEN_KINDS) | Q(
        memberships__person=actor.person_id, kind__in=(Kind.PRIVATE, Kind.DIRECT)
    )
    if actor.is_admin:
        visible |= Q(kind=Kind.STAFF)
    return Room.objects.filter(visible).distinct()


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
