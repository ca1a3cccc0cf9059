"""Rooms as everybody sees them, read raw for many people at once. Decides nothing."""

from collections.abc import Collection
from typing import NamedTuple

from hubbub.lib.rows import Statement

_PLACES = """
    SELECT r.stream_id, r.name, r.kind, r.topic, r.visitors, r.archived_at IS NOT NULL, s.head
    FROM {given} CROSS JOIN hubbub_room AS r JOIN hubbub_stream AS s ON s.id = r.stream_id
"""
_OF_KIND = Statement(_PLACES + "WHERE r.kind = given.kind", {"kind": "text"})
_BY_NUMBER = Statement(_PLACES + "WHERE r.stream_id = given.room", {"room": "bigint"})
_USERNAMES = Statement(
    """
    SELECT b.room_id, p.username FROM {given} CROSS JOIN hubbub_membership AS b
    JOIN hubbub_person AS p ON p.id = b.person_id WHERE b.room_id = given.room
    """,
    {"room": "bigint"},
)


class Place(NamedTuple):
    """A room, without what it is to anybody."""

    pk: int
    name: str
    kind: str
    topic: str
    visitors: bool
    archived: bool
    head: int


def places_of_kind(kinds: Collection[str]) -> list[Place]:
    """Every room of these kinds."""
    return [_place(*row) for row in _OF_KIND.fetch((kind,) for kind in kinds)]


def places(room_ids: Collection[int]) -> list[Place]:
    """These rooms."""
    return [_place(*row) for row in _BY_NUMBER.fetch((room_id,) for room_id in room_ids)]


def usernames_in(room_ids: Collection[int]) -> dict[int, list[str]]:
    """Who belongs to each of these rooms, in the order of their names."""
    found: dict[int, list[str]] = {room_id: [] for room_id in room_ids}
    for room_id, username in _USERNAMES.fetch((room_id,) for room_id in room_ids):
        found[room_id].append(username)
    return {room_id: sorted(people) for room_id, people in found.items()}


def _place(pk: int, name: str, kind: str, topic: str, visitors: object, archived: object, head: int) -> Place:
    return Place(pk, name, kind, topic, bool(visitors), bool(archived), head)
