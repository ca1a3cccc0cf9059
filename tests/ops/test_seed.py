"""`hubbub seed`: a workspace with something of everything, the same for the same seed, and consistent."""

import io
import re

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from hubbub.events.models import Event
from hubbub.lib import clock
from hubbub.messages.actions import operate
from hubbub.messages.counting import unread_counts
from hubbub.messages.models import Mention, Message, Reaction
from hubbub.messages.operations import Send
from hubbub.ops import consistency
from hubbub.ops.bulk import seed_bulk
from hubbub.ops.seeding import seed_story
from hubbub.people.access import actor_of
from hubbub.people.models import Person
from hubbub.rooms.models import Kind, Membership, Room

pytestmark = pytest.mark.django_db


def test_a_seeded_workspace_has_something_of_everything() -> None:
    seed_story(1)

    assert {*Room.objects.values_list("kind", flat=True)} == set(Kind.values)
    assert Room.objects.exclude(kind=Kind.DIRECT).count() == 6
    assert 250 < Message.objects.count() < 800
    assert Message.objects.exclude(reply_to=None).exists()
    assert Message.objects.exclude(edited_at=None).exists()
    assert Message.objects.exclude(deleted_at=None).exists()
    assert Mention.objects.exists()
    assert Reaction.objects.count() > 50
    assert Person.objects.filter(is_bot=True).exists()
    assert list(consistency.findings()) == []


def test_it_happened_over_some_days_and_none_of_it_in_the_future() -> None:
    seed_story(1)

    times = list(Event.objects.order_by("at").values_list("at", flat=True))
    assert (times[-1] - times[0]).days >= 3
    assert times[-1] <= clock.now()
    for room in Room.objects.all():
        told = list(Event.objects.filter(stream=room.pk).order_by("seq").values_list("at", flat=True))
        assert told == sorted(told)


def test_the_same_seed_tells_the_same_story() -> None:
    def bodies() -> list[str]:
        return list(Message.objects.order_by("pk").values_list("body", flat=True))

    from django.db import transaction

    stories = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            seed_story(seed)
            stories.append(bodies())
            transaction.set_rollback(True)

    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


def test_it_says_once_how_to_sign_in() -> None:
    out = io.StringIO()
    call_command("seed", stdout=out)

    password = re.search(r"password (\S+)", out.getvalue())
    assert password is not None
    assert "Марина" in out.getvalue()
    assert authenticate(username="Марина", password=password[1]) is not None

    with pytest.raises(CommandError, match="already"):
        call_command("seed", stdout=out)


def test_many_messages_are_stored_in_many_rooms_with_all_that_people_do() -> None:
    made = seed_bulk(1, messages=700, rooms=3)

    assert (made.messages, made.rooms) == (700, 3)
    assert Message.objects.count() == 700
    assert Room.objects.count() == 3
    assert list(consistency.findings()) == []
    assert {*Event.objects.values_list("kind", flat=True)} == {
        *("join", "message", "edit", "delete", "react", "unreact")
    }
    assert Message.objects.exclude(reply_to=None).exists()
    assert Mention.objects.exists()
    assert Reaction.objects.exists()
    assert authenticate(username=made.usernames[0], password=made.password) is not None


def test_what_was_seeded_goes_on_as_if_it_had_been_said() -> None:
    made = seed_bulk(1, messages=60, rooms=2)
    room = Room.objects.order_by("pk").first()
    assert room is not None
    last = Message.objects.filter(room=room).order_by("-seq").first()
    assert last is not None
    person = Person.objects.get(username=made.usernames[0])

    answer = operate(actor_of(person), room.pk, Send("c1", "hello"))

    said = Message.objects.get(pk=Message.pk_of(answer.id) or 0)
    assert (said.ordinal, said.seq) == (last.ordinal + 1, answer.seq)
    assert list(consistency.findings()) == []


def test_one_person_of_it_never_read_and_the_largest_room_holds_a_tenth() -> None:
    made = seed_bulk(1, messages=1_000, rooms=10)
    unreading = Person.objects.get(username=made.usernames[1])
    rooms = list(Membership.objects.filter(person=unreading).values_list("room_id", flat=True))

    counts = unread_counts(unreading.pk, rooms)

    assert len(rooms) == 10
    assert sum(unread for unread, _ in counts.values()) > 500
    assert Message.objects.filter(room=min(rooms)).count() == 100


def test_a_second_one_stands_beside_the_first() -> None:
    seed_bulk(1, messages=20, rooms=2)
    seed_bulk(1, messages=20, rooms=2)

    assert (Message.objects.count(), Room.objects.count()) == (40, 4)
    assert list(consistency.findings()) == []
