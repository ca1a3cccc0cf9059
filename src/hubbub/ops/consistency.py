"""Whether the store is consistent: the log without holes, the rows exactly what it folds to. Bounded in memory."""

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hubbub.events.models import Event, Receipt, Stream
from hubbub.lib.snapshot import reading_snapshot
from hubbub.lib.text import name_key
from hubbub.messages.models import Mention, Message
from hubbub.ops.complaints import first_line
from hubbub.ops.findings import Finding
from hubbub.ops.folding import Folding
from hubbub.people.actions import username_key
from hubbub.people.models import Person
from hubbub.rooms.models import Kind, Membership, Room

CHUNK = 1_000


def is_set_up() -> bool:
    """Whether there is a store to be checked."""
    return Stream._meta.db_table in connection.introspection.table_names()


def findings() -> Iterator[Finding]:
    """Everything that is wrong, as of one moment; others may go on writing."""
    try:
        yield from _of_the_file()
        with reading_snapshot():
            yield from _of_the_log()
            yield from _of_the_rows()
    except DatabaseError as error:
        yield Finding(f"the database cannot be read: {first_line(error)}")


def _of_the_file() -> Iterator[Finding]:
    """What SQLite says of its own file. PostgreSQL checks its pages as they are read."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(20)")
        for (line,) in cursor.fetchall():
            if line != "ok":
                yield Finding(f"the database file is damaged: {line}")
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, parent, _ in cursor.fetchmany(20):
            yield Finding(f"row {row} of {table} refers to a row of {parent} that is not there")


def _of_the_log() -> Iterator[Finding]:
    for stream in Stream.objects.order_by("pk").iterator(chunk_size=CHUNK):
        yield from Folding(stream).findings()


def _of_the_rows() -> Iterator[Finding]:
    yield from _of_the_receipts()
    yield from _of_the_mentions()
    yield from _of_the_names()
    yield from _of_the_read_positions()


def _of_the_receipts() -> Iterator[Finding]:
    message = Message.objects.filter(pk=OuterRef("subject"), room_id=OuterRef("stream_id"))
    beyond = Q(seq__gt=F("stream__head")) | Q(seq__lt=1)
    for row in Receipt.objects.filter(beyond | ~Exists(message)).select_related("stream")[:CHUNK]:
        yield Finding(
            f"the receipt {row.client_id!r} of person {row.author} names no event", row.stream_id, row.seq
        )
    for event in _events_without_receipt()[:CHUNK]:
        yield Finding(f"the event {event.client_id!r} has no receipt", event.stream_id, event.seq)


def _events_without_receipt() -> QuerySet[Event]:
    receipt = Receipt.objects.filter(
        author=OuterRef("by"),
        client_id=OuterRef("client_id"),
        stream_id=OuterRef("stream_id"),
        seq=OuterRef("seq"),
    )
    return Event.objects.filter(~Exists(receipt), client_id__isnull=False).order_by("stream_id", "seq")


def _of_the_mentions() -> Iterator[Finding]:
    elsewhere = Mention.objects.exclude(room_id=F("message__room_id"), seq=F("message__seq"))
    for row in elsewhere.order_by("pk")[:CHUNK]:
        yield Finding(f"mention {row.pk} is not where its message is", row.room_id, row.seq)


def _of_the_names() -> Iterator[Finding]:
    for person in Person.objects.order_by("pk").iterator(chunk_size=CHUNK):
        if person.username_key != username_key(person.username):
            yield Finding(f"the handle {person.username} is kept under another key")
    for room in Room.objects.exclude(kind=Kind.DIRECT).order_by("pk").iterator(chunk_size=CHUNK):
        if room.name_key != name_key(room.name):
            yield Finding(f"the name {room.name!r} is kept under another key", room.pk)


def _of_the_read_positions() -> Iterator[Finding]:
    beyond = Q(read_seq__gt=F("room__stream__head")) | Q(read_seq__lt=0)
    for row in Membership.objects.filter(beyond).order_by("pk")[:CHUNK]:
        yield Finding(f"person {row.person_id} has read up to {row.read_seq}, beyond the head", row.room_id)
