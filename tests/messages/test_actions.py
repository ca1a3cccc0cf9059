"""What is done with messages: the rows and the events of each operation, and what it refuses."""

from collections.abc import Callable

import pytest
from django.db import transaction

from hubbub.events import journal
from hubbub.events.models import Receipt
from hubbub.lib.refusals import Conflict, Forbidden, Gone, NotFound, Refused
from hubbub.messages.actions import operate, perform
from hubbub.messages.counting import unread_counts
from hubbub.messages.models import Mention, Message, Reaction
from hubbub.messages.operations import Answer, React, Send
from hubbub.messages.requests import Request
from hubbub.rooms.models import Membership, Room
from tests import cast
from tests.catch_up import assert_events_catch_up, events_after

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    """Ben's room; Cleo belongs to it too."""
    made = cast.room("ben")
    cast.add(made, "ben", "cleo")
    return made


def unread(room: Room, username: str) -> tuple[int, int]:
    return unread_counts(cast.actor(username).person_id, [room.pk])[room.pk]


def mentioned(room: Room) -> set[str]:
    return set(Mention.objects.filter(room=room).values_list("person__username", flat=True))


def test_saying_something(room: Room) -> None:
    [event] = assert_events_catch_up(room, lambda: cast.say(room, "cleo", "hello *there*"))

    message = Message.objects.get(room=room)
    assert (event["type"], event["by"], event["body"], event["id"]) == (
        "message",
        "cleo",
        message.body,
        message.wire_id,
    )
    assert event["html"] == message.html
    assert (event["seq"], message.seq) == (3, 3)


def test_speaking_for_the_first_time_joins_a_public_room(room: Room) -> None:
    joined, said = assert_events_catch_up(room, lambda: cast.say(room, "dot", "hello"))

    assert (joined["type"], joined["user"], said["type"], said["by"]) == ("join", "dot", "message", "dot")
    assert Membership.objects.filter(room=room, person__username="dot").exists()


def test_replying(room: Room) -> None:
    first = cast.say(room, "ben", "one")

    [event] = assert_events_catch_up(room, lambda: cast.say(room, "cleo", "two", reply_to=first.id))

    assert event["reply_to"] == first.id


def test_editing_replaces_text_and_mentions(room: Room) -> None:
    said = cast.say(room, "ben", "hello @cleo")
    assert mentioned(room) == {"cleo"}

    [event] = assert_events_catch_up(room, lambda: cast.edit(room, "ben", said.id, "hello @dot and *all*"))

    assert (event["type"], event["target"]) == ("edit", said.id)
    assert mentioned(room) == set()
    assert unread(room, "cleo") == (1, 0)


def test_a_manager_edits_and_deletes_what_others_said(room: Room) -> None:
    said = cast.say(room, "cleo", "rude")

    assert_events_catch_up(room, lambda: cast.edit(room, "ben", said.id, "polite"))
    [event] = assert_events_catch_up(room, lambda: cast.delete(room, "ben", said.id))

    assert event["by"] == "ben"
    assert Message.objects.get().author.username == "cleo"


def test_deleting_blanks_the_row_and_the_log(room: Room) -> None:
    first = cast.say(room, "cleo", "a reply is to me")
    said = cast.say(room, "ben", "secret @cleo", reply_to=first.id)
    cast.edit(room, "ben", said.id, "secret again @cleo")
    cast.react(room, "cleo", said.id)
    before = events_after(room.pk, 0)

    [event] = assert_events_catch_up(room, lambda: cast.delete(room, "ben", said.id))

    assert (event["type"], event["target"]) == ("delete", said.id)
    row = Message.objects.get(seq=said.seq)
    assert (row.body, row.html) == ("", "")
    assert mentioned(room) == set()
    after = events_after(room.pk, 0)[:-1]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new["type"] for _, new in changed] == ["message", "edit"]
    for old, new in changed:
        assert "secret" not in str(new)
        blanked = {**old, "body": None, "html": None}
        blanked.pop("mentions")
        assert new == blanked
    assert unread(room, "cleo") == (0, 0)


def test_deleting_twice_is_silent(room: Room) -> None:
    said = cast.say(room, "ben", "oops")
    cast.delete(room, "ben", said.id)

    assert assert_events_catch_up(room, lambda: cast.delete(room, "ben", said.id)) == []


def test_reacting_and_taking_it_back(room: Room) -> None:
    said = cast.say(room, "ben", "one")

    [put] = assert_events_catch_up(room, lambda: cast.react(room, "cleo", said.id, "🎉"))
    assert assert_events_catch_up(room, lambda: cast.react(room, "cleo", said.id, "🎉")) == []
    assert Reaction.objects.count() == 1
    [taken] = assert_events_catch_up(room, lambda: cast.unreact(room, "cleo", said.id, "🎉"))
    assert assert_events_catch_up(room, lambda: cast.unreact(room, "cleo", said.id, "🎉")) == []

    assert (put["type"], put["target"], put["emoji"], put["by"]) == ("react", said.id, "🎉", "cleo")
    assert (taken["type"], taken["emoji"]) == ("unreact", "🎉")
    assert not Reaction.objects.exists()


