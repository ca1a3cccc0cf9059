"""What an application finds at its WebSocket under our server: the way to write ready-made frames, and to be called.

Knows no bytes of the protocol.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

EXTENSION = "hubbub.prepared"


class Served(Protocol):
    """The protocol of one WebSocket, as it is used here."""

    transport: asyncio.Transport

    def listen(self, heard: Callable[[str | None], None], ended: Callable[[], None]) -> None: ...

    def close(self, code: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


def _write_nothing(frame: bytes) -> None:
    """Where a socket is closed or closing."""


def _nothing_buffered() -> int:
    return 0


def _hear_nothing(text: str | None) -> None:
    """Where the end was told already."""


def _do_nothing() -> None:
    """Likewise."""


class Prepared:
    """What a consumer finds in `scope["extensions"]["hubbub.prepared"]`: its socket, for frames made beforehand.

    `put(frame)` sends whole frames as they are; it never waits and never raises, and does nothing once the socket is
    not open any more. Nothing bounds the buffer but the writer, who asks `size()`: bytes that the peer's side has not
    taken yet. Both are the transport's own methods, as they are called for every frame to every socket.
    """

    __slots__ = ("_protocol", "put", "size")

    def __init__(self, protocol: Served) -> None:
        self._protocol = protocol
        self.put: Callable[[bytes], None] = protocol.transport.write
        self.size: Callable[[], int] = protocol.transport.get_write_buffer_size

    def listen(self, heard: Callable[[str | None], None], ended: Callable[[], None]) -> None:
        """Be called with each text (None for a binary message) and at the end, instead of receiving.

        From here on the socket lives without the application's coroutine, which may return.
        """
        self._protocol.listen(heard, ended)

    def close(self, code: int) -> None:
        """Close after what was put; only for who listens."""
        self._protocol.close(code)

    def pause(self) -> None:
        """Do not read for now."""
        self._protocol.pause()

    def resume(self) -> None:
        self._protocol.resume()

    def abort(self) -> None:
        """Cut the connection now, dropping what is buffered."""
        self._protocol.transport.abort()

    def mute(self) -> None:
        """Put nothing any more."""
        self.put = _write_nothing

    def end(self) -> None:
        self.put, self.size = _write_nothing, _nothing_buffered


class Ear:
    """Takes the place of the queue of messages once the application listens."""

    __slots__ = ("ended", "heard")

    def __init__(self, heard: Callable[[str | None], None], ended: Callable[[], None]) -> None:
        self.heard = heard
        self.ended = ended

    def put_nowait(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.disconnect":
            ended, self.ended, self.heard = (
                self.ended,
                _do_nothing,
                _hear_nothing,
            )  # once, and nothing after it
            ended()
        elif message["type"] == "websocket.receive":
            self.heard(message.get("text"))


class Writable:
    """Takes the place of the event of the same methods once nobody can wait for it any more."""

    __slots__ = ("_is_set",)

    def __init__(self) -> None:
        self._is_set = True

    def set(self) -> None:
        self._is_set = True

    def clear(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set
