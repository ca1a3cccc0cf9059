"""Reading rooms with what is unread in them, the log, and pages of messages as of one position."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from hubbub.events import log
from hubbub.events.models import Stream
from hubbub.lib import clock
from hubbub.lib.refusals import BadField, Gone
from hubbub.lib.snapshot import reading_snapshot
from hubbub.lib.text import name_key
from hubbub.limits import LIMITS
from hubbub.messages.counting import Held, held
from hubbub.messages.models import Message, Reaction
from hubbub.messages.places import Place, places, places_of_kind, usernames_in
from hubbub.messages.wire import EventsPage, MessagesPage, MessageState, RoomState, events_json
from hubbub.people.access import Actor
from hubbub.people.queries import usernames
from hubbub.rooms import access
from hubbub.rooms.access import Standing
from hubbub.rooms.models import Kind, Room


def room_list(actor: Actor) -> list[RoomState]:
    """Every room that the person may see, as they see it, by number."""
    return room_lists([actor])[actor.person_id]


def room_lists(actors: Collection[Actor]) -> dict[int, list[RoomState]]:
    """The same for many people, in as many queries as for one."""
    with reading_snapshot():
        return _states(actors)


def rooms_of(actor: Actor, room_ids: Collection[int]) -> list[RoomState]:
    """Those of these rooms that the person may see."""
    with reading_snapshot():
        return _states([actor], only=room_ids)[actor.person_id]


def room_state(actor: Actor | None, room_id: int | None) -> RoomState:
    """One room as this person, or a visitor, sees it; raises NotFound or Unauthenticated."""
    with reading_snapshot():
        if actor is None:
            room = access.standing(None, room_id).room
            return _state(places([room.pk])[0], None, None)
        found = _states([actor], only=[room_id] if room_id is not None else [])[actor.person_id]
        if not found:
            raise access.no_such_room()
        return found[0]


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
        page = _window(room, limit, before=before, after=after, around=around)
        quoted = _answered_elsewhere(room, page)
        states = _shown([*page, *quoted])
        return MessagesPage(log.epoch(), seq, states[: len(page)], states[len(page) :])


def newest_messages(room: Room, count: int) -> list[Message]:
    """The last messages of a room that were not deleted, oldest first."""
    rows = (
        Message.objects.filter(room=room, deleted_at=None).select_related("author").order_by("-seq")[:count]
    )
    return list(reversed(rows))


def last_said_at(room_ids: Collection[int]) -> dict[int, str]:
    """When something was last said in each of these rooms in which something was."""
    newest = Message.objects.filter(room=OuterRef("pk")).order_by("-seq").values("at")[:1]
    rows = Room.objects.filter(pk__in=room_ids).annotate(last_at=Subquery(newest)).exclude(last_at=None)
    return {room_id: clock.wire(at) for room_id, at in rows.values_list("pk", "last_at")}


def message_states(messages: QuerySet[Message]) -> list[MessageState]:
    """These messages as the wire shows them, in their order."""
    return _shown(_rows(messages))


def reactions_of(message_ids: Collection[int]) -> dict[int, dict[str, list[str]]]:
    """By message: emoji to usernames, each in the order in which they were put."""
    put = _reactions(message_ids)
    return _by_message(put, usernames({reaction.person_id for reaction in put}))


def _states(actors: Collection[Actor], *, only: Collection[int] | None = None) -> dict[int, list[RoomState]]:
    """By person: the rooms that they may see, of these only, by number. At most four queries."""
    belonging = held({actor.person_id for actor in actors}, only)
    if only is not None:
        shown = _Shown([place for place in places(only) if _seen_by_some(place, actors, belonging)])
        return {actor.person_id: shown.to(actor, belonging[actor.person_id], only) for actor in actors}
    everywhere = places_of_kind(access.kinds_open_to_some(actors))
    known = {place.pk for place in everywhere}
    elsewhere = {room_id for rooms in belonging.values() for room_id in rooms} - known
    shown = _Shown([*everywhere, *places(elsewhere)])
    return {
        actor.person_id: shown.to(
            actor, belonging[actor.person_id], known | belonging[actor.person_id].keys()
        )
        for actor in actors
    }


def _seen_by_some(
    place: Place, actors: Collection[Actor], belonging: Mapping[int, Mapping[int, Held]]
) -> bool:
    """Of others nothing more is read, as if they were not there."""
    return any(
        access.may_see_kind(
            place.kind, actor, visitors=place.visitors, is_member=place.pk in belonging[actor.person_id]
        )
        for actor in actors
    )


class _Shown:
    """Rooms of one reading, as different people see them."""

    def __init__(self, rooms: Sequence[Place]) -> None:
        self._places = {place.pk: place for place in rooms}
        self._usernames = usernames_in([place.pk for place in rooms if place.kind == Kind.DIRECT])
        self._to_strangers: dict[int, RoomState] = {}

    def to(self, actor: Actor, belonging: Mapping[int, Held], room_ids: Collection[int]) -> list[RoomState]:
        """Those of these rooms that the person may see."""
        found = []
        for place in [self._places[pk] for pk in sorted(room_ids) if pk in self._places]:
            own = belonging.get(place.pk)
            is_member = own is not None
            if access.may_see_kind(place.kind, actor, visitors=place.visitors, is_member=is_member):
                found.append(self._state(place, own))
        return found

    def _state(self, place: Place, own: Held | None) -> RoomState:
        """What a room is to whoever does not belong to it is the same for all of them."""
        if own is not None:
            return _state(place, own, self._usernames.get(place.pk))
        known = self._to_strangers.get(place.pk)
        if known is None:
            known = self._to_strangers[place.pk] = _state(place, None, self._usernames.get(place.pk))
        return known


def _state(place: Place, own: Held | None, people: list[str] | None) -> RoomState:
    return RoomState(
        Room.wire_id_of(place.pk),
        place.name,
        place.kind,
        place.topic,
        place.visitors,
        place.archived,
        place.head,
        own is not None,
        own.role if own else None,
        own.unread if own else 0,
        own.mentions if own else 0,
        own.read if own else 0,
        people if people is not None else msgspec.UNSET,
    )


def _check_page(position: int, limit: int) -> None:
    if position < 0 or limit < 1:
        raise BadField("A position is 0 or more and a limit 1 or more.")


def _window(
    room: Room, limit: int, *, before: int | None, after: int | None, around: int | None
) -> "list[_Row]":
    there = Message.objects.filter(room=room)
    if after is not None:
        return _rows(there.filter(seq__gt=after).order_by("seq")[:limit])
    if around is None:
        older = there if before is None else there.filter(seq__lt=before)
        return _rows(older.order_by("-seq")[:limit])[::-1]
    newer = _rows(there.filter(seq__gte=around).order_by("seq")[: (limit + 1) // 2])
    older_half = there.filter(seq__lt=around).order_by("-seq")[: limit - len(newer)]
    return [*_rows(older_half)[::-1], *newer]


class _Row(NamedTuple):
    """What a message shows of itself; the names are those of its columns."""

    id: int
    seq: int
    author_id: int
    body: str
    html: str
    at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    reply_to_id: int | None


def _message_state(row: _Row, by: str, reactions: dict[str, list[str]]) -> MessageState:
    deleted = row.deleted_at is not None
    return MessageState(
        id=Message.wire_id_of(row.id),
        seq=row.seq,
        by=by,
        body=None if deleted else row.body,
        html=None if deleted else row.html,
        at=clock.wire(row.at),
        edited_at=_wire_or_none(row.edited_at),
        deleted=deleted,
        reply_to=Message.wire_id_of(row.reply_to_id) if row.reply_to_id else None,
        reactions=reactions,
    )


def _answered_elsewhere(room: Room, page: "list[_Row]") -> "list[_Row]":
    """What these messages answer and is not among them, so that each answer can show what it is about."""
    wanted = {row.reply_to_id for row in page if row.reply_to_id} - {row.id for row in page}
    return sorted(_rows(Message.objects.filter(room=room, pk__in=wanted)), key=lambda row: row.seq)


def _rows(messages: QuerySet[Message]) -> "list[_Row]":
    return [_Row(*row) for row in messages.values_list(*_Row._fields)]


def _shown(rows: "list[_Row]") -> list[MessageState]:
    """One query for all their reactions, one for everybody whom this process never saw."""
    put = _reactions([row.id for row in rows])
    names = usernames({row.author_id for row in rows} | {reaction.person_id for reaction in put})
    reactions = _by_message(put, names)
    return [_message_state(row, names[row.author_id], reactions.get(row.id, {})) for row in rows]


class _Reaction(NamedTuple):
    id: int
    message_id: int
    emoji: str
    person_id: int


def _reactions(message_ids: Collection[int]) -> list[_Reaction]:
    rows = Reaction.objects.filter(message__in=message_ids)
    return sorted(_Reaction(*row) for row in rows.values_list(*_Reaction._fields))


def _by_message(put: Iterable[_Reaction], names: dict[int, str]) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for reaction in put:
        people = found.setdefault(reaction.message_id, {}).setdefault(reaction.emoji, [])
        people.append(names[reaction.person_id])
    return found


def _wire_or_none(moment: datetime | None) -> str | None:
    return clock.wire(moment) if moment else None
