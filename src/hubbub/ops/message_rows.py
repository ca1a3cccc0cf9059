"""The rows that a page of the log is about, and what each event of a message says of its row."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from hubbub.events.schema import Recorded
from hubbub.messages.models import Mention, Message
from hubbub.people.queries import usernames

_MASK = 2**128 - 1


class MessageRows:
    """The messages that the events of one page name, read at once with their mentions and the names of people."""

    def __init__(self, room_id: int, pks: Collection[int], people: Collection[int]) -> None:
        rows = Message.objects.filter(pk__in=set(pks), room_id=room_id)
        self.found = {row.pk: row for row in rows}
        self.names = usernames({*people, *(row.author_id for row in self.found.values())})
        self._mentions: dict[int, set[str]] = {}
        named = Mention.objects.filter(message__in=self.found)
        for message_id, username in named.values_list("message_id", "person__username"):
            self._mentions.setdefault(message_id, set()).add(username)

    def wrong_with_message(
        self, event: Recorded, data: Mapping[str, Any], members: Mapping[str, str]
    ) -> str | None:
        row = self.found.get(Message.pk_of(data.get("id")) or 0)
        if row is None:
            return f"the message {data.get('id')} is not there"
        if (row.seq, row.author_id, row.at) != (event.seq, event.by, event.at):
            return f"the message {row.wire_id} has another number, author or time"
        if _wire_id(row.reply_to_id) != data.get("reply_to"):
            return f"the message {row.wire_id} replies to something else"
        if row.edit_seqs and row.deleted_at is None:
            return None
        if not row.edit_seqs and row.edited_at is not None:
            return f"the message {row.wire_id} counts as edited, and no event says so"
        return self._wrong_with_text(row, data, members)

    def wrong_with_ordinal(self, data: Mapping[str, Any], ordinal: int) -> str | None:
        row = self.found[Message.pk_of(data["id"]) or 0]
        if row.ordinal == ordinal:
            return None
        return f"the message {row.wire_id} counts as the room's {row.ordinal}. and is its {ordinal}."

    def wrong_with_edit(
        self, event: Recorded, data: Mapping[str, Any], members: Mapping[str, str]
    ) -> str | None:
        row = self.found.get(Message.pk_of(data.get("target")) or 0)
        if row is None or event.seq not in row.edit_seqs:
            return f"the message {data.get('target')} knows nothing of this edit"
        if row.deleted_at is not None or event.seq == row.edit_seqs[-1]:
            if event.seq == row.edit_seqs[-1] and row.edited_at != event.at:
                return f"the message {row.wire_id} was edited at another time"
            return self._wrong_with_text(row, data, members)
        return None

    def wrong_with_delete(self, event: Recorded, data: Mapping[str, Any]) -> str | None:
        row = self.found.get(Message.pk_of(data.get("target")) or 0)
        if row is None or row.deleted_at is None:
            return f"the message {data.get('target')} is not deleted"
        return (
            None if row.deleted_at == event.at else f"the message {row.wire_id} was deleted at another time"
        )

    def _wrong_with_text(
        self, row: Message, data: Mapping[str, Any], members: Mapping[str, str]
    ) -> str | None:
        """The words of the newest event are those of the row; of what was deleted there are none anywhere."""
        mentioned = self._mentions.get(row.pk, set())
        if row.deleted_at is not None:
            gone = (data.get("body"), data.get("html"), row.body, row.html) == (None, None, "", "")
            return None if gone and not mentioned else f"the deleted message {row.wire_id} still has words"
        if (row.body, row.html) != (data.get("body"), data.get("html")):
            return f"the message {row.wire_id} has another text"
        named = set(data.get("mentions", ())) - {self.names.get(row.author_id)}
        if not (named & set(members)) <= mentioned <= named:
            return f"the message {row.wire_id} mentions others than its text does"
        return None


class ReactionSum:
    """A multiset of reactions in sixteen bytes: equal sums are equal multisets, but for a chance of 2^-128."""

    def __init__(self) -> None:
        self._sum = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReactionSum) and self._sum == other._sum

    __hash__ = None  # type: ignore[assignment]  # it changes

    def add(self, message_id: int | None, person_id: int | None, emoji: object, *, times: int) -> None:
        digest = hashlib.blake2b(f"{message_id}/{person_id}/{emoji}".encode(), digest_size=16).digest()
        self._sum = (self._sum + times * int.from_bytes(digest, "big")) & _MASK


def _wire_id(pk: int | None) -> str | None:
    return Message.wire_id_of(pk) if pk else None
