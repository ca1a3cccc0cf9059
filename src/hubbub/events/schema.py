"""The shape of an event as it is recorded and told; the kinds themselves are defined by whoever records them."""

from dataclasses import dataclass
from datetime import datetime

import msgspec


@dataclass(frozen=True, slots=True)
class Draft:
    """An event about to be recorded: all but its number."""

    kind: str
    by: int | None
    at: datetime
    data: msgspec.Struct
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of a stream. `data` is JSON text, as stored."""

    stream_id: int
    seq: int
    kind: str
    by: int | None
    client_id: str | None
    at: datetime
    data: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """The answer that an operation got the first time."""

    fingerprint: str
    stream_id: int
    seq: int
    subject: int
