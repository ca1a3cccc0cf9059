"""Reading rooms with what is unread in them, the log, and pages of messages as of one position."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from hubbub.events import log
from hubbub.events.models import Stream
from hubbub.lib import clock
from hubbub.lib.refusals import BadField, Gone
from hubbub.lib.snapshot import reading_snapshot
from hubbub.lib.text import name_key
from hubbub.limits import LIMITS
from hubbub.messages.counting import unread_counts
from hubbub.messages.models import Message, Reaction
from hubbub.messages.wire import EventsPage, MessagesPage, MessageState, RoomState, events_json
from hubbub.people.access import Actor
from hubbub.rooms import access
from hubbub.rooms.access import Standing
from hubbub.rooms.models import Kind, Membership, Room


def room_list(actor: Actor) -> list[RoomState]:
    """Every room that the person may see, as they see it, by number."""
    with reading_snapshot():
        return _states(actor, access.visible_to(actor))


def rooms_of(actor: Actor, room_ids: Collection[int]) -> list[RoomState]:
    """Those of these rooms that the person may see."""
    with reading_snapshot():
        return _states(actor, access.visible_to(actor).filter(pk__in=room_ids))


def room_state(actor: Actor | None, room_id: int | None) -> RoomState:
    """One room as this person, or a visitor, sees it; raises NotFound or Unauthenticated."""
    with reading_snapshot():
        standing = access.standing(actor, room_id)
        if actor is not None:
            return _states(actor, Room.objects.filter(pk=standing.room.pk))[0]
        return _state(standing.room, log.heads([standing.room.pk])[standing.room.pk])


def room_named(actor: Actor | None, name: str) -> Standing:
    """The room with this name in any spelling; raises NotFound or Unauthenticated."""
    return access.standing_in(actor, Room.objects.filter(name_key=name_key(name)).first())


def events_page(actor: Actor | None, room_id: int | None, *, after: int, limit: int) -> EventsPage:
    """The log of a room after a position; Gone below its floor."""
    _check_page(after, limit)
    with reading_snapshot():
        room = access.standing(actor, room_id).room
        stream = Stream.objects.get(pk=room.pk)
        if after < stream.floor:
            raise Gone("The log before this position was purged; read the messages afresh.")
        events = log.read_after(room.pk, after, limit=min(limit, LIMITS.events_page))
        epoch = log.epoch()
    raw = [msgspec.Raw(event) for event in events_json(events)]
    return EventsPage(epoch, stream.floor, stream.head, raw)


def messages_page(
    actor: Actor | None,
    room_id: int | None,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> MessagesPage:
    """Messages before or after a position or around it (without one: the newest), as of the page's `seq`."""
    if sum(position is not None for position in (before, after, around)) > 1:
        raise BadField("Give only one of `before`, `after` and `around`.")
    _check_page(before or after or around or 0, limit)
    limit = min(limit, LIMITS.messages_page)
    with reading_snapshot():
        room = access.standing(actor, room_id).room
        seq = log.heads([room.pk])[room.pk]
        rows = _window(room, limit, before=before, after=after, around=around)
        answered = _answered_elsewhere(room, rows)
        return MessagesPage(log.epoch(), seq, message_states(rows), message_states(answered))


def newest_messages(room: Room, count: int) -> list[Message]:
    """The last messages of a room that were not deleted, oldest first."""
    rows = _with_author(room).filter(deleted_at=None).order_by("-seq")[:count]
    return list(reversed(rows))


def last_said_at(room_ids: Collection[int]) -> dict[int, str]:
    """When something was last said in each of these rooms in which something was."""
    newest = Message.objects.filter(room=OuterRef("pk")).order_by("-seq").values("at")[:1]
    rows = Room.objects.filter(pk__in=room_ids).annotate(last_at=Subquery(newest)).exclude(last_at=None)
    return {room_id: clock.wire(at) for room_id, at in rows.values_list("pk", "last_at")}


