"""Frames of the room socket: what events look like to it, and what its clients may say. Contract of the room socket."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from hubbub.lib import clock
from hubbub.lib.refusals import BadField, BadFrame, Refused
from hubbub.messages.models import Message
from hubbub.messages.operations import Delete, Edit, Operation, React, Send, Unreact
from hubbub.messages.queries import newest_messages, reactions_of
from hubbub.realtime.feed import LiveEvent
from hubbub.realtime.frames import frame
from hubbub.rooms.models import Room

_PM = re.compile(r"/pm(?:\s+(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>\S+))(?:\s+(?P<text>.*))?)?\s*\Z", re.DOTALL)
_SILENT = frozenset({"join", "leave", "room"})  # the room socket has no frames for these


class Say(msgspec.Struct, frozen=True):
    message: str
    key: str | None = None


class EditMessage(msgspec.Struct, frozen=True, tag="edit_message"):
    id: str
    message: str
    key: str | None = None


class DeleteMessage(msgspec.Struct, frozen=True, tag="delete_message"):
    id: str
    key: str | None = None


class ReactTo(msgspec.Struct, frozen=True, tag="react"):
    id: str
    emoji: str
    key: str | None = None


class UnreactTo(msgspec.Struct, frozen=True, tag="unreact"):
    id: str
    emoji: str
    key: str | None = None


class Typing(msgspec.Struct, frozen=True, tag="typing"):
    pass


RoomFrame = Say | EditMessage | DeleteMessage | ReactTo | UnreactTo | Typing
_KINDS: dict[str, type[RoomFrame]] = {
    "message": Say,
    "chat_message": Say,
    "edit_message": EditMessage,
    "delete_message": DeleteMessage,
    "react": ReactTo,
    "unreact": UnreactTo,
    "typing": Typing,
}


def parse(decoded: object) -> RoomFrame:
    """The frame in a decoded JSON value; raises BadFrame or BadField."""
    if not isinstance(decoded, dict):
        raise BadFrame("A frame is an object.")
    kind = decoded.get("type", "message" if "message" in decoded else None)
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise BadFrame("A frame has a `message` or a known `type`.")
    try:
        return msgspec.convert(decoded, known)
    except msgspec.ValidationError as error:
        raise BadField(f"{error}.") from None


def check_key(key: str | None) -> str:
    """The operation's client id; empty for a client that does not choose one."""
    if key is None:
        return ""
    if not 1 <= len(key) <= 64 or not all(" " <= char <= "~" for char in key):
        raise BadField("A `key` is 1 to 64 printable ASCII characters.")
    return key


def operation_of(taken: RoomFrame) -> Operation:
    """The operation that a frame asks for."""
    match taken:
        case Say(message=body, key=key):
            return Send(check_key(key), body)
        case EditMessage(id=target, message=body, key=key):
            return Edit(check_key(key), target, body)
        case DeleteMessage(id=target, key=key):
            return Delete(check_key(key), target)
        case ReactTo(id=target, emoji=emoji, key=key):
            return React(check_key(key), target, emoji)
        case UnreactTo(id=target, emoji=emoji, key=key):
            return Unreact(check_key(key), target, emoji)
    raise BadFrame("This frame asks for no operation.")


def private_message(text: str) -> tuple[str, str] | None:
    """Whom and what `/pm user text` says; None for a text that is no such command. Raises BadField."""
    if re.match(r"/pm(\s|\Z)", text) is None:
        return None
    match = _PM.match(text)
    username = (match.group("quoted") or match.group("plain")) if match else None
    words = (match.group("text") or "").strip() if match else ""
    if not username or not words:
        raise BadField("Write `/pm user text`; a name with spaces goes in double quotes.")
    return username, words


def error(refusal: Refused, decoded: object) -> bytes:
    """The refusal of a frame, with the key or id that it answers."""
    fields: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail}
    if isinstance(decoded, dict):
        fields |= {name: decoded[name] for name in ("key", "id") if isinstance(decoded.get(name), str)}
    if refusal.retry_after_ms is not None:
        fields["retry_after_ms"] = refusal.retry_after_ms
    return frame("error", **fields)


