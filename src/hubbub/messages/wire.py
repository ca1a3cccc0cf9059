"""What events, messages and rooms look like on the wire. The structs are schema and documentation at once."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from hubbub.events.schema import Recorded
from hubbub.lib import clock
from hubbub.messages.events import DELETE, EDIT, MESSAGE, REACT, UNREACT, Deleted, Edited, Reacted, Said
from hubbub.people.queries import usernames
from hubbub.rooms.events import JOIN, LEAVE, ROOM, Joined, Left, RoomChanged
from hubbub.rooms.models import Room

POLL_MS = 25_000  # less than what proxies and browsers bear without an answer


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
    """Messages, oldest first, exactly as at position `seq`; `quoted` are those they answer that stand elsewhere."""

    epoch: str
    seq: int
    messages: list[MessageState]
    quoted: list[MessageState]


class EventFrame(msgspec.Struct, frozen=True, tag="event"):
    event: msgspec.Raw


class ResetFrame(msgspec.Struct, frozen=True, tag="reset"):
    """Instead of what was missed: read `messages` afresh."""

    room: str
    epoch: str
    head: int
    reason: str


class RevokedFrame(msgspec.Struct, frozen=True, tag="revoked"):
    room: str


class RoomFrame(msgspec.Struct, frozen=True, tag="room"):
    room: RoomState


class ReadFrame(msgspec.Struct, frozen=True, tag="read"):
    room: str
    seq: int
    unread: int
    mentions: int


class DrainFrame(msgspec.Struct, frozen=True, tag="drain"):
    within_ms: int


Frame = EventFrame | ResetFrame | RevokedFrame | RoomFrame | ReadFrame | DrainFrame


class Known(msgspec.Struct, frozen=True):
    """Where a client is: positions in its rooms and in others that it follows, and the read positions it shows."""

    epoch: str
    rooms: dict[str, int]
    subs: dict[str, int] = {}
    reads: dict[str, int] = {}
    wait_ms: Annotated[int, msgspec.Meta(ge=0, le=POLL_MS)] = POLL_MS


class News(msgspec.Struct, frozen=True):
    """What came since, as the session socket would tell it; nothing, when nothing came in time."""

    epoch: str
    frames: list[Frame]
    again_ms: int = 0


class EventHead(msgspec.Struct, frozen=True):
    """What every event has. `by` is whoever did it, `client_id` the id of the operation that asked for it."""

    room: str
    seq: int
    type: str
    by: str | None
    client_id: str | None
    at: str


EVENT_DATA: dict[str, type[msgspec.Struct]] = {
    MESSAGE: Said,
    EDIT: Edited,
    DELETE: Deleted,
    REACT: Reacted,
    UNREACT: Reacted,
    JOIN: Joined,
    LEAVE: Left,
    ROOM: RoomChanged,
}
"""What each kind of event adds to its head."""

_encode = msgspec.json.Encoder().encode


def events_json(events: Sequence[Recorded]) -> list[bytes]:
    """Each event as a JSON object."""
    names = usernames([event.by for event in events if event.by is not None])
    return [_event_json(event, names.get(event.by) if event.by is not None else None) for event in events]


def _event_json(event: Recorded, by: str | None) -> bytes:
    head = EventHead(
        Room.wire_id_of(event.stream_id), event.seq, event.kind, by, event.client_id, clock.wire(event.at)
    )
    return _encode(head)[:-1] + b"," + event.data.encode()[1:]
