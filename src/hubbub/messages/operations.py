"""The operations of the contract as they arrive through any door: their shape, and how each is answered."""

import hashlib
from typing import Annotated, Any

import msgspec

from hubbub.lib.refusals import BadField, UnknownOp
from hubbub.limits import LIMITS

ClientId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=LIMITS.client_id_chars, pattern=r"^[\x20-\x7e]+\Z")
]


class Send(msgspec.Struct, frozen=True, tag="send", tag_field="op"):
    """Say something. `reply_to` is a message of the same room."""

    client_id: ClientId
    body: str
    reply_to: str | None = None


class Edit(msgspec.Struct, frozen=True, tag="edit", tag_field="op"):
    """Replace the text of a message: one's own, or anyone's for managers."""

    client_id: ClientId
    target: str
    body: str


class Delete(msgspec.Struct, frozen=True, tag="delete", tag_field="op"):
    """Take a message back: one's own, or anyone's for managers."""

    client_id: ClientId
    target: str


class React(msgspec.Struct, frozen=True, tag="react", tag_field="op"):
    client_id: ClientId
    target: str
    emoji: str


class Unreact(msgspec.Struct, frozen=True, tag="unreact", tag_field="op"):
    client_id: ClientId
    target: str
    emoji: str


Operation = Send | Edit | Delete | React | Unreact
OPERATIONS: dict[str, type[Operation]] = {
    "send": Send,
    "edit": Edit,
    "delete": Delete,
    "react": React,
    "unreact": Unreact,
}


class Answer(msgspec.Struct, frozen=True):
    """What every door answers an operation with, after its event is durable. `id` is the message concerned."""

    room: str
    seq: int
    id: str
    client_id: str
    duplicate: bool = False


def parse(frame: dict[str, Any]) -> Operation:
    """The operation in a decoded object. Raises UnknownOp or BadField; fields that nobody knows are ignored."""
    op = frame.get("op")
    kind = OPERATIONS.get(op) if isinstance(op, str) else None
    if kind is None:
        raise UnknownOp("The operation is `send`, `edit`, `delete`, `react` or `unreact`.")
    try:
        return msgspec.convert(frame, kind)
    except msgspec.ValidationError as error:
        raise BadField(f"{error}.") from None


def fingerprint(operation: Operation) -> str:
    """Tells two contents apart. The room is no part of it: a client id is used once in all rooms."""
    parts = [type(operation).__name__, *msgspec.structs.astuple(operation)]
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
