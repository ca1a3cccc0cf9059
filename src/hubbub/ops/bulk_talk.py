"""The talk of one room as rows: what its people say, change, take back and react to, numbered as the log would."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from hubbub.events.models import Stream
from hubbub.events.rows import EVENTS, RECEIPTS
from hubbub.lib.rows import Table, moment
from hubbub.messages.events import DELETE, EDIT, MESSAGE, REACT, UNREACT, Deleted, Edited, Reacted, Said
from hubbub.messages.markup import Rendered
from hubbub.messages.models import Message
from hubbub.messages.operations import Delete, Edit, Operation, React, Send, Unreact, fingerprint
from hubbub.messages.rows import MENTIONS, MESSAGES
from hubbub.ops import seed_words as words
from hubbub.people.models import Person
from hubbub.rooms.events import JOIN, Joined

REACTED, EDITED, TAKEN_BACK, REPLIED, REMOVED = 0.15, 0.03, 0.02, 0.08, 0.1
LATELY = 20  # messages that somebody still looks at

Render = Callable[[str], Rendered]
Row = list[Any]

_encode = msgspec.json.Encoder().encode
_MESSAGES = Table(
    MESSAGES.name, {**MESSAGES.columns, "edited_at": "timestamptz", "deleted_at": "timestamptz"}
)
_REACTIONS = Table(
    "hubbub_reaction", {"message_id": "bigint", "person_id": "bigint", "emoji": "text", "at": "timestamptz"}
)


@dataclass(slots=True)
class _Spoken:
    """A message until it is stored: it may still be edited or taken back."""

    pk: int
    seq: int
    ordinal: int
    author: Person
    text: str
    shown: Rendered
    at: Any
    said: Row
    reply_to: int | None
    edited_at: Any = None
    deleted_at: Any = None
    edits: list[Row] = field(default_factory=list)


class Talk:
    """A room as it is being told. `head` and `ordinal` are where it has come to."""

    def __init__(
        self, chance: random.Random, room: int, *, render: Render, begins: datetime, pause: timedelta
    ) -> None:
        self.head = 0
        self.ordinal = 0
        self._chance = chance
        self._room = room
        self._render = render
        self._clock = begins
        self._pause = pause
        self._people: Sequence[Person] = ()
        self._speakers: Sequence[Person] = ()
        self._lately: list[_Spoken] = []
        self._spoken: list[_Spoken] = []
        self._events: list[Row] = []
        self._receipts: list[tuple[Any, ...]] = []
        self._reactions: dict[tuple[int, int, str], Any] = {}

    def open(self, people: Sequence[Person], *, speakers: Sequence[Person]) -> None:
        """They belong to the room, the first of them as its manager."""
        self._people, self._speakers = people, speakers
        for number, person in enumerate(people):
            joined = Joined(person.username, "member" if number else "manager")
            self._record(JOIN, people[0], joined, is_operation=False)
        self._store()

    def tell(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Say as many messages, each with what happens about it, and store all of it."""
        for pk in ids:
            self._clock += self._pause
            self._say(pk, self._filled(self._chance.choice(texts)))
            self._respond(self._chance.choice(self._lately))
        self._store()

    def _filled(self, text: str) -> str:
        named = self._chance.choice(self._people).username
        return text.replace("{name}", named).replace("{day}", self._chance.choice(words.DAYS))

    def _say(self, pk: int, text: str) -> None:
        author = self._chance.choice(self._speakers)
        replied = self._chance.choice(self._lately).pk if self._lately and self._roll(REPLIED) else None
        shown = self._render(text)
        wire_reply = Message.wire_id_of(replied) if replied else None
        said = Said(Message.wire_id_of(pk), text, shown.html, wire_reply, tuple(sorted(shown.mentions)))
        row = self._record(MESSAGE, author, said)
        self._remember(author, Send("", text, wire_reply), pk)
        self.ordinal += 1
        spoken = _Spoken(pk, self.head, self.ordinal, author, text, shown, row[5], row, replied)
        self._spoken.append(spoken)
        self._lately = [*self._lately[1 - LATELY :], spoken]

    def _respond(self, message: _Spoken) -> None:
        if message.deleted_at is not None:
            return
        roll = self._chance.random()
        if roll < REACTED:
            self._react(message)
        elif roll < REACTED + EDITED:
            self._edit(message)
        elif roll < REACTED + EDITED + TAKEN_BACK:
            self._take_back(message)

    def _react(self, message: _Spoken) -> None:
        target, emoji = Message.wire_id_of(message.pk), self._chance.choice(words.EMOJI)
        for fan in self._chance.sample(self._people, k=min(len(self._people), self._chance.randint(1, 3))):
            key = message.pk, fan.pk, emoji
            if key in self._reactions:
                continue
            row = self._record(REACT, fan, Reacted(target, emoji))
            self._remember(fan, React("", target, emoji), message.pk)
            self._reactions[key] = row[5]
            if self._roll(REMOVED):
                self._record(UNREACT, fan, Reacted(target, emoji))
                self._remember(fan, Unreact("", target, emoji), message.pk)
                del self._reactions[key]

    def _edit(self, message: _Spoken) -> None:
        text = message.text + self._chance.choice(words.AFTERTHOUGHTS)
        message.text, message.shown = text, self._render(text)
        target, mentions = Message.wire_id_of(message.pk), tuple(sorted(message.shown.mentions))
        row = self._record(EDIT, message.author, Edited(target, text, message.shown.html, mentions))
        self._remember(message.author, Edit("", target, text), message.pk)
        message.edited_at = row[5]
        message.edits.append(row)

    def _take_back(self, message: _Spoken) -> None:
        target = Message.wire_id_of(message.pk)
        row = self._record(DELETE, message.author, Deleted(target))
        self._remember(message.author, Delete("", target), message.pk)
        message.deleted_at = row[5]
        message.text, message.shown = "", Rendered("", frozenset())
        reply_to = Message.wire_id_of(message.reply_to) if message.reply_to else None
        message.said[6] = _encode(Said(target, None, None, reply_to)).decode()
        for edit in message.edits:
            edit[6] = _encode(Edited(target, None, None)).decode()

    def _record(self, kind: str, by: Person, data: msgspec.Struct, *, is_operation: bool = True) -> Row:
        self.head += 1
        self._clock += timedelta(milliseconds=self._chance.randint(1, 20))
        told_id = f"seed-{self._room}-{self.head}" if is_operation else None
        at = moment(self._clock)
        row: Row = [self._room, self.head, kind, by.pk, told_id, at, _encode(data).decode()]
        self._events.append(row)
        return row

    def _remember(self, by: Person, operation: Operation, subject: int) -> None:
        asked = msgspec.structs.replace(operation, client_id=f"seed-{self._room}-{self.head}")
        self._receipts.append((by.pk, asked.client_id, fingerprint(asked), self._room, self.head, subject))

    def _roll(self, chance: float) -> bool:
        return self._chance.random() < chance

    def _store(self) -> None:
        """What came up to here is final: nobody looks at it any more."""
        members = {person.username: person.pk for person in self._people}
        EVENTS.insert([tuple(row) for row in self._events])
        _MESSAGES.insert([_message_row(self._room, spoken) for spoken in self._spoken])
        MENTIONS.insert(
            [row for spoken in self._spoken for row in _mention_rows(self._room, spoken, members)]
        )
        _REACTIONS.insert([(*key, at) for key, at in self._reactions.items()])
        RECEIPTS.insert(self._receipts)
        Stream.objects.filter(pk=self._room).update(head=self.head)
        self._events, self._receipts = [], []
        self._spoken, self._lately, self._reactions = [], [], {}


def _message_row(room: int, spoken: _Spoken) -> tuple[Any, ...]:
    return (
        *(spoken.pk, room, spoken.seq, spoken.ordinal, spoken.author.pk, spoken.text, spoken.shown.html),
        *(spoken.at, spoken.reply_to, json.dumps([edit[1] for edit in spoken.edits])),
        *(spoken.edited_at, spoken.deleted_at),
    )


def _mention_rows(room: int, spoken: _Spoken, members: dict[str, int]) -> list[tuple[int, ...]]:
    called = {members[name] for name in spoken.shown.mentions if name in members} - {spoken.author.pk}
    return [(spoken.pk, person_id, room, spoken.seq) for person_id in sorted(called)]