def history(room: Room, count: int, version: int) -> bytes:
    """The last messages of a room, oldest first. Asks the store."""
    rows = newest_messages(room, count)
    reactions = reactions_of([row.pk for row in rows])
    messages = [
        {"type": "chat_message", **_fields(row, row.seq), "reactions": reactions.get(row.pk, {})}
        for row in rows
    ]
    return frame("message_history", messages=messages, version=version)


def is_simple(events: Sequence[LiveEvent]) -> bool:
    """Whether the frames of these events can be made without asking the store."""
    return all(event.kind == "message" or event.kind in _SILENT for event in events)


def said(event: LiveEvent) -> bytes | None:
    """The frame of a new message; None for an event without one, and for words that were taken back since."""
    fields = event.fields
    if event.kind != "message" or fields["body"] is None:
        return None
    shown = {
        "user": fields["by"],
        "message": fields["body"],
        "id": fields["id"],
        "number": event.seq,
        "version": event.seq,
        "timestamp": fields["at"],
    }
    if fields["client_id"]:
        shown["key"] = fields["client_id"]
    if "reply_to" in fields:
        shown["reply_to"] = fields["reply_to"]
    return frame("chat_message", **shown)


def rendered(events: Sequence[LiveEvent]) -> list[tuple[int, bytes | None]]:
    """By position the frame of each event. Asks the store for the messages that were changed."""
    targets = {pk for event in events if (pk := Message.pk_of(event.fields.get("target"))) is not None}
    rows = Message.objects.select_related("author").in_bulk(targets)
    reactions = reactions_of(rows)
    return [(event.seq, _rendered(event, rows, reactions)) for event in events]


def private(event: LiveEvent) -> bytes:
    """What the recipient of a private message gets."""
    fields = event.fields
    return frame(
        "private_message", user=fields["by"], message=fields["body"], id=fields["id"], timestamp=fields["at"]
    )


def message_again(message_id: str, key: str) -> bytes | None:
    """The stored message of a repeated key. Asks the store."""
    row = _row(message_id)
    if row is None or row.deleted_at is not None:
        return None
    return frame("chat_message", **_fields(row, row.seq), key=key)


def private_delivered(message_id: str, target: str) -> bytes:
    """What the author of a private message gets once it is stored. Asks the store."""
    row = _row(message_id)
    assert row is not None
    return frame(
        "private_message_delivered",
        target=target,
        message=row.body,
        id=row.wire_id,
        timestamp=clock.wire(row.at),
    )


def _rendered(
    event: LiveEvent, rows: dict[int, Message], reactions: dict[int, dict[str, list[str]]]
) -> bytes | None:
    if event.kind == "message":
        return said(event)
    row = rows.get(Message.pk_of(event.fields.get("target")) or 0)
    if row is None:
        return None
    if event.kind in ("react", "unreact"):
        return frame("reactions", id=row.wire_id, reactions=reactions.get(row.pk, {}), version=event.seq)
    fields = _fields(row, event.seq)
    if event.kind == "edit":
        if event.fields["body"] is None:
            return None
        return frame(
            "message_edited", **(fields | {"message": event.fields["body"], "edited_at": event.fields["at"]})
        )
    return frame("message_deleted", **(fields | {"message": None, "deleted_at": event.fields["at"]}))


def _fields(row: Message, version: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "user": row.author.username,
        "message": row.body if row.deleted_at is None else None,
        "id": row.wire_id,
        "number": row.seq,
        "version": version,
        "timestamp": clock.wire(row.at),
    }
    if row.edited_at is not None:
        fields["edited_at"] = clock.wire(row.edited_at)
    if row.reply_to_id is not None:
        fields["reply_to"] = Message.wire_id_of(row.reply_to_id)
    return fields


def _row(message_id: str) -> Message | None:
    return Message.objects.select_related("author").filter(pk=Message.pk_of(message_id) or 0).first()
