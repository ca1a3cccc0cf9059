"""What a person has not read, told from numbers that messages carry; how long a room is plays no part."""

from collections.abc import Collection
from typing import Any

from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from hubbub.messages.models import Mention, Message
from hubbub.messages.rows import COUNTS
from hubbub.rooms.models import Membership


def message_counts(room_ids: Collection[int]) -> dict[int, int]:
    """By room: how many messages it has had, deleted ones included."""
    return dict(COUNTS.fetch((room_id,) for room_id in room_ids))


def unread_counts(person_id: int, room_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By room: how many messages, and mentions, came after the person's read position."""
    counted = with_unread(Membership.objects.filter(person=person_id, room__in=room_ids))
    found = {
        room_id: (unread, mentions)
        for room_id, unread, mentions in counted.values_list("room_id", "unread", "mentions")
    }
    return {room_id: found.get(room_id, (0, 0)) for room_id in room_ids}


def with_unread(memberships: QuerySet[Membership]) -> QuerySet[Any]:
    """These memberships with what came after each one's read position: `unread` and `mentions`.

    Unread is what was said since, without one's own and without what others took back. The first is a difference
    of two ordinals, so that being behind by a hundred thousand costs no more than by one.
    """
    there = _of_room("room_id")
    since = there.filter(seq__gt=OuterRef("read_seq"))
    own = since.filter(author=OuterRef("person_id"))
    # Said as the partial index says it: SQLite does not see that “not null” and “is not null” are one.
    taken_back = since.filter(deleted_at__isnull=False).exclude(author=OuterRef("person_id"))
    said = _last_ordinal(there) - _last_ordinal(there.filter(seq__lte=OuterRef("read_seq")))
    mentions = Mention.objects.filter(
        person=OuterRef("person_id"), room=OuterRef("room_id"), seq__gt=OuterRef("read_seq")
    )
    return memberships.annotate(unread=said - _count(own) - _count(taken_back), mentions=_count(mentions))


def _of_room(outer: str) -> QuerySet[Message]:
    return Message.objects.filter(room=OuterRef(outer))


def _last_ordinal(messages: QuerySet[Message]) -> Any:
    return Coalesce(Subquery(messages.order_by("-seq").values("ordinal")[:1]), Value(0))


def _count(rows: QuerySet[Any]) -> Any:
    every = Func(template="COUNT(*)", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(count=every).values("count"))
