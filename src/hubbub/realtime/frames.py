"""Frames of the session socket, in both directions: their shapes, and how they are read and written. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hubbub.lib.refusals import BadField, BadFrame, Refused
from hubbub.messages.operations import Answer

VERSION = 1
encode = msgspec.json.Encoder().encode


class Ack(msgspec.Struct, tag="ack"):
    """What an operation's author gets once its event is durable."""

    ref: Any
    room: str
    seq: int
    id: str
    client_id: str
    duplicate: bool


class Resume(msgspec.Struct, frozen=True):
    """Where the client is: the epoch it knows, and the last position it has of each room."""

    epoch: str
    rooms: dict[str, int]


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    v: int
    resume: Resume | None = None


class Op(msgspec.Struct, frozen=True, tag="op"):
    """An operation; the rest of the frame is read by `messages.operations.parse`."""

    room: str


class Sub(msgspec.Struct, frozen=True, tag="sub"):
    """`after` absent: from the head on."""

    room: str
    after: int | None = None


class Unsub(msgspec.Struct, frozen=True, tag="unsub"):
    room: str


class Read(msgspec.Struct, frozen=True, tag="read"):
    room: str
    seq: int
    unread: bool = False


class Typing(msgspec.Struct, frozen=True, tag="typing"):
    room: str


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    pass


ClientFrame = Hello | Op | Sub | Unsub | Read | Typing | Ping
_KINDS: dict[str, type[ClientFrame]] = {
    "hello": Hello,
    "op": Op,
    "sub": Sub,
    "unsub": Unsub,
    "read": Read,
    "typing": Typing,
    "ping": Ping,
}


def parse(decoded: object) -> ClientFrame:
    """The frame in a decoded JSON value; raises BadFrame or BadField."""
    kind = decoded.get("type") if isinstance(decoded, dict) else None
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise BadFrame("A frame is an object with a known `type`.")
    try:
        return msgspec.convert(decoded, known)
    except msgspec.ValidationError as error:
        raise BadField(f"{error}.") from None


def ref_of(decoded: object) -> Any:
    """What the client calls this frame, to be given back; anything but a short text or a number is ignored."""
    ref = decoded.get("ref") if isinstance(decoded, dict) else None
    if isinstance(ref, str) and len(ref) <= 128:
        return ref
    return ref if isinstance(ref, int | float) and not isinstance(ref, bool) else None


def frame(kind: str, **fields: Any) -> bytes:
    """A server frame."""
    return encode({"type": kind, **fields})


def ack(answer: Answer, ref: Any) -> bytes:
    return encode(Ack(ref, answer.room, answer.seq, answer.id, answer.client_id, answer.duplicate))


def event_frame(event_json: bytes) -> bytes:
    return b'{"type":"event","event":' + event_json + b"}"


def together(frames: Sequence[bytes]) -> bytes:
    """Several frames as one text frame, to be taken in order."""
    return frames[0] if len(frames) == 1 else b"[" + b",".join(frames) + b"]"


def err(refusal: Refused, *, ref: Any = None, room: str | None = None) -> bytes:
    fields: dict[str, Any] = {"ref": ref, "code": refusal.code, "detail": refusal.detail}
    if room is not None:
        fields["room"] = room
    if refusal.retry_after_ms is not None:
        fields["retry_after_ms"] = refusal.retry_after_ms
    return frame("err", **fields)
