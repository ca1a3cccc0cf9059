"""What changes rooms and who belongs to them. Each runs in a transaction and records an event."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from hubbub.events import log
from hubbub.events.log import LockedStream
from hubbub.events.schema import Draft, Recorded
from hubbub.lib import clock
from hubbub.lib.refusals import BadField, Conflict, Forbidden, NotFound, TooMany
from hubbub.lib.text import clean_body, clean_name, name_key
from hubbub.limits import LIMITS
from hubbub.people import actions as people
from hubbub.people.access import Actor
from hubbub.people.models import Person
from hubbub.rooms import access
from hubbub.rooms.events import JOIN, LEAVE, ROOM, Joined, Left, RoomChanged
from hubbub.rooms.models import Kind, Membership, Role, Room


@dataclass(frozen=True, slots=True)
class CreateRoom:
    actor: Actor
    name: str
    kind: str = Kind.PUBLIC
    topic: str = ""
    visitors: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """None leaves a field as it is."""

    actor: Actor
    room_id: int | None
    name: str | None = None
    topic: str | None = None
    kind: str | None = None
    visitors: bool | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class RoomAndActor:
    actor: Actor
    room_id: int | None


@dataclass(frozen=True, slots=True)
class ChangeMember:
    """`role` None is what is asked of a removal."""

    actor: Actor
    room_id: int | None
    username: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class OpenDirect:
    actor: Actor
    usernames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkRead:
    """`unread` allows the position to go backwards."""

    actor: Actor
    room_id: int | None
    seq: int
    unread: bool = False


def create_room(call: CreateRoom) -> Room:
    """A new room with the caller as manager; a taken name is a Conflict, whoever may see the other room."""
    name = clean_name(call.name, max_chars=LIMITS.name_chars)
    _check_kind(call.actor, call.kind)
    if not access.may_create_rooms(call.actor):
        raise Forbidden("Only admins may open new rooms here.")
    room = _insert_room(call, name)
    _record_joins(room, call.actor, [(_person(call.actor), Role.MANAGER)])
    return room


def change_room(call: ChangeRoom) -> Room:
    """Give a room another name, topic, kind or state; no change makes no event."""
    locked = _locked(call.room_id)
    found = access.managed(call.actor, call.room_id)
    room = found.room
    if room.is_direct:
        raise Forbidden("A direct room stays what it is.")
    if room.archived_at is not None and call.archived is None:
        raise Forbidden("The room is archived.")
    if call.kind is not None:
        _check_kind(call.actor, call.kind)
    before = _facts(room)
    _apply(call, room)
    if _facts(room) == before:
        return room
    if not access.may_see(room, call.actor, is_member=found.is_member):
        raise Forbidden("Join the room first: it would be gone for you.")
    _save_named(room)
    log.record(locked[room.pk], [Draft(ROOM, call.actor.person_id, clock.now(), _facts(room))])
    _touch_members(room)
    return room


def join(call: RoomAndActor) -> None:
    """The actor becomes a member of a room that they may see; twice makes no event."""
    _locked(call.room_id)
    found = access.standing(call.actor, call.room_id)
    if found.is_member:
        return
    if found.room.archived_at is not None:
        raise Forbidden("The room is archived.")
    _record_joins(found.room, call.actor, [(_person(call.actor), Role.MEMBER)])


def leave(call: RoomAndActor) -> None:
    """The actor leaves; twice makes no event. A direct room is never left."""
    _locked(call.room_id)
    found = access.standing(call.actor, call.room_id)
    if found.room.is_direct:
        raise Forbidden("A direct room cannot be left.")
    if found.membership is not None:
        _record_leave(found.room, call.actor, found.membership)


def set_member(call: ChangeMember) -> None:
    """A manager adds somebody or changes their role; no change makes no event."""
    _locked(call.room_id)
    room = _managed_named_room(call)
    role = call.role or Role.MEMBER
    if role not in Role.values:
        raise BadField("The role is `member` or `manager`.")
    person = person_named(call.username)
    membership = Membership.objects.filter(room=room, person=person).first()
    if membership is not None and (call.role is None or membership.role == role):
        return
    if room.kind == Kind.STAFF and not getattr(person.user, "is_staff", False):
        raise Forbidden("Only admins may enter a staff room.")
    _record_joins(room, call.actor, [(person, Role(role))])


def remove_member(call: ChangeMember) -> None:
    """A manager removes somebody; somebody who is not there makes no event."""
    _locked(call.room_id)
    room = _managed_named_room(call)
    person = person_named(call.username)
    membership = Membership.objects.filter(room=room, person=person).first()
    if membership is not None:
        _record_leave(room, call.actor, membership)


def open_direct(call: OpenDirect) -> tuple[Room, bool]:
    """The one direct room of exactly these people and the actor, and whether it was made just now."""
    people_there = _direct_people(call)
    key = ",".join(str(person.pk) for person in people_there)
    known = Room.objects.filter(direct_key=key).first()
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            room = Room.objects.create(
                stream=log.new_stream(), kind=Kind.DIRECT, direct_key=key, created_by_id=call.actor.person_id
            )
    except IntegrityError:
        return Room.objects.get(direct_key=key), False
    _record_joins(room, call.actor, [(person, Role.MEMBER) for person in people_there])
    return room, True


def mark_read(call: MarkRead) -> int:
    """Move the actor's read position, never backwards unless `unread`; gives where it is now."""
    found = access.standing(call.actor, call.room_id)
    if found.membership is None:
        raise Forbidden("Only members have a read position.")
    wanted = min(call.seq, log.heads([found.room.pk])[found.room.pk])
    moves = Membership.objects.filter(pk=found.membership.pk)
    moves = moves.exclude(read_seq=wanted) if call.unread else moves.filter(read_seq__lt=wanted)
    if moves.update(read_seq=wanted):
        people.moved([call.actor.person_id])
        return wanted
    return found.membership.read_seq


