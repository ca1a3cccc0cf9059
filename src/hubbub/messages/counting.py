"""What a person has not read, told from numbers that messages carry; how long a room is plays no part."""

from collections.abc import Collection
from sys import intern
from typing import NamedTuple

from hubbub.lib.asking import Later
from hubbub.lib.rows import Statement
from hubbub.messages.rows import COUNTS

# Unread is what was said since, without one's own and without what others took back. The first is a difference of two
# ordinals, so that being behind by a hundred thousand costs no more than by one; who is not behind costs nothing.
_HELD = """
    SELECT b.person_id, b.room_id, b.role, b.read_seq,
        CASE WHEN s.head <= b.read_seq THEN 0 ELSE coalesce(
            (SELECT m.ordinal FROM hubbub_message AS m WHERE m.room_id = b.room_id ORDER BY m.seq DESC LIMIT 1), 0
        ) - coalesce(
            (SELECT m.ordinal FROM hubbub_message AS m WHERE m.room_id = b.room_id AND m.seq <= b.read_seq
             ORDER BY m.seq DESC LIMIT 1), 0
        ) - (
            SELECT count(*) FROM hubbub_message AS m
            WHERE m.room_id = b.room_id AND m.seq > b.read_seq AND m.author_id = b.person_id
        ) - (
            SELECT count(*) FROM hubbub_message AS m
            WHERE m.room_id = b.room_id AND m.seq > b.read_seq AND m.deleted_at IS NOT NULL
            AND m.author_id <> b.person_id
        ) END,
        CASE WHEN s.head <= b.read_seq THEN 0 ELSE (
            SELECT count(*) FROM hubbub_mention AS n
            WHERE n.person_id = b.person_id AND n.room_id = b.room_id AND n.seq > b.read_seq
        ) END
    FROM {given} CROSS JOIN hubbub_membership AS b JOIN hubbub_stream AS s ON s.id = b.room_id
"""
_OF_PEOPLE = Statement(_HELD + "WHERE b.person_id = given.person", {"person": "bigint"})
_OF_BOTH = Statement(
    _HELD + "WHERE b.room_id = given.room AND b.person_id = given.person",
    {"person": "bigint", "room": "bigint"},
)


class Held(NamedTuple):
    """What belonging to a room means for one person. There are two roles, and one text for each: sockets keep it."""

    role: str
    read: int
    unread: int
    mentions: int


def message_counts(room_ids: Collection[int]) -> Later[dict[int, int]]:
    """By room: how many messages it has had, deleted ones included."""
    found = COUNTS.asked((room_id,) for room_id in room_ids)
    return lambda: dict(found())


def unread_counts(person_id: int, room_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By room: how many messages, and mentions, came after the person's read position."""
    found = held([person_id], room_ids)[person_id]
    return {
        room_id: (found[room_id].unread, found[room_id].mentions) if room_id in found else (0, 0)
        for room_id in room_ids
    }


def held(person_ids: Collection[int], room_ids: Collection[int] | None = None) -> dict[int, dict[int, Held]]:
    """By person and room, of these rooms only or of all that they belong to. One query."""
    if room_ids is None:
        rows = _OF_PEOPLE.fetch((person_id,) for person_id in person_ids)
    else:
        rows = _OF_BOTH.fetch((person_id, room_id) for person_id in person_ids for room_id in room_ids)
    found: dict[int, dict[int, Held]] = {person_id: {} for person_id in person_ids}
    for person_id, room_id, role, *numbers in rows:
        found[person_id][room_id] = Held(intern(role), *numbers)
    return found
