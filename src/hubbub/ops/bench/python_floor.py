"""The floor (floor.c) in Python, for where there is no compiler: the same at several times the cost.

Run as a program of its own; it imports nothing of ours, so that it is as small as it can be.
"""

import asyncio
import sys
from typing import cast

ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: pKjWNR6idLzGtF/hCBIFi9mLZ/0=\r\n\r\n"
)
CLOSE = 8
TEXT = 1


class Audience:
    """Whoever is connected, and what is to be sent to them in this tick."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.transports: dict[asyncio.Transport, None] = {}
        self.batch: list[bytes] = []
        self.kept = b""

    def take(self, sender: asyncio.Transport, payload: bytes, *, greeting: bool) -> None:
        if self.mode == "echo" or (greeting and self.mode != "replay"):
            sender.write(framed(payload))
        elif self.mode == "replay":
            if len(payload) > len(self.kept):
                self.kept = payload
            sender.write(self.kept)
        elif self.mode == "each":
            self.send_to_all(framed(payload))
        else:
            if not self.batch:
                asyncio.get_running_loop().call_soon(self.flush)
            self.batch.append(payload)

    def flush(self) -> None:
        batch, self.batch = self.batch, []
        self.send_to_all(framed(batch[0] if len(batch) == 1 else b"[" + b",".join(batch) + b"]"))

    def send_to_all(self, frame: bytes) -> None:
        for transport in self.transports:
            transport.write(frame)


class Peer(asyncio.Protocol):
    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.open = False
        self.greeted = False
        self.rest = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by class

    def connection_lost(self, exc: Exception | None) -> None:
        self.audience.transports.pop(self.transport, None)

    def data_received(self, data: bytes) -> None:
        self.rest += data
        if not self.open:
            head, end, self.rest = self.rest.partition(b"\r\n\r\n")
            if not end:
                self.rest = head
                return
            self.open = True
            self.transport.write(ANSWER)
            self.audience.transports[self.transport] = None
        while self.take_frame():
            pass

    def take_frame(self) -> bool:
        """Take one whole masked frame; whether there was one."""
        data = self.rest
        if len(data) < 6:
            return False
        length = data[1] & 0x7F
        wide = {126: 2, 127: 8}.get(length, 0)
        begin = 6 + wide
        if wide:
            length = int.from_bytes(data[2 : 2 + wide], "big")
        if len(data) < begin + length:
            return False
        self.rest = data[begin + length :]
        if data[0] & 0x0F == CLOSE:
            self.transport.close()
        elif data[0] & 0x0F == TEXT:
            mask = data[begin - 4 : begin]
            payload = unmasked(data[begin : begin + length], mask)
            self.audience.take(self.transport, payload, greeting=not self.greeted)
            self.greeted = True
        return True


def unmasked(payload: bytes, mask: bytes) -> bytes:
    if not any(mask):
        return payload
    return bytes(byte ^ mask[place & 3] for place, byte in enumerate(payload))


def framed(payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


async def serve(mode: str) -> None:
    audience = Audience(mode)
    server = await asyncio.get_running_loop().create_server(
        lambda: Peer(audience), "127.0.0.1", 0, backlog=4096
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # ends when whoever started us does
    server.close()


def loop_factory() -> asyncio.AbstractEventLoop:
    """uvloop where it is installed: this is to be the least that Python costs."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve(sys.argv[1]))
