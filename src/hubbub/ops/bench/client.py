"""The receiving side of the benchmark: what it counts, and what it can be asked. Knows frames, no chat."""

import socket
from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol

from hubbub.ops.bench.lateness import BIN_MS

DEPTH = 4096  # as in client.c: how many messages of one ring may be under way
READ_BYTES = 1 << 18
BIN_NS = int(BIN_MS * 1_000_000)
NAP_US = 100


class Mark(IntEnum):
    """What is counted in what comes. Inside of a JSON string the quotes would be escaped, so no message holds one."""

    EVENT = 0
    ACK = 1
    READY = 2
    SYNCED = 3


MARKS = {
    Mark.EVENT: b'{"type":"event"',
    Mark.ACK: b'{"type":"ack"',
    Mark.READY: b'{"type":"ready"',
    Mark.SYNCED: b'{"type":"synced"',
}
REPORTED = (Mark.ACK, Mark.READY, Mark.SYNCED)


class State(IntEnum):
    GREETING = 0
    OPEN = 1
    CLOSED = 2


class Client(Protocol):
    """Connections by number. `pump` reads what is there; what it counted is asked for afterwards."""

    @property
    def closed(self) -> int: ...

    def watch(self, number: int, connection: socket.socket) -> None: ...

    def timed(self, number: int, mark: Mark, *, ring: int) -> None:
        """From now on the lateness of this mark is noted, against the times of this ring."""
        ...

    def due(self, ring: int, number: int, at_ns: int) -> None:
        """When the message of this number was to be sent."""
        ...

    def pump(self, nap_us: int = NAP_US) -> Sequence[int]:
        """Read; the connections that opened, ended or got a reported mark. Naps when there was nothing."""
        ...

    def state(self, number: int) -> State: ...

    def code(self, number: int) -> int: ...

    def seen(self, number: int, mark: Mark) -> int: ...

    def total(self, mark: Mark) -> int: ...

    def late(self) -> Sequence[int]:
        """The histogram of lateness."""
        ...

    def reset(self) -> None:
        """Forget what was counted; the connections stay."""
        ...

    def close(self) -> None: ...
