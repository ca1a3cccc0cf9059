"""Saying something: any number of messages to any rooms, stored together in the order in which they were asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hubbub.events import log
from hubbub.events.log import LockedStream
from hubbub.events.schema import Draft, Repeat
from hubbub.lib import clock
from hubbub.lib.asking import Later, together
from hubbub.lib.refusals import Forbidden, NotFound, Refused
from hubbub.lib.rows import moment
from hubbub.lib.text import clean_body
from hubbub.limits import LIMITS
from hubbub.messages.counting import message_counts
from hubbub.messages.events import MESSAGE, Said
from hubbub.messages.markup import Rendered, possible_mentions, render
from hubbub.messages.models import Message
from hubbub.messages.operations import Answer, Send
from hubbub.messages.requests import Batch, Checked, Key, Request, answer, check_same
from hubbub.messages.rows import IN_THEIR_ROOM, MENTIONS, MESSAGES
from hubbub.people.actions import username_key
from hubbub.people.rows import handles
from hubbub.rooms.access import members_among
from hubbub.rooms.actions import enter_on_speaking
from hubbub.rooms.models import Kind

People = dict[str, tuple[int, str]]
"""Number and handle of people by the key of their handle."""


_UNRENDERED = Rendered("", frozenset())


@dataclass(slots=True)
class _Sending:
    """A message on its way into the store."""

    checked: Checked
    send: Send
    reply_to: int | None
    text: Rendered = _UNRENDERED
    joins: Draft | None = None
    id: int = 0
    seq: int = 0
    ordinal: int = 0

    @property
    def repeat(self) -> Repeat:
        return Repeat(self.checked.fingerprint, self.checked.room_id, self.seq, self.id)


@dataclass(slots=True)
class Supplies:
    """What the sends of one transaction need besides, read at once: of them all, so that some may not use theirs."""

    replied: set[tuple[int, int]]
    people: People
    said: dict[int, int]
    """How many messages each room has had."""
    numbers: Iterator[int]
    """For new messages."""


def supplying(requests: Iterable[Request]) -> Later[Supplies]:
    """A fixed number of queries for any number of sends."""
    sends = [
        (request.operation, request.room_id) for request in requests if isinstance(request.operation, Send)
    ]
    replying = _replied_messages(sends)
    naming = mentionable(send.body for send, _ in sends)
    counting = message_counts({room_id for _, room_id in sends if room_id is not None})
    numbering = MESSAGES.next_ids(len(sends))
    return lambda: Supplies(replying(), naming(), counting(), iter(numbering()))


def send_messages(requests: Sequence[Request], batch: Batch, supplies: Supplies) -> list[Answer | Refused]:
    """Store these messages; each is answered with its own position, or refused alone."""
    sending: dict[Key, _Sending] = {}
    outcomes = [_accepted(request, batch, supplies.replied, sending) for request in requests]
    _store(list(sending.values()), batch, supplies)
    return [
        outcome if not isinstance(outcome, _Sending) else _stored_answer(request, outcome)
        for request, outcome in zip(requests, outcomes, strict=True)
    ]


def mentionable(bodies: Iterable[str]) -> Later[People]:
    """The people named with an @ in any of these texts, by every spelling that may stand there."""
    return handles({username_key(name) for body in bodies for name in possible_mentions(body)})


def rendered(body: str, people: People) -> Rendered:
    """The safe HTML of a text, and the handles that it names."""

    def handle(name: str) -> str | None:
        person = people.get(username_key(name))
        return person[1] if person else None

    return render(body, mention=handle)


def call_members(messages: Iterable[tuple[int, int, int, int, frozenset[str]]], people: People) -> None:
    """Keep whom these messages name: the members of their room, but for the author.

    A message is its number, room, position, author and the handles in it.
    """
    numbers = {username: person_id for person_id, username in people.values()}
    called = [
        (pk, numbers[name], room_id, seq)
        for pk, room_id, seq, author_id, names in messages
        for name in sorted(names)
        if numbers[name] != author_id
    ]
    members = members_among({(person_id, room_id) for _, person_id, room_id, _ in called})
    MENTIONS.insert([row for row in called if (row[1], row[2]) in members])


def _replied_messages(sends: Iterable[tuple[Send, int | None]]) -> Later[set[tuple[int, int]]]:
    """Of the messages that are replied to, those which are in the room where the reply is to stand: with that room."""
    found = IN_THEIR_ROOM.asked(
        {(pk, room_id) for send, room_id in sends if (pk := Message.pk_of(send.reply_to))}
    )
    return lambda: {(pk, room_id) for pk, room_id in found()}


def _accepted(
    request: Request, batch: Batch, replied: set[tuple[int, int]], sending: dict[Key, _Sending]
) -> Answer | Refused | _Sending:
    """A final outcome, or the message that is now (or already was) on its way."""
    send = request.operation
    assert isinstance(send, Send)
    try:
        checked = batch.check(request)
        if isinstance(checked, Answer):
            return checked
        first = sending.get(checked.key)
        if first is None:
            first = sending[checked.key] = _prepared(checked, send, replied)
        check_same(first.checked.fingerprint, checked.fingerprint)
        return first
    except Refused as refusal:
        return refusal


def _prepared(checked: Checked, send: Send, replied: set[tuple[int, int]]) -> _Sending:
    clean_body(send.body, max_chars=LIMITS.body_chars)
    if not checked.footing.may_speak:
        raise Forbidden(_why_not(checked))
    if send.reply_to is None:
        return _Sending(checked, send, None)
    reply_to = Message.pk_of(send.reply_to)
    if reply_to is None or (reply_to, checked.room_id) not in replied:
        raise NotFound("There is no such message to reply to.")
    return _Sending(checked, send, reply_to)


def _why_not(checked: Checked) -> str:
    if checked.footing.is_archived:
        return "The room is archived."
    return "Only managers can post in this room."


def _store(sending: list[_Sending], batch: Batch, supplies: Supplies) -> None:
    if not sending:
        return
    now, people = clock.now(), supplies.people
    for each in sending:
        each.text = rendered(each.send.body, people)
    _enter_rooms(sending, batch)
    _number(sending, batch.streams, supplies)
    at = moment(now)
    with together():
        MESSAGES.insert([_row(each, at) for each in sending])
        if people:
            call_members((_named(each) for each in sending if each.text.mentions), people)
        log.record_all(_drafts(sending, batch.streams, now))
        batch.remember([(each.checked, each.repeat) for each in sending])


def _enter_rooms(sending: list[_Sending], batch: Batch) -> None:
    """Whoever speaks in a public room for the first time joins it with that."""
    entering: list[_Sending] = []
    for each in sending:
        footing = each.checked.footing
        where = (each.checked.actor.person_id, footing.room_id)
        if footing.is_member or footing.kind == Kind.STAFF or where in batch.joined:
            continue
        batch.joined.add(where)
        entering.append(each)
    drafts = enter_on_speaking(
        [
            (each.checked.room_id, each.checked.actor, batch.streams[each.checked.room_id].head)
            for each in entering
        ]
    )
    for each, draft in zip(entering, drafts, strict=True):
        each.joins = draft


def _number(sending: list[_Sending], streams: dict[int, LockedStream], supplies: Supplies) -> None:
    heads, said = {pk: stream.head for pk, stream in streams.items()}, supplies.said
    for each in sending:
        room_id = each.checked.room_id
        heads[room_id] += 2 if each.joins else 1
        said[room_id] += 1
        each.id, each.seq, each.ordinal = next(supplies.numbers), heads[room_id], said[room_id]


def _row(each: _Sending, at: str) -> tuple[object, ...]:
    checked = each.checked
    where = (each.id, checked.room_id, each.seq, each.ordinal, checked.actor.person_id)
    return (*where, each.send.body, each.text.html, at, each.reply_to, "[]")


def _named(each: _Sending) -> tuple[int, int, int, int, frozenset[str]]:
    return (each.id, each.checked.room_id, each.seq, each.checked.actor.person_id, each.text.mentions)


def _drafts(
    sending: list[_Sending], streams: dict[int, LockedStream], now: datetime
) -> list[tuple[LockedStream, Draft]]:
    drafts = []
    for each in sending:
        stream, send, text = streams[each.checked.room_id], each.send, each.text
        if each.joins:
            drafts.append((stream, each.joins))
        mentions = tuple(sorted(text.mentions)) if text.mentions else ()
        said = Said(Message.wire_id_of(each.id), send.body, text.html, send.reply_to, mentions)
        drafts.append(
            (stream, Draft(MESSAGE, each.checked.actor.person_id, now, said, send.client_id or None))
        )
    return drafts


def _stored_answer(request: Request, stored: _Sending) -> Answer:
    """The first request of an id is answered with what was stored for it, any other as its repeat."""
    is_repeat = stored.send is not request.operation
    return answer(stored.repeat, request.operation.client_id, duplicate=is_repeat)
