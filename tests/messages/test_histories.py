"""Random histories of a room by several people: whatever they do, the log tells all of it and the counts are right."""

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hubbub.events import journal, log
from hubbub.lib.refusals import NotFound, Refused
from hubbub.messages.actions import operate
from hubbub.messages.counting import unread_counts
from hubbub.messages.models import Message
from hubbub.messages.operations import Answer, Delete, Edit, Operation, React, Send, Unreact
from hubbub.messages.queries import messages_page
from hubbub.rooms import actions
from hubbub.rooms.actions import ChangeMember, ChangeRoom, MarkRead, RoomAndActor
from hubbub.rooms.models import Membership, Room
from tests import cast
from tests.catch_up import Event, assert_log_tells_all, events_after

pytestmark = pytest.mark.django_db

PEOPLE = ("ada", "ben", "cleo", "dot")
WORDS = ("hello", "@ben look", "@cleo and @Dot.", "**bold** @ada", "тест 🐎")
EMOJI = ("👍", "🎉", "❤️")

_change = journal.each(actions.change_room)
_join = journal.each(actions.join)
_leave = journal.each(actions.leave)
_set_member = journal.each(actions.set_member)
_remove_member = journal.each(actions.remove_member)
_mark_read = journal.each(actions.mark_read)

people = st.sampled_from(PEOPLE)
words = st.sampled_from(WORDS)
emoji = st.sampled_from(EMOJI)
some = st.integers(min_value=0, max_value=40)


