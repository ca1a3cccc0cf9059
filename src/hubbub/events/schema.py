"""The shape of an event as it is recorded and told; the kinds themselves are defined by whoever records them."""

from datetime import datetime

import msgspec


class Draft(msgspec.Struct, frozen=True):
    """An event about to be recorded: all but its number."""

    kind: str
    by: int | None
    at: datetime
    data: msgspec.Struct
    client_id: str | None = None


class Recorded(msgspec.Struct, frozen=True):
    """An event of a stream. `data` is JSON text, as stored."""

    stream_id: int
    seq: int
    kind: str
    by: int | None
    client_id: str | None
    at: datetime
    data: str


class Repeat(msgspec.Struct, frozen=True):
    """The answer that an operation got the first time."""

    fingerprint: str
    stream_id: int
    seq: int
    subject: int
