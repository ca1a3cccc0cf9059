"""One stream held against the rows of its room: the log is walked page by page, and each event finds what it made.

What the walk keeps is bounded by the members of the room, not by its length. Rows are counted as well, so that a row
without an event is seen too. Of what was purged below the floor only the rows remain, and they are believed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any

import msgspec

from hubbub.events import log
from hubbub.events.models import Stream
from hubbub.events.schema import Recorded
from hubbub.messages.events import DELETE, EDIT, MESSAGE, REACT, UNREACT
from hubbub.messages.models import Message, Reaction
from hubbub.ops.findings import Finding
from hubbub.ops.message_rows import MessageRows, ReactionSum
from hubbub.rooms.events import JOIN, LEAVE, ROOM
from hubbub.rooms.models import Membership, Room

PAGE = 500
MOST = 50  # findings of one stream: the first of them say it

_Check = Callable[[Recorded, dict[str, Any], MessageRows], str | None]
_decode = msgspec.json.Decoder(type=dict[str, Any]).decode


class Folding:
    """The walk through one stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._room = Room.objects.filter(pk=stream.pk).first()
        self._members: dict[str, str] = {}
        self._facts: dict[str, Any] | None = None
        self._counts: Counter[str] = Counter()
        self._reactions = ReactionSum()
        self._find = partial(Finding, stream_id=stream.pk)
        self._checks: dict[str, _Check] = {
            MESSAGE: self._said,
            EDIT: self._edited,
            DELETE: self._deleted,
            REACT: self._reacted,
            UNREACT: self._reacted,
            JOIN: self._joined,
            LEAVE: self._left,
            ROOM: self._room_changed,
        }

    def findings(self) -> Iterator[Finding]:
        """What is wrong with this stream, the first positions first."""
        yield from islice(self._all(), MOST)

    @property
    def _is_whole(self) -> bool:
        return self._stream.floor == 0

    @cached_property
    def _purged_messages(self) -> int:
        """How many messages the room had where the log begins."""
        return Message.objects.filter(room_id=self._stream.pk, seq__lte=self._stream.floor).count()

    def _all(self) -> Iterator[Finding]:
        yield from self._walk()
        if self._room is None:
            return
        yield from self._compare_counts()
        yield from self._compare_room(self._room)
        if self._is_whole:
            yield from self._compare_members(self._room)
            yield from self._compare_reactions()

    def _walk(self) -> Iterator[Finding]:
        seq = self._stream.floor
        while page := log.read_after(self._stream.pk, seq, limit=PAGE):
            rows = self._rows_of(page)
            for event in page:
                seq += 1
                if event.seq != seq:
                    yield self._find(f"event {seq} is missing", seq=seq)
                    seq = event.seq
                if self._room is not None:
                    yield from self._fold(event, rows)
        if seq != self._stream.head:
            yield self._find(f"the log ends here, but the head is {self._stream.head}", seq=seq)

    def _rows_of(self, page: Sequence[Recorded]) -> MessageRows:
        targets = [Message.pk_of(self._named(event)) for event in page]
        people = {event.by for event in page if event.by is not None}
        return MessageRows(self._stream.pk, [pk for pk in targets if pk is not None], people)

    def _named(self, event: Recorded) -> object:
        data = _data(event)
        return data.get("id") or data.get("target")

    def _fold(self, event: Recorded, rows: MessageRows) -> Iterator[Finding]:
        self._counts[event.kind] += 1
        data = _data(event)
        wrong = self._wrong_with(event, data, rows)
        if not wrong and event.by is not None and event.by not in rows.names:
            wrong = f"nobody has the number {event.by}"
        if wrong:
            yield self._find(wrong, seq=event.seq)

    def _wrong_with(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        """Why the rows do not agree with this event, in words."""
        check = self._checks.get(event.kind)
        return check(event, data, rows) if check else f"an event of the unknown kind {event.kind!r}"

    def _said(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        ordinal = self._purged_messages + self._counts[MESSAGE]
        return rows.wrong_with_message(event, data, self._members) or rows.wrong_with_ordinal(data, ordinal)

    def _edited(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        return rows.wrong_with_edit(event, data, self._members)

    def _deleted(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        return rows.wrong_with_delete(event, data)

    def _room_changed(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        self._facts = data
        return None

    def _joined(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        self._members[str(data.get("user"))] = str(data.get("role"))
        return None

    def _left(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        user = str(data.get("user"))
        if self._members.pop(user, None) is None and self._is_whole:
            return f"{user} leaves without having joined"
        return None

    def _reacted(self, event: Recorded, data: dict[str, Any], rows: MessageRows) -> str | None:
        pk = Message.pk_of(data.get("target"))
        self._reactions.add(pk, event.by, data.get("emoji"), times=1 if event.kind == REACT else -1)
        return None if pk in rows.found else f"there is no message {data.get('target')} to react to"

    def _compare_counts(self) -> Iterator[Finding]:
        rows = Message.objects.filter(room_id=self._stream.pk, seq__gt=self._stream.floor)
        yield from self._compare("message", self._counts[MESSAGE], rows.count())
        if self._is_whole:
            yield from self._compare(
                "deleted message", self._counts[DELETE], rows.exclude(deleted_at=None).count()
            )
            lists = rows.exclude(edit_seqs=[]).values_list("edit_seqs", flat=True).iterator(chunk_size=PAGE)
            yield from self._compare("edit", self._counts[EDIT], sum(map(len, lists)))

    def _compare(self, what: str, told: int, kept: int) -> Iterator[Finding]:
        if told != kept:
            yield self._find(f"the log tells of {told} of the kind “{what}”, the rows hold {kept}")

    def _compare_room(self, room: Room) -> Iterator[Finding]:
        kept = {
            "name": room.name,
            "topic": room.topic,
            "kind": room.kind,
            "visitors": room.visitors,
            "archived": room.archived_at is not None,
        }
        if self._facts is None and self._is_whole and kept["archived"]:
            yield self._find("the room is archived, and no event says so")
        for fact, value in kept.items():
            if self._facts is not None and self._facts.get(fact) != value:
                yield self._find(f"{fact} is {value!r}, but {self._facts.get(fact)!r} in the log")

    def _compare_members(self, room: Room) -> Iterator[Finding]:
        rows = Membership.objects.filter(room=room).values_list("person__username", "role", "person_id")
        kept = {username: role for username, role, _ in rows}
        for username in sorted({*kept, *self._members}):
            if kept.get(username) != self._members.get(username):
                told = self._members.get(username) or "nobody here"
                yield self._find(
                    f"{username} is {kept.get(username) or 'nobody here'}, but {told} in the log"
                )
        key = ",".join(str(pk) for pk in sorted(person_id for _, _, person_id in rows))
        if room.is_direct and room.direct_key != key:
            yield self._find(f"the direct room of {room.direct_key} holds {key}")

    def _compare_reactions(self) -> Iterator[Finding]:
        kept = ReactionSum()
        rows = Reaction.objects.filter(message__room_id=self._stream.pk).values_list(
            "message_id", "person_id", "emoji"
        )
        for message_id, person_id, emoji in rows.iterator(chunk_size=PAGE):
            kept.add(message_id, person_id, emoji, times=1)
        if kept != self._reactions:
            yield from self._first_wrong_reaction()

    def _first_wrong_reaction(self) -> Iterator[Finding]:
        """The sums differ, so something is wrong: look again for what, with as much memory as reactions need."""
        told: dict[tuple[int | None, int | None, str], int] = {}
        seq = 0
        while page := log.read_after(self._stream.pk, seq, limit=PAGE):
            seq = page[-1].seq
            for event in (event for event in page if event.kind in (REACT, UNREACT)):
                data = _data(event)
                key = (Message.pk_of(data.get("target")), event.by, str(data.get("emoji")))
                told[key] = event.seq if event.kind == REACT else -event.seq
        rows = Reaction.objects.filter(message__room_id=self._stream.pk).values_list(
            "message_id", "person_id", "emoji"
        )
        kept = set(rows)
        for key, at in sorted(told.items(), key=lambda item: abs(item[1])):
            if (at > 0) != (key in kept):
                yield self._find(
                    f"the reaction {key[2]} to m{key[0]} is not as this event left it", seq=abs(at)
                )
        for key in sorted(kept - set(told)):
            yield self._find(f"no event put the reaction {key[2]} to m{key[0]}")


def _data(event: Recorded) -> dict[str, Any]:
    try:
        return _decode(event.data)
    except (msgspec.DecodeError, UnicodeError):
        return {}
