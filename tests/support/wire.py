"""A wire between client and server that a test may slow, cut, or leave dead and open. Knows only first lines."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.support.hubbub_process import HubbubServer

CHUNK = 65_536
Lay = Callable[[HubbubServer], "Wire"]
T = TypeVar("T")


class Wire:
    """A TCP proxy on a port of its own. Every method returns when what it says has come into force."""

    def __init__(self, port: int, listener: socket.socket | None = None) -> None:
        """To a port of this machine; from a free one of it, or from wherever `listener` listens."""
        self.port = 0
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self._to = port
        self._delay = 0.0
        self._dead: frozenset[str] = frozenset()
        self._refusing = False
        self._refused_paths: tuple[bytes, ...] = ()
        self._open: set[Line] = set()
        self._count = 0
        self._laid = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)
        self._thread.start()
        self._laid.wait(timeout=10)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many were opened through here so far."""
        return self._count

    def slow(self, seconds: float) -> None:
        """Whatever travels, in either direction, arrives this much later."""
        self._delay = seconds

    def cut(self) -> None:
        """As an unplugged server: what is open is closed, and nobody gets in."""
        self._refusing = True
        self._run(self._drop())

    def die(self, *directions: str, asked: str = "") -> None:
        """As a firewall that forgot: all stays open, and nothing arrives any more ("up", "down", or both).

        With `asked` only connections that began by asking for it; others, and those to come, live on.
        """
        dead = frozenset(directions or ("up", "down"))
        if not asked:
            self._dead = dead
        for line in list(self._open):
            if asked.encode() in line.asked:
                line.dead = dead

    def refuse(self, *paths: str) -> None:
        """As a proxy that does not know WebSockets: connections that begin by asking for these are closed."""
        self._refused_paths = tuple(path.encode() for path in paths)

    def mend(self) -> None:
        """All is well for whoever comes from now on; what was dead stays dead, as real connections do."""
        self._run(self._drop())
        self._refusing = False
        self._dead = frozenset()
        self._delay = 0.0

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(timeout=10)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._connected, sock=self._listener)
        self.port = int(server.sockets[0].getsockname()[1])
        self._laid.set()
        await self._end.wait()
        server.close()
        await self._drop()

    async def _drop(self) -> None:
        for line in list(self._open):
            line.drop()
        self._open.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            return writer.transport.abort()
        self._count += 1
        line = Line(ends=[writer], dead=self._dead)
        self._open.add(line)
        with suppress(OSError, asyncio.CancelledError):  # the wire is taken away
            await self._join(line, reader, writer)
        self._open.discard(line)
        return line.drop()

    async def _join(self, line: "Line", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(CHUNK)
        line.asked = first.split(b"\r\n", 1)[0]
        if not first or any(path in line.asked for path in self._refused_paths):
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        line.ends.append(back)
        await asyncio.gather(
            self._carry(line, "up", reader, back, first), self._carry(line, "down", there, writer)
        )

    async def _carry(
        self,
        line: "Line",
        way: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        chunk: bytes = b"",
    ) -> None:
        """Each chunk waits on its own, so that a slow wire is late and not narrow; their order holds."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivered = asyncio.create_task(self._deliver(line, way, queue, writer))
        with suppress(OSError):
            while chunk := chunk or await reader.read(CHUNK):
                queue.put_nowait((self._loop.time() + self._delay, chunk))
                chunk = b""
        queue.put_nowait((self._loop.time() + self._delay, b""))
        await delivered

    async def _deliver(
        self,
        line: "Line",
        way: str,
        queue: asyncio.Queue[tuple[float, bytes]],
        writer: asyncio.StreamWriter,
    ) -> None:
        while True:
            due, chunk = await queue.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            if way in line.dead:
                continue
            if not chunk:
                break
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()


@dataclass(eq=False)
class Line:
    """One connection through the wire."""

    ends: list[asyncio.StreamWriter]
    dead: frozenset[str]
    asked: bytes = b""

    def drop(self) -> None:
        for end in self.ends:
            end.transport.abort()