class Histories(RuleBasedStateMachine):
    """Any of the cast tries anything; what is refused must leave no trace."""

    room: Room

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.said: list[str] = []
        self.answers: list[tuple[str, Operation, Answer]] = []

    @initialize(kind=st.sampled_from(["public", "private", "announcement", "staff", "direct"]))
    def open(self, kind: str) -> None:
        for name in PEOPLE:
            cast.actor(name)
        if kind == "direct":
            self.room = cast.direct_room("ben", "cleo")
        else:
            self.room = cast.room("ada" if kind == "staff" else "ben", kind=kind)

    @rule(who=people, text=words, to=st.none() | some)
    def say(self, who: str, text: str, to: int | None) -> None:
        reply_to = self._message(to) if to is not None and self.said else None
        answer = self._operate(who, Send(cast.new_id(), text, reply_to))
        if answer is not None:
            self.said.append(answer.id)

    @precondition(lambda self: self.said)
    @rule(who=people, which=some, text=words)
    def edit(self, who: str, which: int, text: str) -> None:
        self._operate(who, Edit(cast.new_id(), self._message(which), text))

    @precondition(lambda self: self.said)
    @rule(who=people, which=some)
    def delete(self, who: str, which: int) -> None:
        self._operate(who, Delete(cast.new_id(), self._message(which)))

    @precondition(lambda self: self.said)
    @rule(who=people, which=some, put=emoji)
    def react(self, who: str, which: int, put: str) -> None:
        self._operate(who, React(cast.new_id(), self._message(which), put))

    @precondition(lambda self: self.said)
    @rule(who=people, which=some, put=emoji)
    def unreact(self, who: str, which: int, put: str) -> None:
        self._operate(who, Unreact(cast.new_id(), self._message(which), put))

    @precondition(lambda self: self.answers)
    @rule(which=some)
    def repeat(self, which: int) -> None:
        """The first answer again and no event; or nothing at all for whoever lost the room."""
        who, operation, first = self.answers[which % len(self.answers)]
        before = log.heads([self.room.pk])
        try:
            again = operate(cast.actor(who), self.room.pk, operation)
        except NotFound:
            again = None
        repeated = Answer(first.room, first.seq, first.id, first.client_id, duplicate=True)
        assert again in (None, repeated)
        assert log.heads([self.room.pk]) == before

    @rule(who=people)
    def join(self, who: str) -> None:
        self._try(lambda: journal.run(_join, RoomAndActor(cast.actor(who), self.room.pk)))

    @rule(who=people)
    def leave(self, who: str) -> None:
        self._try(lambda: journal.run(_leave, RoomAndActor(cast.actor(who), self.room.pk)))

    @rule(who=people, whom=people, role=st.sampled_from([None, "member", "manager"]))
    def add(self, who: str, whom: str, role: str | None) -> None:
        self._try(lambda: journal.run(_set_member, ChangeMember(cast.actor(who), self.room.pk, whom, role)))

    @rule(who=people, whom=people)
    def remove(self, who: str, whom: str) -> None:
        self._try(lambda: journal.run(_remove_member, ChangeMember(cast.actor(who), self.room.pk, whom)))

    @rule(
        who=people,
        name=st.none() | st.sampled_from(["Atelier", "Studio"]),
        kind=st.none() | st.sampled_from(["public", "private", "announcement"]),
        archived=st.none() | st.booleans(),
    )
    def change(self, who: str, name: str | None, kind: str | None, archived: bool | None) -> None:
        call = ChangeRoom(cast.actor(who), self.room.pk, name=name, kind=kind, archived=archived)
        self._try(lambda: journal.run(_change, call))

    @precondition(lambda self: self.said)
    @rule(who=people, which=some)
    def mark_unread(self, who: str, which: int) -> None:
        """From a message on, as the menu of a message does."""
        seq = Message.objects.get(pk=Message.pk_of(self._message(which)) or 0).seq
        self.read(who, seq - 1, unread=True)

    @rule(who=people, seq=some, unread=st.booleans())
    def read(self, who: str, seq: int, unread: bool) -> None:
        call = MarkRead(cast.actor(who), self.room.pk, seq, unread)
        self._try(lambda: journal.run(_mark_read, call))

    @invariant()
    def the_log_tells_all(self) -> None:
        folded = assert_log_tells_all(self.room.pk)
        for who in PEOPLE:
            self._sees_what_is_folded(who, [message["id"] for message in folded.messages.values()])

    @invariant()
    def the_counts_are_what_a_recount_gives(self) -> None:
        events = events_after(self.room.pk, 0)
        for member in Membership.objects.filter(room=self.room).select_related("person"):
            counted = unread_counts(member.person_id, [self.room.pk])[self.room.pk]
            assert counted == recount(events, member.person.username, member.read_seq)

    @invariant()
    def messages_are_numbered_in_their_order(self) -> None:
        ordinals = Message.objects.filter(room=self.room).order_by("seq").values_list("ordinal", flat=True)
        assert list(ordinals) == list(range(1, len(ordinals) + 1))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def _operate(self, who: str, operation: Operation) -> Answer | None:
        done: list[Answer] = []
        self._try(lambda: done.append(operate(cast.actor(who), self.room.pk, operation)))
        if not done:
            return None
        self.answers.append((who, operation, done[0]))
        return done[0]

    def _try(self, act: Callable[[], object]) -> None:
        before = log.heads([self.room.pk])
        try:
            act()
        except Refused:
            assert log.heads([self.room.pk]) == before

    def _message(self, which: int) -> str:
        return self.said[which % len(self.said)]

    def _sees_what_is_folded(self, who: str, ids: list[str]) -> None:
        try:
            page = messages_page(cast.actor(who), self.room.pk, limit=100)
        except NotFound:
            return
        assert [message.id for message in page.messages] == ids[-100:]
        assert page.seq == log.heads([self.room.pk])[self.room.pk]


def recount(events: list[Event], username: str, read: int) -> tuple[int, int]:
    """Unread messages and mentions of one person, by the log alone."""
    member = False
    unread: dict[str, bool] = {}
    for event in events:
        if event.get("user") == username:
            member = event["type"] == "join"
        if event["type"] == "message" and event["seq"] > read and event["by"] != username:
            unread[event["id"]] = member and username in event.get("mentions", ())
        elif event["type"] == "edit" and event["target"] in unread:
            unread[event["target"]] = member and username in event.get("mentions", ())
        elif event["type"] == "delete":
            unread.pop(event["target"], None)
    return len(unread), sum(unread.values())


def test_whatever_people_do_the_log_tells_all_of_it() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