@pytest.mark.parametrize(
    "again",
    [
        lambda room, target: cast.edit(room, "ben", target, "x"),
        lambda room, target: cast.react(room, "ben", target),
        lambda room, target: cast.unreact(room, "ben", target),
    ],
)
def test_what_was_deleted_stays_as_it_is(room: Room, again: Callable[[Room, str], Answer]) -> None:
    said = cast.say(room, "ben", "one")
    again(room, said.id)
    cast.delete(room, "ben", said.id)

    with pytest.raises(Gone):
        again(room, said.id)


def test_a_stranger_changes_nothing(room: Room) -> None:
    said = cast.say(room, "ben", "one")

    with pytest.raises(Forbidden):
        cast.edit(room, "cleo", said.id, "x")
    with pytest.raises(Forbidden):
        cast.delete(room, "cleo", said.id)
    hidden = cast.room("ben", "Hidden", "private")
    with pytest.raises(NotFound):
        cast.say(hidden, "cleo", "let me in")


def test_mentions_are_of_members_and_never_of_oneself(room: Room) -> None:
    cast.actor("dot")

    [event] = assert_events_catch_up(room, lambda: cast.say(room, "ben", "@cleo, @dot. @Ben and @nobody"))

    assert event["mentions"] == ["ben", "cleo", "dot"]
    assert mentioned(room) == {"cleo"}


def test_a_repeat_gets_the_first_answer(room: Room) -> None:
    first = cast.say(room, "ben", "once", client_id="same")

    assert assert_events_catch_up(room, lambda: cast.say(room, "ben", "once", client_id="same")) == []
    again = cast.say(room, "ben", "once", client_id="same")

    assert (first.duplicate, again.duplicate) == (False, True)
    assert (first.seq, first.id) == (again.seq, again.id)
    with pytest.raises(Conflict):
        cast.say(room, "ben", "otherwise", client_id="same")
    with pytest.raises(Conflict):
        cast.say(room, "ben", "once", client_id="same", reply_to=first.id)


def test_a_repeat_is_refused_to_whoever_lost_the_room() -> None:
    there, other = cast.room("ben", "There", "private"), cast.room("ben", "Other")
    cast.add(there, "ben", "cleo")
    cast.say(there, "cleo", "once", client_id="same")

    cast.remove(there, "ben", "cleo")

    for room in (there, other):
        with pytest.raises(NotFound):
            cast.say(room, "cleo", "once", client_id="same")


def test_a_refused_operation_keeps_no_receipt(room: Room) -> None:
    with pytest.raises(Refused):
        cast.say(room, "ben", " ", client_id="mine")

    assert not Receipt.objects.exists()
    assert not cast.say(room, "ben", "now", client_id="mine").duplicate


def test_a_batch_keeps_the_order_of_each_person_and_refuses_alone(room: Room) -> None:
    ben, cleo = cast.actor("ben"), cast.actor("cleo")
    said = cast.say(room, "ben", "zero")
    hidden = cast.room("ben", "Hidden", "private")
    requests = [
        Request(ben, room.pk, Send("b1", "one")),
        Request(cleo, hidden.pk, Send("b2", "not mine")),
        Request(cleo, room.pk, Send("b3", "two")),
        Request(cleo, room.pk, Send("b3", "two")),
        Request(cleo, room.pk, Send("b3", "another two")),
        Request(cleo, room.pk, React("b4", said.id, "👍")),
        Request(ben, room.pk, Send("b5", "three")),
        Request(cleo, None, Send("b6", "nowhere")),
    ]
    outcomes: list[Answer | Refused] = []

    def all_at_once() -> None:
        outcomes.extend(journal.run(lambda calls: [perform(calls[0])], requests))

    events = assert_events_catch_up(room, all_at_once)

    assert [getattr(outcome, "seq", None) or type(outcome).__name__ for outcome in outcomes] == [
        4, "NotFound", 5, 5, "Conflict", 7, 6, "NotFound",
    ]  # fmt: skip
    assert [event["type"] for event in events] == ["message", "message", "message", "react"]


def test_first_words_of_many_people_in_one_batch_join_each_once(room: Room) -> None:
    people = [cast.actor(f"person{number}") for number in range(3)]
    requests = [
        Request(actor, room.pk, Send(f"{actor.username}-{number}", "hello"))
        for number in range(2)
        for actor in people
    ]

    events = assert_events_catch_up(room, lambda: journal.run(lambda calls: [perform(calls[0])], requests))

    assert [event["type"] for event in events] == ["join", "message"] * 3 + ["message"] * 3


def test_an_operation_inside_the_callers_transaction_stands_or_falls_with_it(room: Room) -> None:
    def both() -> None:
        with transaction.atomic():
            operate(cast.actor("ben"), room.pk, Send("inside", "gone with it"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        both()

    assert not Message.objects.exists()
    assert [event["type"] for event in events_after(room.pk, 0)] == ["join", "join"]
