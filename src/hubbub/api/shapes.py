"""What requests carry and answers hold, beside the domain's own wire structs. Validation and documentation at once."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from hubbub.limits import LIMITS
from hubbub.messages.wire import RoomState
from hubbub.rooms.queries import Member

Username = Annotated[str, Meta(min_length=1, max_length=150)]
Password = Annotated[str, Meta(min_length=1, max_length=4_096)]
NamedKind = Literal["public", "private", "announcement", "staff"]
Position = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]


class Nothing(Struct, frozen=True):
    """No fields; whatever a client sends here is ignored."""


class SignIn(Struct, frozen=True):
    username: Username
    password: Password


class ChangePassword(Struct, frozen=True):
    current: Password
    new: Password


class NewRoom(Struct, frozen=True):
    name: str
    kind: NamedKind
    topic: str = ""
    visitors: bool = False


class RoomChange(Struct, frozen=True):
    """What is left out stays as it is."""

    name: str | UnsetType = UNSET
    topic: str | UnsetType = UNSET
    kind: NamedKind | UnsetType = UNSET
    visitors: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class NewMember(Struct, frozen=True):
    """Without a `role`: a new member is a `member`, and whoever belongs to the room keeps theirs."""

    username: Username
    role: Literal["member", "manager"] | UnsetType = UNSET


class DirectWith(Struct, frozen=True):
    """The other people; of nobody else: one's own notes."""

    usernames: list[Username]


class MoveReadPosition(Struct, frozen=True):
    """`unread` allows the position to go backwards."""

    seq: Position
    unread: bool = False


class EventsQuery(Struct, frozen=True):
    after: Position = 0
    limit: Count = LIMITS.events_page


class MessagesQuery(Struct, frozen=True):
    """At most one of the three positions; without one: the newest messages."""

    before: Position | None = None
    after: Position | None = None
    around: Position | None = None
    limit: Count = LIMITS.history


class SignedInUser(Struct, frozen=True):
    username: str
    admin: bool
    bot: bool


class Session(Struct, frozen=True):
    """`csrf_token` is empty for a bearer token, which needs none."""

    user: SignedInUser
    csrf_token: str


class Rooms(Struct, frozen=True):
    rooms: list[RoomState]


class Members(Struct, frozen=True):
    members: list[Member]


class ReadPosition(Struct, frozen=True):
    """Where the read position is now, and what is unread after it."""

    room: str
    seq: int
    unread: int
    mentions: int


class Contract(Struct, frozen=True):
    """`limits` holds every limit in force."""

    contract: int
    limits: dict[str, Any]


class Refusal(Struct, frozen=True, omit_defaults=True):
    """Every answer that is not 2xx. `code` is of a closed list; `retry_after_ms` where a repeat may succeed."""

    code: str
    detail: str
    retry_after_ms: int | None = None


Document = dict[str, Any]
encode = msgspec.json.Encoder().encode
