"""What waits to be written to one socket: bounded, never waiting for a slow reader, never dropping in silence."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from hubbub.lib import clock
from hubbub.limits import LIMITS
from hubbub.realtime.wire import EXTENSION, frame_text

PATIENCE_SECONDS = 30.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outbox:
    """Writes ready-made frames straight to the transport where the server offers that, else through a task.

    `overflow` is called once, when more than the bound is waiting; what follows is not written any more.
    """

    __slots__ = ("_bytes", "_overflow", "_prepared", "_send", "_task", "_waiting", "closed")

    def __init__(self, scope: dict[str, Any], send: Send, overflow: Callable[[], None]) -> None:
        self._prepared: Any = scope.get("extensions", {}).get(EXTENSION)
        self._send = send
        self._overflow = overflow
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    def write(self, payload: bytes) -> None:
        """One text frame."""
        self.write_prepared(payload, frame_text(payload) if self._prepared else b"")

    def write_prepared(self, payload: bytes, framed: bytes) -> None:
        """One text frame that was framed already for many sockets."""
        if self.closed:
            return
        if self._prepared is None:
            self._queue(payload)
        elif self._prepared.buffered() + len(framed) > LIMITS.queue_bytes:
            self._full()
        else:
            self._prepared.write(framed)

    def write_ephemeral(self, payload: bytes, framed: bytes) -> None:
        """One text frame that may be dropped: it is, where half of the bound is waiting already."""
        if self._buffered() * 2 < LIMITS.queue_bytes:
            self.write_prepared(payload, framed)

    def abort(self) -> None:
        """Cut the connection: for a peer that does not even read its close frame."""
        self.closed = True
        if self._task:
            self._task.cancel()
        if self._prepared:
            self._prepared.abort()

    async def room(self) -> None:
        """Wait until the reader has taken most of what was written; one who takes nothing at all overflows."""
        deadline = clock.ticks() + PATIENCE_SECONDS
        while not self.closed and self._buffered() * 4 > LIMITS.queue_bytes:
            if clock.ticks() > deadline:
                self._full()
                return
            await asyncio.sleep(0.01)

    async def flushed(self) -> None:
        """Wait until what was queued is handed over."""
        if self._task:
            await self._task

    def _buffered(self) -> int:
        waiting: int = self._prepared.buffered() if self._prepared else self._bytes
        return waiting

    def _queue(self, payload: bytes) -> None:
        if self._bytes + len(payload) > LIMITS.queue_bytes:
            self._full()
            return
        self._waiting.append(payload)
        self._bytes += len(payload)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._waiting and not self.closed:
            payload = self._waiting.popleft()
            self._bytes -= len(payload)
            await self._send({"type": "websocket.send", "text": payload.decode()})

    def _full(self) -> None:
        self.closed = True
        self._overflow()
