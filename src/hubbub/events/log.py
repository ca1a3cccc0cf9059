"""Reading and recording the log. Recording happens inside a transaction which has locked the stream."""

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Q

from hubbub.events import announce
from hubbub.events.models import Event, LogState, Stream
from hubbub.events.rows import (
    ADVANCE,
    AFTER,
    BETWEEN,
    EPOCH,
    EVENTS,
    FLOORS,
    HAPPENED,
    HEADS,
    LOCK,
    RECEIPTS,
    REMEMBERED,
    REPEATS,
)
from hubbub.events.schema import Draft, Recorded, Repeat
from hubbub.lib import ids
from hubbub.lib.asking import Later
from hubbub.lib.rows import moment, moment_of

_encode = msgspec.json.Encoder().encode
_written = threading.local()

Witness = tuple[str, list[Any]]
"""A question that has an answer exactly if the transaction that wrote last on this thread is there."""


@dataclass(slots=True)
class LockedStream:
    """A stream that this transaction holds: nobody else gives it a number until the transaction ends."""

    pk: int
    head: int


def epoch() -> str:
    """The name of this life of the log."""
    found = EPOCH.fetch([(1,)])
    if not found:
        raise LogState.DoesNotExist
    name: str = found[0][0]
    return name


def ensure_epoch() -> None:
    """Begin the first life of the log, in a store that was made just now."""
    LogState.objects.get_or_create(pk=1, defaults={"epoch": ids.new_epoch()})


def new_epoch() -> str:
    """Begin another life of the log: positions that clients hold mean nothing any more."""
    state, _ = LogState.objects.update_or_create(pk=1, defaults={"epoch": ids.new_epoch()})
    return state.epoch


def new_stream() -> Stream:
    return Stream.objects.create()


def lock(stream_ids: Collection[int]) -> dict[int, LockedStream]:
    """These streams, held until the transaction ends, always taken in the same order. Unknown ids are left out."""
    return locking(stream_ids)()


def locking(stream_ids: Collection[int]) -> Later[dict[int, LockedStream]]:
    """The same where it may be known later."""
    found = LOCK.asked((stream_id,) for stream_id in stream_ids)
    return lambda: {pk: LockedStream(pk, head) for pk, head in found()}


def record(stream: LockedStream, drafts: Sequence[Draft]) -> list[Recorded]:
    """Give the drafts the stream's next numbers, store them and have them told after the commit.

    The caller has locked the stream in this transaction and stores the changed rows in it too.
    """
    return record_all([(stream, draft) for draft in drafts])


def record_all(drafts: Sequence[tuple[LockedStream, Draft]]) -> list[Recorded]:
    """The same for drafts of several streams; within a stream their order here is their order for ever."""
    recorded = [_number(stream, draft) for stream, draft in drafts]
    EVENTS.insert([_row(event) for event in recorded])
    ADVANCE.run({stream.pk: stream.head for stream, _ in drafts}.items())
    if recorded:
        last = recorded[-1]
        _written.witness = (HAPPENED, [last.stream_id, last.seq, last.kind, moment(last.at), last.client_id])
    announce.tell(recorded)
    return recorded


def read_after(stream_id: int, seq: int, *, limit: int) -> list[Recorded]:
    """The events that follow position `seq`, in order, `limit` at most."""
    with connection.cursor() as cursor:
        cursor.execute(AFTER, [stream_id, seq, limit])
        return [_recorded(row) for row in cursor.fetchall()]


def read_between(ranges: Collection[tuple[int, int, int]]) -> list[Recorded]:
    """The events of many streams at once: (stream, after, up to and including), in order within each stream."""
    return sorted(map(_recorded, BETWEEN.fetch(ranges)), key=lambda event: (event.stream_id, event.seq))


def client_ids(stream_id: int, seqs: Collection[int], *, by: int) -> dict[int, str]:
    """The ids that this person gave to those of these events which are their own."""
    rows = Event.objects.filter(stream_id=stream_id, seq__in=seqs, by=by)
    return {seq: given for seq, given in rows.values_list("seq", "client_id") if given is not None}


def heads(stream_ids: Collection[int]) -> dict[int, int]:
    """The newest number of each stream that exists."""
    return dict(HEADS.fetch((pk,) for pk in stream_ids))


def floors(stream_ids: Collection[int]) -> dict[int, int]:
    """Up to where each stream was purged."""
    return dict(FLOORS.fetch((pk,) for pk in stream_ids))


def blank(stream_id: int, data_by_seq: dict[int, msgspec.Struct]) -> None:
    """Replace the data of these events, for words that were taken back. Nothing else in the log ever changes."""
    for seq, data in data_by_seq.items():
        Event.objects.filter(stream_id=stream_id, seq=seq).update(data=_encode(data).decode())


def repeats(wanted: Collection[tuple[int, str]]) -> Later[dict[tuple[int, str], Repeat]]:
    """The answers already given, by (author, client_id)."""
    found = REPEATS.asked(wanted)
    return lambda: {(author, client_id): Repeat(*answer) for author, client_id, *answer in found()}


def remember(answers: Iterable[tuple[int, str, Repeat]]) -> None:
    """Keep these answers for ever: (author, client_id, answer)."""
    rows = [
        (author, client_id, answer.fingerprint, answer.stream_id, answer.seq, answer.subject)
        for author, client_id, answer in answers
    ]
    RECEIPTS.insert(rows)
    if rows and witness() is None:
        author, client_id, *_, subject = rows[-1]
        _written.witness = (REMEMBERED, [author, client_id, subject])


def forget_witness() -> None:
    """Another transaction begins."""
    _written.witness = None


def witness() -> Witness | None:
    """Of what was written since; None if it was nothing that the log knows of."""
    found: Witness | None = getattr(_written, "witness", None)
    return found


def trim(stream_id: int, floor: int) -> None:
    """Purge the events up to `floor`; whoever is behind it gets a reset."""
    with transaction.atomic():
        locked = lock([stream_id])
        floor = min(floor, locked[stream_id].head)
        Stream.objects.filter(Q(pk=stream_id) & Q(floor__lt=floor)).update(floor=floor)
        Event.objects.filter(stream_id=stream_id, seq__lte=floor).delete()


def _number(stream: LockedStream, draft: Draft) -> Recorded:
    stream.head += 1
    data = _encode(draft.data).decode()
    return Recorded(stream.pk, stream.head, draft.kind, draft.by, draft.client_id, draft.at, data)


def _row(event: Recorded) -> tuple[object, ...]:
    return (
        *(event.stream_id, event.seq, event.kind, event.by, event.client_id),
        *(moment(event.at), event.data),
    )


def _recorded(row: tuple[Any, ...]) -> Recorded:
    stream_id, seq, kind, by, client_id, at, data = row
    return Recorded(stream_id, seq, kind, by, client_id, moment_of(at), data)
