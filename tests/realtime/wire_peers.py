"""A server of our protocol with an application that answers a few words, and peers who speak WebSocket by hand."""

import asyncio
import os
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from websockets.sync.client import ClientConnection, connect

from hubbub.realtime.framing import frame_text
from hubbub.realtime.prepared import EXTENSION, Prepared
from hubbub.realtime.wire import PreparedWebSockets
from tests.support.waiting import wait_until

TEXT, BINARY, CLOSE, PING, CONTINUATION = 1, 2, 8, 9, 0
MAX_BYTES = 1_000

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Echo:
    """An application that answers a few words, and keeps what the server told it."""

    def __init__(self) -> None:
        self.scopes: list[MutableMapping[str, Any]] = []
        self.ended: list[int] = []
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def prepared(self) -> Prepared:
        found = self.scopes[-1]["extensions"][EXTENSION]
        assert isinstance(found, Prepared)
        return found

    @property
    def protocol(self) -> PreparedWebSockets:
        found = self.prepared._protocol
        assert isinstance(found, PreparedWebSockets)
        return found

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        while scope["path"] == "/silent":
            if (await receive())["type"] == "websocket.disconnect":
                return
        self.scopes.append(scope)
        while True:
            message = await receive()
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
                if scope["path"] == "/listening":
                    self.listen()
                    return
            elif message["type"] == "websocket.disconnect":
                # What a consumer may still send before it notices must not harm.
                await send({"type": "websocket.send", "text": "too late"})
                self.ended.append(message["code"])
                return
            else:
                await self.answer(message.get("text"), send)

    def listen(self) -> None:
        """Be called from now on: every text is echoed, and the application returns."""
        prepared = self.prepared
        self.heard: list[str | None] = []

        def heard(text: str | None) -> None:
            self.heard.append(text)
            prepared.put(frame_text((text or "bytes").encode()))
            if text == "close":
                prepared.close(4490)

        prepared.listen(heard, lambda: self.ended.append(0))

    async def answer(self, text: str | None, send: Send) -> None:
        if text == "prepared":
            self.prepared.put(frame_text("готово".encode()))
        elif text == "close":
            await send({"type": "websocket.close", "code": 4490})
            self.prepared.put(frame_text(b"after"))
        elif text == "abort":
            self.prepared.abort()
        else:
            await send({"type": "websocket.send", "text": text or "bytes"})


class Served:
    """A real server on a port of this machine, on the loop that production uses."""

    def __init__(self, application: Echo, *, ping_seconds: float = 20.0) -> None:
        self.application = application
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        config = uvicorn.Config(
            application,
            loop="uvloop",
            http="httptools",
            ws=PreparedWebSockets,
            ws_max_size=MAX_BYTES,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=2,
            ws_ping_interval=ping_seconds,
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, args=([self.listener],))
        self._thread.start()
        wait_until("the server listens", lambda: self.server.started)

    def connect(self, path: str = "/ws/") -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self.port}{path}", compression=None)

    def raw(self, *, path: bytes = b"/ws/", more: bytes = b"") -> socket.socket:
        """A connection of somebody who speaks WebSocket by hand; the handshake is sent, its answer is not read."""
        peer = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        peer.sendall(
            b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + more + b"\r\n"
        )
        return peer

    def opened(self, path: bytes = b"/ws/") -> socket.socket:
        peer = self.raw(path=path)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += peer.recv(1)
        assert answer.startswith(b"HTTP/1.1 101 ")
        return peer

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()


def frame(opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True) -> bytes:
    head = bytes([(0x80 if fin else 0) | opcode])
    flag = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([flag | len(payload)])
    else:
        head += bytes([flag | 126]) + struct.pack("!H", len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def code_after(peer: socket.socket) -> int | None:
    """The close code that a hand-made peer is given, None if the connection just ends."""
    received = b""
    try:
        while chunk := peer.recv(65_536):
            received += chunk
    except ConnectionResetError:
        pass
    peer.close()
    at = 0
    while at + 2 <= len(received):
        opcode, length = received[at] & 0x0F, received[at + 1] & 0x7F
        if opcode == CLOSE:
            return int.from_bytes(received[at + 2 : at + 4], "big")
        at += 2 + length
    return None