def message_states(rows: Sequence[Message]) -> list[MessageState]:
    """These messages as the wire shows them; one query for all their reactions."""
    reactions = reactions_of([row.pk for row in rows]) if rows else {}
    return [_message_state(row, reactions.get(row.pk, {})) for row in rows]


def reactions_of(message_ids: Collection[int]) -> dict[int, dict[str, list[str]]]:
    """By message: emoji to usernames, each in the order in which they were put."""
    found: dict[int, dict[str, list[str]]] = {}
    rows = Reaction.objects.filter(message__in=message_ids).order_by("pk")
    for message_id, emoji, username in rows.values_list("message_id", "emoji", "person__username"):
        found.setdefault(message_id, {}).setdefault(emoji, []).append(username)
    return found


def _states(actor: Actor, rooms: Iterable[Room]) -> list[RoomState]:
    shown = sorted(rooms, key=lambda room: room.pk)
    ids = [room.pk for room in shown]
    held = {row.room_id: row for row in Membership.objects.filter(person=actor.person_id, room__in=ids)}
    heads = log.heads(ids)
    counts = unread_counts(actor.person_id, list(held))
    people = _direct_usernames([room.pk for room in shown if room.is_direct])
    return [
        _state(room, heads[room.pk], held.get(room.pk), counts.get(room.pk, (0, 0)), people.get(room.pk))
        for room in shown
    ]


def _state(
    room: Room,
    head: int,
    membership: Membership | None = None,
    counts: tuple[int, int] = (0, 0),
    people: list[str] | None = None,
) -> RoomState:
    return RoomState(
        id=room.wire_id,
        name=room.name,
        kind=room.kind,
        topic=room.topic,
        visitors=room.visitors,
        archived=room.archived_at is not None,
        head=head,
        member=membership is not None,
        role=membership.role if membership else None,
        unread=counts[0],
        mentions=counts[1],
        read=membership.read_seq if membership else 0,
        usernames=people if people is not None else msgspec.UNSET,
    )


def _direct_usernames(room_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Membership.objects.filter(room__in=room_ids, room__kind=Kind.DIRECT).order_by("person__username")
    for room_id, username in rows.values_list("room_id", "person__username"):
        found.setdefault(room_id, []).append(username)
    return found


def _check_page(position: int, limit: int) -> None:
    if position < 0 or limit < 1:
        raise BadField("A position is 0 or more and a limit 1 or more.")


def _with_author(room: Room) -> QuerySet[Message]:
    return Message.objects.filter(room=room).select_related("author")


def _window(
    room: Room, limit: int, *, before: int | None, after: int | None, around: int | None
) -> list[Message]:
    rows = _with_author(room)
    if after is not None:
        return list(rows.filter(seq__gt=after).order_by("seq")[:limit])
    if around is None:
        older = rows if before is None else rows.filter(seq__lt=before)
        return list(reversed(older.order_by("-seq")[:limit]))
    newer = list(rows.filter(seq__gte=around).order_by("seq")[: (limit + 1) // 2])
    older_half = rows.filter(seq__lt=around).order_by("-seq")[: limit - len(newer)]
    return [*reversed(older_half), *newer]


def _message_state(row: Message, reactions: dict[str, list[str]]) -> MessageState:
    deleted = row.deleted_at is not None
    return MessageState(
        id=row.wire_id,
        seq=row.seq,
        by=row.author.username,
        body=None if deleted else row.body,
        html=None if deleted else row.html,
        at=clock.wire(row.at),
        edited_at=_wire_or_none(row.edited_at),
        deleted=deleted,
        reply_to=Message.wire_id_of(row.reply_to_id) if row.reply_to_id else None,
        reactions=reactions,
    )


def _answered_elsewhere(room: Room, rows: Sequence[Message]) -> list[Message]:
    """What these messages answer and is not among them, so that each answer can show what it is about."""
    wanted = {row.reply_to_id for row in rows if row.reply_to_id} - {row.pk for row in rows}
    return list(_with_author(room).filter(pk__in=wanted).order_by("seq")) if wanted else []


def _wire_or_none(moment: datetime | None) -> str | None:
    return clock.wire(moment) if moment else None
