"""What events, messages and rooms look like on the wire. The structs are schema and documentation at once."""

from collections.abc import Sequence

import msgspec

from hubbub.events.schema import Recorded
from hubbub.lib import clock
from hubbub.people.queries import usernames
from hubbub.rooms.models import Room


class RoomState(msgspec.Struct, frozen=True, omit_defaults=False):
    """A room as one person sees it. `unread` and `mentions` count what came after `read`, without one's own."""

    id: str
    name: str
    kind: str
    topic: str
    visitors: bool
    archived: bool
    head: int
    member: bool
    role: str | None
    unread: int
    mentions: int
    read: int
    usernames: list[str] | msgspec.UnsetType = msgspec.UNSET


class MessageState(msgspec.Struct, frozen=True):
    """A message as it is at some position. A deleted one has no text; `reactions`: emoji to usernames."""

    id: str
    seq: int
    by: str
    body: str | None
    html: str | None
    at: str
    edited_at: str | None
    deleted: bool
    reply_to: str | None
    reactions: dict[str, list[str]]


class EventsPage(msgspec.Struct, frozen=True):
    """Events after a position, in order; `events` are JSON objects of `docs/protocol.md` section 4."""

    epoch: str
    floor: int
    head: int
    events: list[msgspec.Raw]


class MessagesPage(msgspec.Struct, frozen=True):
    """Messages, oldest first, exactly as they are at position `seq`."""

    epoch: str
    seq: int
    messages: list[MessageState]


_encode = msgspec.json.Encoder().encode


class _Head(msgspec.Struct, frozen=True):
    room: str
    seq: int
    type: str
    by: str | None
    client_id: str | None
    at: str


def events_json(events: Sequence[Recorded]) -> list[bytes]:
    """Each event as a JSON object."""
    names = usernames([event.by for event in events if event.by is not None])
    return [_event_json(event, names.get(event.by) if event.by is not None else None) for event in events]


def _event_json(event: Recorded, by: str | None) -> bytes:
    head = _Head(
        Room.wire_id_of(event.stream_id), event.seq, event.kind, by, event.client_id, clock.wire(event.at)
    )
    return _encode(head)[:-1] + b"," + event.data.encode()[1:]
