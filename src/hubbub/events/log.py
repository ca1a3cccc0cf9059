"""Reading and recording the log. Recording happens inside a transaction which has locked the stream."""

from collections.abc import Collection, Iterable, Sequence

import msgspec
from django.db import transaction
from django.db.models import Q

from hubbub.events import announce
from hubbub.events.models import Event, LogState, Receipt, Stream
from hubbub.events.schema import Draft, Recorded, Repeat
from hubbub.lib import ids

_encode = msgspec.json.Encoder().encode


def epoch() -> str:
    """The name of this life of the log."""
    return LogState.objects.get(pk=1).epoch


def ensure_epoch() -> None:
    """Begin the first life of the log, in a store that was made just now."""
    LogState.objects.get_or_create(pk=1, defaults={"epoch": ids.new_epoch()})


def new_epoch() -> str:
    """Begin another life of the log: positions that clients hold mean nothing any more."""
    state, _ = LogState.objects.update_or_create(pk=1, defaults={"epoch": ids.new_epoch()})
    return state.epoch


def new_stream() -> Stream:
    return Stream.objects.create()


def lock(stream_ids: Collection[int]) -> dict[int, Stream]:
    """These streams, held until the transaction ends, always taken in the same order. Unknown ids are left out."""
    rows = Stream.objects.select_for_update().filter(pk__in=stream_ids).order_by("pk")
    return {stream.pk: stream for stream in rows}


def record(stream: Stream, drafts: Sequence[Draft]) -> list[Recorded]:
    """Give the drafts the stream's next numbers, store them and have them told after the commit.

    The caller has locked the stream in this transaction and stores the changed rows in it too.
    """
    return record_all([(stream, draft) for draft in drafts])


def record_all(drafts: Sequence[tuple[Stream, Draft]]) -> list[Recorded]:
    """The same for drafts of several streams; within a stream their order here is their order for ever."""
    recorded = [_number(stream, draft) for stream, draft in drafts]
    Event.objects.bulk_create([_row(event) for event in recorded])
    for stream in {stream.pk: stream for stream, _ in drafts}.values():
        Stream.objects.filter(pk=stream.pk).update(head=stream.head)
    announce.tell(recorded)
    return recorded


def read_after(stream_id: int, seq: int, *, limit: int) -> list[Recorded]:
    """The events that follow position `seq`, in order, `limit` at most."""
    rows = Event.objects.filter(stream_id=stream_id, seq__gt=seq).order_by("seq")[:limit]
    return [_recorded(row) for row in rows]


def heads(stream_ids: Collection[int]) -> dict[int, int]:
    """The newest number of each stream that exists."""
    return dict(Stream.objects.filter(pk__in=stream_ids).values_list("pk", "head"))


def floors(stream_ids: Collection[int]) -> dict[int, int]:
    """Up to where each stream was purged."""
    return dict(Stream.objects.filter(pk__in=stream_ids).values_list("pk", "floor"))


def blank(stream_id: int, data_by_seq: dict[int, msgspec.Struct]) -> None:
    """Replace the data of these events, for words that were taken back. Nothing else in the log ever changes."""
    for seq, data in data_by_seq.items():
        Event.objects.filter(stream_id=stream_id, seq=seq).update(data=_encode(data).decode())


def repeats(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Repeat]:
    """The answers already given, by (author, client_id)."""
    if not wanted:
        return {}
    authors = {author for author, _ in wanted}
    found = Receipt.objects.filter(author__in=authors, client_id__in={client_id for _, client_id in wanted})
    return {
        (row.author, row.client_id): _repeat(row) for row in found if (row.author, row.client_id) in wanted
    }


def remember(answers: Iterable[tuple[int, str, Repeat]]) -> None:
    """Keep these answers for ever: (author, client_id, answer)."""
    Receipt.objects.bulk_create(
        Receipt(
            author=author,
            client_id=client_id,
            fingerprint=answer.fingerprint,
            stream_id=answer.stream_id,
            seq=answer.seq,
            subject=answer.subject,
        )
        for author, client_id, answer in answers
    )


def trim(stream_id: int, floor: int) -> None:
    """Purge the events up to `floor`; whoever is behind it gets a reset."""
    with transaction.atomic():
        locked = lock([stream_id])
        floor = min(floor, locked[stream_id].head)
        Stream.objects.filter(Q(pk=stream_id) & Q(floor__lt=floor)).update(floor=floor)
        Event.objects.filter(stream_id=stream_id, seq__lte=floor).delete()


def _number(stream: Stream, draft: Draft) -> Recorded:
    stream.head += 1
    data = _encode(draft.data).decode()
    return Recorded(stream.pk, stream.head, draft.kind, draft.by, draft.client_id, draft.at, data)


def _row(event: Recorded) -> Event:
    return Event(
        stream_id=event.stream_id,
        seq=event.seq,
        kind=event.kind,
        by=event.by,
        client_id=event.client_id,
        at=event.at,
        data=event.data,
    )


def _recorded(row: Event) -> Recorded:
    return Recorded(row.stream_id, row.seq, row.kind, row.by, row.client_id, row.at, row.data)


def _repeat(row: Receipt) -> Repeat:
    return Repeat(row.fingerprint, row.stream_id, row.seq, row.subject)
