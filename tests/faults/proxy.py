"""A client's own way to the nodes: a TCP proxy that can be cut, stalled, slowed and made to trickle."""

import asyncio
import contextlib
import random
import socket
import struct
from typing import Literal

Mood = Literal["flows", "stalls", "delays", "trickles"]
CHUNK = 65_536
TRICKLE_BYTES = 400  # by single bytes; what is longer goes on as it came
DELAY_SECONDS = (0.2, 1.0)


class Link:
    """Listens for one client; every new connection goes to the node that the client chose."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.mood: Mood = "flows"
        self.target = 0
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def become(self, mood: Mood) -> None:
        self.mood = mood
        if mood == "stalls":
            self._flows.clear()
        else:
            self._flows.set()

    def cut(self) -> None:
        """Reset whatever is connected, in both directions, dropping what is under way."""
        for writer in list(self._writers):
            connection = writer.get_extra_info("socket")
            with contextlib.suppress(OSError, AttributeError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(back)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.get_running_loop().create_task(self._carry(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK):
                await self._pass_on(data, sink)
        except OSError:
            pass
        finally:
            self._writers.discard(sink)
            with contextlib.suppress(OSError, RuntimeError):
                sink.close()

    async def _pass_on(self, data: bytes, sink: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        if self.mood == "delays":
            await asyncio.sleep(self._dice.uniform(*DELAY_SECONDS))
        elif self.mood == "trickles":
            for byte in data[:TRICKLE_BYTES]:
                sink.write(bytes([byte]))
                await asyncio.sleep(0)
            data = data[TRICKLE_BYTES:]
        await self._flows.wait()
        sink.write(data)
        await sink.drain()
