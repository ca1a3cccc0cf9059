"""Rooms, who belongs to them, direct rooms and read positions."""

from typing import Any

from msgspec import UNSET, UnsetType

from hubbub.api.endpoint import Reply, Visit
from hubbub.api.shapes import (
    DirectWith,
    Members,
    MoveReadPosition,
    NewMember,
    NewRoom,
    Nothing,
    ReadPosition,
    RoomChange,
    Rooms,
)
from hubbub.events import journal
from hubbub.messages import counting
from hubbub.messages import queries as messages
from hubbub.rooms import actions, queries
from hubbub.rooms.models import Room

_create_room = journal.each(actions.create_room)
_change_room = journal.each(actions.change_room)
_join = journal.each(actions.join)
_leave = journal.each(actions.leave)
_set_member = journal.each(actions.set_member)
_remove_member = journal.each(actions.remove_member)
_open_direct = journal.each(actions.open_direct)
_mark_read = journal.each(actions.mark_read)

_EMPTY: dict[str, Any] = {}


def list_rooms(visit: Visit[Nothing]) -> Reply:
    """Every room that the caller may see."""
    return Reply(Rooms(messages.room_list(visit.actor)))


def create_room(visit: Visit[NewRoom]) -> Reply:
    """A new room, the caller its manager and first member."""
    sent = visit.sent
    call = actions.CreateRoom(visit.actor, sent.name, sent.kind, sent.topic, sent.visitors)
    room = journal.run(_create_room, call, owner=visit.actor.person_id)
    return _room(visit, room.pk, status=201)


def show_room(visit: Visit[Nothing]) -> Reply:
    """One room as the caller sees it."""
    return Reply(messages.room_state(visit.visitor_or_actor, visit.room_id))


def change_room(visit: Visit[RoomChange]) -> Reply:
    """Change a room's name, topic, kind or state; for its managers."""
    sent = visit.sent
    call = actions.ChangeRoom(
        visit.actor,
        visit.room_id,
        name=_given(sent.name),
        topic=_given(sent.topic),
        kind=_given(sent.kind),
        visitors=_given(sent.visitors),
        archived=_given(sent.archived),
    )
    room = journal.run(_change_room, call, streams=_streams(visit), owner=visit.actor.person_id)
    return _room(visit, room.pk)


def list_members(visit: Visit[Nothing]) -> Reply:
    """Who belongs to the room, and who of them is online."""
    return Reply(Members(queries.members(visit.actor, visit.room_id)))


def join(visit: Visit[Nothing]) -> Reply:
    """Become a member; twice makes no event."""
    call = actions.RoomAndActor(visit.actor, visit.room_id)
    journal.run(_join, call, streams=_streams(visit), owner=visit.actor.person_id)
    return _room(visit, visit.room_id)


def leave(visit: Visit[Nothing]) -> Reply:
    """Stop being a member; twice makes no event."""
    call = actions.RoomAndActor(visit.actor, visit.room_id)
    journal.run(_leave, call, streams=_streams(visit), owner=visit.actor.person_id)
    return Reply(_EMPTY)


def set_member(visit: Visit[NewMember]) -> Reply:
    """Add somebody or change their role; for managers."""
    call = actions.ChangeMember(visit.actor, visit.room_id, visit.sent.username, _given(visit.sent.role))
    journal.run(_set_member, call, streams=_streams(visit), owner=visit.actor.person_id)
    return Reply(_EMPTY)


def remove_member(visit: Visit[Nothing]) -> Reply:
    """Remove somebody; for managers."""
    call = actions.ChangeMember(visit.actor, visit.room_id, visit.path["username"])
    journal.run(_remove_member, call, streams=_streams(visit), owner=visit.actor.person_id)
    return Reply(_EMPTY)


def open_direct(visit: Visit[DirectWith]) -> Reply:
    """The one direct room of exactly these people and the caller; 201 when it was made just now."""
    call = actions.OpenDirect(visit.actor, tuple(visit.sent.usernames))
    room, made = journal.run(_open_direct, call, owner=visit.actor.person_id)
    return _room(visit, room.pk, status=201 if made else 200)


def mark_read(visit: Visit[MoveReadPosition]) -> Reply:
    """Move the caller's read position, never backwards unless `unread`; beyond the head it is the head."""
    call = actions.MarkRead(visit.actor, visit.room_id, visit.sent.seq, visit.sent.unread)
    seq = journal.run(_mark_read, call, streams=_streams(visit), owner=visit.actor.person_id)
    [(pk, (unread, mentions))] = counting.unread_counts(visit.actor.person_id, _streams(visit)).items()
    return Reply(ReadPosition(Room.wire_id_of(pk), seq, unread, mentions))


def _room(visit: Visit[Any], room_id: int | None, *, status: int = 200) -> Reply:
    return Reply(messages.room_state(visit.actor, room_id), status)


def _streams(visit: Visit[Any]) -> tuple[int, ...]:
    return (visit.room_id,) if visit.room_id is not None else ()


def _given(value: "Any | UnsetType") -> Any:
    return None if value is UNSET else value
