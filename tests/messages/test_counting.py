"""Unread counts: what others said after one's read position and did not take back."""

import pytest
from django.core.management import call_command
from django.db import connection

from hubbub.events import journal
from hubbub.messages.counting import message_counts, unread_counts
from hubbub.messages.models import Message
from hubbub.rooms.actions import MarkRead, mark_read
from hubbub.rooms.models import Membership, Room
from tests import cast

pytestmark = pytest.mark.django_db

_mark_read = journal.each(mark_read)


@pytest.fixture
def room() -> Room:
    """Ben's room; Cleo belongs to it too."""
    made = cast.room("ben")
    cast.add(made, "ben", "cleo")
    return made


def unread(room: Room, username: str) -> int:
    return unread_counts(cast.actor(username).person_id, [room.pk])[room.pk][0]


def read_to(room: Room, username: str, seq: int) -> None:
    journal.run(_mark_read, MarkRead(cast.actor(username), room.pk, seq, unread=True))


def test_messages_are_numbered_room_by_room_deleted_ones_too(room: Room) -> None:
    other = cast.room("ben", "Other")
    for there in (room, other, room):
        cast.say(there, "ben", "hello")
    cast.delete(room, "ben", cast.say(room, "ben", "oops").id)
    cast.react(room, "ben", cast.say(room, "cleo", "last").id)

    ordinals = Message.objects.filter(room=room).order_by("seq").values_list("ordinal", flat=True)

    assert list(ordinals) == [1, 2, 3, 4]
    assert message_counts([room.pk, other.pk])() == {room.pk: 4, other.pk: 1}
    assert message_counts([cast.room("ben", "Empty").pk])().popitem()[1] == 0


def test_ones_own_messages_are_never_unread(room: Room) -> None:
    cast.say(room, "ben", "one")
    cast.say(room, "cleo", "two")
    cast.say(room, "cleo", "three")

    assert (unread(room, "ben"), unread(room, "cleo")) == (2, 1)


def test_what_was_taken_back_is_not_unread_whoever_said_it(room: Room) -> None:
    theirs = cast.say(room, "ben", "one")
    cast.say(room, "ben", "two")
    own = cast.say(room, "cleo", "mine")
    assert unread(room, "cleo") == 2

    cast.delete(room, "ben", theirs.id)
    assert unread(room, "cleo") == 1
    cast.delete(room, "cleo", own.id)
    assert (unread(room, "cleo"), unread(room, "ben")) == (1, 0)


def test_what_was_read_and_then_taken_back_changes_no_count(room: Room) -> None:
    seen = cast.say(room, "ben", "one")
    read_to(room, "cleo", seen.seq)
    cast.say(room, "ben", "two")

    cast.delete(room, "ben", seen.id)

    assert unread(room, "cleo") == 1


def test_going_back_makes_what_follows_unread_again(room: Room) -> None:
    said = [cast.say(room, "ben", f"{number}") for number in range(4)]
    cast.delete(room, "ben", said[2].id)
    read_to(room, "cleo", said[3].seq)
    assert unread(room, "cleo") == 0

    read_to(room, "cleo", said[0].seq)

    assert unread(room, "cleo") == 2


def test_whoever_joins_has_read_what_was_said_before(room: Room) -> None:
    for number in range(3):
        cast.say(room, "ben", f"{number}")
    cast.add(room, "ben", "dot")

    cast.say(room, "ben", "welcome")

    assert (unread(room, "dot"), unread(room, "cleo")) == (1, 4)


def test_whoever_does_not_belong_has_nothing_unread(room: Room) -> None:
    cast.say(room, "ben", "one")

    assert unread(room, "ada") == 0


def test_one_query_counts_every_room(room: Room, django_assert_num_queries: object) -> None:
    rooms = [room, *(cast.room("ben", f"Room {number}") for number in range(8))]
    for there in rooms[::2]:
        cast.say(there, "ada", "hello @ben")
    ben = cast.actor("ben").person_id

    with django_assert_num_queries(1):  # type: ignore[operator]
        counts = unread_counts(ben, [there.pk for there in rooms])

    assert counts == {there.pk: ((1, 1) if there in rooms[::2] else (0, 0)) for there in rooms}
    assert Membership.objects.filter(person=ben).count() == len(rooms)


@pytest.mark.django_db(transaction=True)
def test_messages_of_an_older_store_are_numbered(room: Room) -> None:
    other = cast.room("ben", "Other")
    for number in range(6):
        cast.say((room, other)[number % 3 == 0], "ben", f"{number}")
    cast.delete(room, "ben", cast.say(room, "ben", "oops").id)
    before = dict(Message.objects.values_list("pk", "ordinal"))

    try:
        call_command("migrate", "hubbub_messages", "0001", verbosity=0)
        columns = connection.introspection.get_table_description(connection.cursor(), "hubbub_message")
        assert "ordinal" not in {column.name for column in columns}
    finally:
        call_command("migrate", "hubbub_messages", verbosity=0)

    assert dict(Message.objects.values_list("pk", "ordinal")) == before
