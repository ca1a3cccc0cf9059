"""Saying something: any number of messages to any rooms, stored together in the order in which they were asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hubbub.events import log
from hubbub.events.models import Stream
from hubbub.events.schema import Draft, Repeat
from hubbub.lib import clock
from hubbub.lib.refusals import Forbidden, NotFound, Refused
from hubbub.lib.text import clean_body
from hubbub.limits import LIMITS
from hubbub.messages.counting import message_counts
from hubbub.messages.events import MESSAGE, Said
from hubbub.messages.markup import Rendered, possible_mentions, render
from hubbub.messages.models import Mention, Message
from hubbub.messages.operations import Answer, Send
from hubbub.messages.requests import Batch, Checked, Request, answer
from hubbub.people.actions import username_key
from hubbub.people.models import Person
from hubbub.rooms.actions import enter_on_speaking
from hubbub.rooms.models import Kind, Membership


@dataclass(slots=True)
class _Sending:
    """A message on its way into the store."""

    checked: Checked
    send: Send
    body: str
    reply_to: int | None
    joins: Draft | None = None
    seq: int = 0
    row: Message = field(default_factory=Message)


def send_messages(requests: Sequence[Request], batch: Batch) -> list[Answer | Refused]:
    """Store these messages; each is answered with its own position, or refused alone."""
    outcomes: list[Answer | Refused | None] = []
    sending: dict[tuple[int, str], _Sending] = {}
    for request in requests:
        outcome = _accepted(request, batch, sending)
        outcomes.append(outcome)
    _store(list(sending.values()), batch)
    return [
        outcome if outcome is not None else _stored_answer(request, batch, sending)
        for request, outcome in zip(requests, outcomes, strict=True)
    ]


def mentionable(bodies: Sequence[str]) -> dict[str, Person]:
    """The people named with an @ in any of these texts, by every spelling that may stand there."""
    keys = {username_key(name) for body in bodies for name in possible_mentions(body)}
    if not keys:
        return {}
    return {person.username_key: person for person in Person.objects.filter(username_key__in=keys)}


def rendered(body: str, people: dict[str, Person]) -> Rendered:
    """The safe HTML of a text, and the handles that it names."""

    def handle(name: str) -> str | None:
        person = people.get(username_key(name))
        return person.username if person else None

    return render(body, mention=handle)


def mention_rows(
    message: Message, names: frozenset[str], people: dict[str, Person], members: set[tuple[int, int]]
) -> list[Mention]:
    """A row for each member of the room whom the message names, but for its author."""
    named = {person.pk for person in people.values() if person.username in names}
    return [
        Mention(message=message, person_id=person_id, room_id=message.room_id, seq=message.seq)
        for person_id in sorted(named)
        if person_id != message.author_id and (message.room_id, person_id) in members
    ]


def member_pairs(rooms: set[int], people: dict[str, Person]) -> set[tuple[int, int]]:
    """Which of these people belong to which of these rooms."""
    if not people:
        return set()
    found = Membership.objects.filter(room__in=rooms, person__in={person.pk for person in people.values()})
    return set(found.values_list("room_id", "person_id"))


def _accepted(
    request: Request, batch: Batch, sending: dict[tuple[int, str], _Sending]
) -> Answer | Refused | None:
    """A final outcome, or None where the message is now (or already was) on its way."""
    assert isinstance(request.operation, Send)
    try:
        checked = batch.check(request)
        if isinstance(checked, Answer):
            return checked
        if checked.key not in sending:
            sending[checked.key] = _prepared(checked, request.operation)
    except Refused as refusal:
        return refusal
    return None


def _prepared(checked: Checked, send: Send) -> _Sending:
    body = clean_body(send.body, max_chars=LIMITS.body_chars)
    if not checked.standing.may_speak:
        raise Forbidden(_why_not(checked))
    return _Sending(checked, send, body, _replied_message(checked, send))


def _why_not(checked: Checked) -> str:
    if checked.room.archived_at is not None:
        return "The room is archived."
    return "Only managers can post in this room."


def _replied_message(checked: Checked, send: Send) -> int | None:
    if send.reply_to is None:
        return None
    pk = Message.pk_of(send.reply_to)
    if pk is None or not Message.objects.filter(pk=pk, room_id=checked.room.pk).exists():
        raise NotFound("There is no such message to reply to.")
    return pk


def _store(sending: list[_Sending], batch: Batch) -> None:
    if not sending:
        return
    now = clock.now()
    people = mentionable([each.body for each in sending])
    texts = [rendered(each.body, people) for each in sending]
    _enter_rooms(sending, batch)
    _number(sending, batch.streams)
    _insert(sending, texts, now)
    _insert_mentions(sending, texts, people)
    log.record_all(_drafts(sending, texts, batch.streams, now))
    batch.remember([(each.checked, _receipt(each)) for each in sending])


def _enter_rooms(sending: list[_Sending], batch: Batch) -> None:
    """Whoever speaks in a public room for the first time joins it with that."""
    entered: set[tuple[int, int]] = set()
    for each in sending:
        where = (each.checked.actor.person_id, each.checked.room.pk)
        if each.checked.standing.is_member or each.checked.room.kind == Kind.STAFF or where in entered:
            continue
        entered.add(where)
        head = batch.streams[each.checked.room.pk].head
        membership, each.joins = enter_on_speaking(each.checked.room, each.checked.actor, head=head)
        batch.entered(each.checked.standing, membership)


def _number(sending: list[_Sending], streams: dict[int, Stream]) -> None:
    heads = {pk: stream.head for pk, stream in streams.items()}
    for each in sending:
        heads[each.checked.room.pk] += 2 if each.joins else 1
        each.seq = heads[each.checked.room.pk]


def _insert(sending: list[_Sending], texts: list[Rendered], now: datetime) -> None:
    said = message_counts({each.checked.room.pk for each in sending})
    for each, text in zip(sending, texts, strict=True):
        said[each.checked.room.pk] += 1
        each.row = Message(
            room_id=each.checked.room.pk,
            seq=each.seq,
            ordinal=said[each.checked.room.pk],
            author_id=each.checked.actor.person_id,
            body=each.body,
            html=text.html,
            at=now,
            reply_to_id=each.reply_to,
        )
    Message.objects.bulk_create([each.row for each in sending])


def _insert_mentions(sending: list[_Sending], texts: list[Rendered], people: dict[str, Person]) -> None:
    members = member_pairs({each.checked.room.pk for each in sending}, people)
    rows = [
        row
        for each, text in zip(sending, texts, strict=True)
        if text.mentions
        for row in mention_rows(each.row, text.mentions, people, members)
    ]
    if rows:
        Mention.objects.bulk_create(rows)


def _drafts(
    sending: list[_Sending], texts: list[Rendered], streams: dict[int, Stream], now: datetime
) -> list[tuple[Stream, Draft]]:
    drafts = []
    for each, text in zip(sending, texts, strict=True):
        stream = streams[each.checked.room.pk]
        if each.joins:
            drafts.append((stream, each.joins))
        said = Said(each.row.wire_id, each.body, text.html, each.send.reply_to, tuple(sorted(text.mentions)))
        drafts.append(
            (stream, Draft(MESSAGE, each.checked.actor.person_id, now, said, each.send.client_id or None))
        )
    return drafts


def _receipt(each: _Sending) -> Repeat:
    return Repeat(each.checked.fingerprint, each.checked.room.pk, each.seq, each.row.pk)


def _stored_answer(
    request: Request, batch: Batch, sending: dict[tuple[int, str], _Sending]
) -> Answer | Refused:
    """The first request of an id is answered with what was stored for it, any other as its repeat."""
    try:
        repeat = batch.check(request)
    except Refused as refusal:
        return refusal
    assert isinstance(repeat, Answer)
    stored = sending[request.key]
    return answer(_receipt(stored), repeat.client_id) if stored.send is request.operation else repeat
