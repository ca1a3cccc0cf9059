"""What waits to be written to one socket: bounded, never waiting for a slow reader, never dropping in silence."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from hubbub.lib import clock
from hubbub.limits import LIMITS
from hubbub.realtime.framing import frame_text, payload_of
from hubbub.realtime.prepared import EXTENSION

PATIENCE_SECONDS = 30.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Line(Protocol):
    """The way to one peer for frames made beforehand: `wire.Prepared`, or a queue where a server does not offer it."""

    @property
    def put(self) -> Callable[[bytes], None]:
        """Send a whole frame; never waits, never raises."""
        ...

    @property
    def size(self) -> Callable[[], int]:
        """The bytes that wait."""
        ...

    def end(self) -> None:
        """Nothing is sent any more."""
        ...

    def mute(self) -> None:
        """Nothing more is put; what waits is still sent."""
        ...

    def pause(self) -> None:
        """Do not read for now, where that can be told."""
        ...

    def resume(self) -> None: ...


class QueuedLine:
    """Frames for a server that only offers `send`: a task sends one after the other."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._muted = False
        self._task: asyncio.Task[None] | None = None

    def put(self, framed: bytes) -> None:
        if self._muted:
            return
        self._waiting.append(framed)
        self._bytes += len(framed)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._drain())

    def size(self) -> int:
        return self._bytes

    def mute(self) -> None:
        self._muted = True

    def end(self) -> None:
        self._muted = True
        self._waiting.clear()
        self._bytes = 0

    def pause(self) -> None:
        """Whoever receives waits by itself."""

    def resume(self) -> None:
        """Likewise."""

    async def flushed(self) -> None:
        """Wait until what was queued is handed over."""
        if self._task:
            await self._task

    async def _drain(self) -> None:
        while self._waiting:
            framed = self._waiting.popleft()
            await self._send({"type": "websocket.send", "text": payload_of(framed).decode()})
            self._bytes = max(0, self._bytes - len(framed))


class Outbox:
    """Writes frames to one socket, no more than a bound ahead of its reader.

    `overflow` is called once, when more than that is waiting; what follows is not written any more. A fan-out writes
    to `line` itself, by the same rule.
    """

    __slots__ = ("_overflow", "closed", "line")

    def __init__(self, line: Line, overflow: Callable[[], None]) -> None:
        self.line = line
        self._overflow = overflow
        self.closed = False

    def write(self, payload: bytes) -> None:
        """One text frame."""
        self.write_framed(frame_text(payload))

    def write_framed(self, framed: bytes) -> None:
        """One text frame that was framed already, or several."""
        if self.closed:
            return
        if self.line.size() + len(framed) > LIMITS.queue_bytes:
            self.full()
        else:
            self.line.put(framed)

    def write_ephemeral(self, framed: bytes) -> None:
        """One text frame that may be dropped: it is, where half of the bound is waiting already."""
        if self.line.size() * 2 < LIMITS.queue_bytes:
            self.write_framed(framed)

    def full(self) -> None:
        """The reader is too slow."""
        if not self.closed:
            overflow = self._overflow
            self.let_go()
            self.line.mute()
            overflow()

    def end(self) -> None:
        """The socket is closed."""
        self.let_go()
        self.line.end()

    def let_go(self) -> None:
        """Nothing more is written, and nobody told of it; what waits is still sent."""
        self.closed = True
        self._overflow = _nobody_told

    async def room(self) -> None:
        """Wait until the reader has taken most of what was written; one who takes nothing at all overflows."""
        deadline = clock.ticks() + PATIENCE_SECONDS
        while not self.closed and self.line.size() * 4 > LIMITS.queue_bytes:
            if clock.ticks() > deadline:
                self.full()
                return
            await asyncio.sleep(0.01)


def _nobody_told() -> None:
    """Where the socket has ended: it is not held by what wrote to it."""


def prepared_line(scope: dict[str, Any]) -> Any:
    """What the server offers for frames made beforehand; None where it offers nothing."""
    return scope.get("extensions", {}).get(EXTENSION)
