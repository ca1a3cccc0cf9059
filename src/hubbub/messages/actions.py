"""Saying, changing, taking back, reacting. `perform` is the action of every operation, whatever door it came through.

It runs in one transaction for a batch of requests: what they need is read at once, sends are stored together as far as
the order of each person allows, and a refusal of one leaves the others as they are.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from hubbub.events import journal, log
from hubbub.events.schema import Draft, Repeat
from hubbub.lib import clock
from hubbub.lib.asking import together
from hubbub.lib.emoji import clean_emoji
from hubbub.lib.refusals import Forbidden, Gone, NotFound, Refused, TooMany
from hubbub.lib.runs import few_runs, in_runs
from hubbub.lib.text import clean_body
from hubbub.limits import LIMITS
from hubbub.messages.events import DELETE, EDIT, REACT, UNREACT, Deleted, Edited, Reacted, Said
from hubbub.messages.models import Mention, Message, Reaction
from hubbub.messages.operations import Answer, Delete, Edit, Operation, React, Send, Unreact
from hubbub.messages.requests import Batch, Checked, Request, answer, preparing
from hubbub.messages.sending import call_members, mentionable, rendered, send_messages, supplying
from hubbub.people.access import Actor, Caller


def perform(requests: Sequence[Request]) -> list[Answer | Refused]:
    """Do these operations, those of one person in order; see `Answer`. A repeat gets the first answer again."""
    with together():
        prepared, supplied = preparing(requests), supplying(filter(_is_send, requests))
    batch, supplies = prepared(), supplied()

    def done(is_send: bool, some: list[Request]) -> list[Answer | Refused]:  # noqa: FBT001
        if is_send:
            return send_messages(some, batch, supplies)
        return [_changed(request, batch) for request in some]

    runs = few_runs(requests, kind=_is_send, owner=_owner)
    return in_runs(requests, runs, done)


def operate(by: Caller | Actor, room_id: int | None, operation: Operation) -> Answer:
    """Do one operation and wait for its commit (inside the caller's own transaction: with it). Raises Refused.

    Whoever can wait has counted it against the rate by `rates.take_shared`.
    """
    request = Request(by, room_id, operation, is_counted=True)
    return journal.run(perform, request, streams=_streams(room_id), owner=by.person_id)


def _is_send(request: Request) -> bool:
    return type(request.operation) is Send


def _owner(request: Request) -> int:
    return request.by.person_id


def _streams(room_id: int | None) -> tuple[int, ...]:
    return (room_id,) if room_id is not None else ()


def _changed(request: Request, batch: Batch) -> Answer | Refused:
    try:
        with transaction.atomic():
            checked = batch.check(request)
            if isinstance(checked, Answer):
                return checked
            target, seq = _CHANGES[type(checked.operation)](checked, batch)
            done = Repeat(checked.fingerprint, checked.room_id, seq, target.pk)
            batch.remember([(checked, done)])
            return answer(done, checked.operation.client_id)
    except Refused as refusal:
        return refusal


def _edit(checked: Checked, batch: Batch) -> tuple[Message, int]:
    operation = checked.operation
    assert isinstance(operation, Edit)
    body = clean_body(operation.body, max_chars=LIMITS.body_chars)
    message = _own_message(checked, operation.target)
    if message.deleted_at is not None:
        raise Gone("The message was deleted.")
    if not checked.footing.may_speak:
        raise Forbidden("You cannot post in this room.")
    people = mentionable([body])()
    text = rendered(body, people)
    edited = Edited(message.wire_id, body, text.html, tuple(sorted(text.mentions)))
    now = clock.now()
    seq = _record(checked, batch, EDIT, edited, at=now)
    message.body, message.html, message.edited_at = body, text.html, now
    message.edit_seqs = [*message.edit_seqs, seq]
    message.save(update_fields=["body", "html", "edited_at", "edit_seqs"])
    Mention.objects.filter(message=message).delete()
    call_members([(message.pk, message.room_id, message.seq, message.author_id, text.mentions)], people)
    return message, seq


def _delete(checked: Checked, batch: Batch) -> tuple[Message, int]:
    operation = checked.operation
    assert isinstance(operation, Delete)
    message = _own_message(checked, operation.target)
    if message.deleted_at is not None:
        return message, _head(checked, batch)
    if checked.footing.is_archived:
        raise Forbidden("The room is archived.")
    now = clock.now()
    seq = _record(checked, batch, DELETE, Deleted(message.wire_id), at=now)
    _blank_in_log(message)
    message.body, message.html, message.deleted_at = "", "", now
    message.save(update_fields=["body", "html", "deleted_at"])
    Mention.objects.filter(message=message).delete()
    return message, seq


def _react(checked: Checked, batch: Batch) -> tuple[Message, int]:
    operation = checked.operation
    assert isinstance(operation, React)
    emoji, message = _reacted_message(checked, operation)
    here = Reaction.objects.filter(message=message)
    if here.filter(person_id=checked.actor.person_id, emoji=emoji).exists():
        return message, _head(checked, batch)
    if not here.filter(emoji=emoji).exists() and _distinct(message) >= LIMITS.reactions_per_message:
        raise TooMany(f"A message holds {LIMITS.reactions_per_message} different reactions at most.")
    now = clock.now()
    seq = _record(checked, batch, REACT, Reacted(message.wire_id, emoji), at=now)
    Reaction.objects.create(message=message, person_id=checked.actor.person_id, emoji=emoji, at=now)
    return message, seq


def _unreact(checked: Checked, batch: Batch) -> tuple[Message, int]:
    operation = checked.operation
    assert isinstance(operation, Unreact)
    emoji, message = _reacted_message(checked, operation)
    removed, _ = Reaction.objects.filter(
        message=message, person_id=checked.actor.person_id, emoji=emoji
    ).delete()
    if not removed:
        return message, _head(checked, batch)
    return message, _record(checked, batch, UNREACT, Reacted(message.wire_id, emoji), at=clock.now())


_CHANGES: dict[type[Operation], Callable[[Checked, Batch], tuple[Message, int]]] = {
    Edit: _edit,
    Delete: _delete,
    React: _react,
    Unreact: _unreact,
}


def _own_message(checked: Checked, wire_id: str) -> Message:
    message = _message(checked, wire_id)
    if message.author_id != checked.actor.person_id and not checked.footing.manages:
        raise Forbidden("Only its author or a manager may change a message.")
    return message


def _reacted_message(checked: Checked, operation: React | Unreact) -> tuple[str, Message]:
    emoji = clean_emoji(operation.emoji)
    message = _message(checked, operation.target)
    if message.deleted_at is not None:
        raise Gone("The message was deleted.")
    if not checked.footing.may_react:
        raise Forbidden("The room is archived.")
    return emoji, message


def _message(checked: Checked, wire_id: str) -> Message:
    message = Message.objects.filter(pk=Message.pk_of(wire_id) or 0, room_id=checked.room_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    return message


def _record(checked: Checked, batch: Batch, kind: str, data: msgspec.Struct, *, at: datetime) -> int:
    draft = Draft(kind, checked.actor.person_id, at, data, checked.operation.client_id or None)
    stream = batch.streams[checked.room_id]
    return log.record(stream, [draft])[0].seq


def _head(checked: Checked, batch: Batch) -> int:
    return batch.streams[checked.room_id].head


def _distinct(message: Message) -> int:
    return Reaction.objects.filter(message=message).values("emoji").distinct().count()


def _blank_in_log(message: Message) -> None:
    """What was taken back leaves the log too: the words of the message and of each of its edits."""
    reply_to = Message.wire_id_of(message.reply_to_id) if message.reply_to_id else None
    log.blank(message.room_id, {message.seq: Said(message.wire_id, None, None, reply_to)})
    log.blank(message.room_id, {seq: Edited(message.wire_id, None, None) for seq in message.edit_seqs})