def person_named(username: str) -> Person:
    """The person with this handle, or the user who has not been in the chat yet; raises NotFound."""
    from hubbub.people.queries import find_person

    person = find_person(username)
    if person is None:
        raise NotFound("There is no such user.")
    return person


def enter_on_speaking(entering: Sequence[tuple[int, Actor, int]]) -> list[Draft]:
    """Speaking in a public room joins it: for each room, actor and head the event to record before the message."""
    if not entering:
        return []
    Membership.objects.bulk_create(
        Membership(room_id=room_id, person_id=actor.person_id, role=Role.MEMBER, read_seq=head)
        for room_id, actor, head in entering
    )
    people.moved(sorted({actor.person_id for _, actor, _ in entering}))
    return [_join_draft(actor, actor.username, Role.MEMBER) for _, actor, _ in entering]


def _locked(room_id: int | None) -> dict[int, LockedStream]:
    """The room's stream, so that what is checked next still holds when the event is recorded."""
    return log.lock([room_id] if room_id is not None else [])


def _check_kind(actor: Actor, kind: str) -> None:
    if kind not in Kind.values or kind == Kind.DIRECT:
        raise BadField("The kind is `public`, `private`, `announcement` or `staff`.")
    if kind == Kind.STAFF and not actor.is_admin:
        raise Forbidden("Only admins may make a staff room.")


def _insert_room(call: CreateRoom, name: str) -> Room:
    try:
        with transaction.atomic():
            return Room.objects.create(
                stream=log.new_stream(),
                kind=call.kind,
                name=name,
                name_key=name_key(name),
                topic=_clean_topic(call.topic),
                visitors=call.visitors,
                created_by_id=call.actor.person_id,
            )
    except IntegrityError:
        raise Conflict("A room with this name exists already.") from None


def _clean_topic(topic: str) -> str:
    """One line, or nothing."""
    words = " ".join(topic.split())
    return clean_body(words, max_chars=LIMITS.topic_chars) if words else ""


def _apply(call: ChangeRoom, room: Room) -> None:
    if call.name is not None:
        room.name = clean_name(call.name, max_chars=LIMITS.name_chars)
        room.name_key = name_key(room.name)
    if call.topic is not None:
        room.topic = _clean_topic(call.topic)
    if call.kind is not None:
        room.kind = call.kind
    if call.visitors is not None:
        room.visitors = call.visitors
    if call.archived is not None and call.archived != (room.archived_at is not None):
        room.archived_at = clock.now() if call.archived else None


def _save_named(room: Room) -> None:
    try:
        with transaction.atomic():
            room.save(update_fields=["name", "name_key", "topic", "kind", "visitors", "archived_at"])
    except IntegrityError:
        raise Conflict("A room with this name exists already.") from None


def _facts(room: Room) -> RoomChanged:
    return RoomChanged(room.name, room.topic, str(room.kind), room.visitors, room.archived_at is not None)


def _touch_members(room: Room) -> None:
    people.moved(list(room.memberships.values_list("person_id", flat=True)))


def _managed_named_room(call: ChangeMember) -> Room:
    room = access.managed(call.actor, call.room_id).room
    if room.is_direct:
        raise Forbidden("A direct room keeps its people.")
    if room.archived_at is not None:
        raise Forbidden("The room is archived.")
    return room


def _direct_people(call: OpenDirect) -> list[Person]:
    if len(set(call.usernames)) >= LIMITS.direct_people:
        raise TooMany(f"A direct room holds {LIMITS.direct_people} people at most.")
    found = {call.actor.person_id: _person(call.actor)}
    for username in call.usernames:
        person = person_named(username)
        found[person.pk] = person
    return sorted(found.values(), key=lambda person: person.pk)


def _record_joins(room: Room, actor: Actor, joining: Sequence[tuple[Person, Role]]) -> list[Recorded]:
    stream = log.lock([room.pk])[room.pk]
    drafts = []
    for person, role in joining:
        Membership.objects.update_or_create(
            room=room,
            person=person,
            defaults={"role": role},
            create_defaults={"role": role, "read_seq": stream.head},
        )
        drafts.append(_join_draft(actor, person.username, role))
    people.moved([person.pk for person, _ in joining])
    return log.record(stream, drafts)


def _join_draft(actor: Actor, username: str, role: Role) -> Draft:
    return Draft(JOIN, actor.person_id, clock.now(), Joined(username, str(role)))


def _record_leave(room: Room, actor: Actor, membership: Membership) -> None:
    stream = log.lock([room.pk])[room.pk]
    username = membership.person.username
    membership.delete()
    people.moved([membership.person_id])
    log.record(stream, [Draft(LEAVE, actor.person_id, clock.now(), Left(username))])


def _person(actor: Actor) -> Person:
    return Person.objects.get(pk=actor.person_id)
