"""The server side of one WebSocket: uvicorn's protocol plus writes of ready-made frames. Knows no room and no user.

It leans on the inside of uvicorn 0.54 and websockets 16/17; `tests/realtime/test_wire.py` holds what it needs of them.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import WebSocketException
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

from hubbub.realtime.framing import BAD_TEXT, PING, PONG, STRANGE, TEXT, unmasked, whole_frame
from hubbub.realtime.keepalive import keepalive_of

EXTENSION = "hubbub.prepared"
RESTART = 1012
NO_CODE = 1006
LOST = 1011
TOO_SLOW = 4490
ANSWER_SECONDS = 1.0  # how long a peer may take to answer our close
LINGER_SECONDS = 10.0  # how long a peer may take to read the last bytes before the connection is cut
HANDSHAKE_SECONDS = 15.0  # how long the application may take to accept or refuse

logger = logging.getLogger(__name__)


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

    def __init__(self, protocol: "PreparedWebSockets") -> None:
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


class PreparedWebSockets(WebSocketsSansIOProtocol):
    """uvicorn's protocol, made to take whatever a hostile peer sends without a traceback and without a leak.

    Sending to a socket that is closed or closing does nothing: the application learns of the end by the
    `websocket.disconnect` that always follows, and so always gets to clean up.
    """

    _failed = False
    _alive = True  # something was heard since the last ping
    _plain = False  # only whole unfragmented frames so far, which are read here
    _untouched = True  # no byte of a frame has gone to the general parser
    _rest: bytearray | None = None  # of a frame that has not come to its end
    _ear: Ear | None = None
    _prepared: Prepared | None = None
    _handshake_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        self._alive = True
        if self._plain:
            self._read_plain(data)
        else:
            self._read_anything(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_handshake_timer()
        self._write_no_more()
        super().connection_lost(exc)
        self._ear = self._prepared = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.close_sent:
            return
        extensions = cast("dict[str, object]", self.scope["extensions"])
        self._prepared = extensions[EXTENSION] = Prepared(self)
        self._handshake_timer = self.loop.call_later(HANDSHAKE_SECONDS, self.transport.close)

    def handle_cont(self, event: Frame) -> None:
        if event.data or event.fin:  # empty fragments count for nothing towards the size limit
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:  # a peer that pings and does not read must not grow our buffer
            self.conn.data_to_send()

    def handle_pong(self, event: Frame) -> None:
        """That something came is enough."""

    def handle_close(self, event: Frame) -> None:
        self._write_no_more()
        super().handle_close(event)
        self._linger()

    def start_keepalive(self) -> None:
        if self.ping_interval:
            keepalive_of(self.loop, self.ping_interval).add(self)

    def stop_keepalive(self) -> None:
        if self.ping_interval and self.handshake_complete:
            keepalive_of(self.loop, self.ping_interval).remove(self)

    def beat(self) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        if self._alive:
            self._alive = False
            self.transport.write(PING)
            return
        self.conn.fail(TOO_SLOW if self.transport.get_write_buffer_size() else LOST)
        self._write_no_more()
        self._write_pending()
        self.close_sent = True
        self._close_transport()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._linger()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self.frames = []
            self._refuse(BAD_TEXT, "invalid UTF-8")
            return
        super().send_receive_event_to_app()
        if self._ear is not None:
            self.resume()

    def handle_parser_exception(self) -> None:
        self._fail()
        self._write_pending()
        self._close_transport()

    def shutdown(self) -> None:
        """Close with 1012 and let the peer answer; uvicorn's own cuts the connection at once."""
        self.stop_keepalive()
        if self.conn.state is OPEN and not self.close_sent:
            self._refuse(RESTART, "")
            return
        self.send_500_response()
        self._close_transport()

    async def run_asgi(self) -> None:
        """As uvicorn's own, but that the socket outlives an application that listens."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            logger.exception("The application of a WebSocket failed")
            self.send_500_response()
        else:
            if not self.handshake_complete:
                logger.error("The application of a WebSocket ended before the handshake")
                self.send_500_response()
        if self._ear is None and self.close_timer is None:
            self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        await self.writable.wait()
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        if message["type"] == "websocket.close":
            self._write_no_more()
        await super().send(message)
        if self.handshake_complete:
            self._stop_handshake_timer()
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(LINGER_SECONDS, self._close_transport)

    # What the application asks for through `Prepared`

    def listen(self, heard: Callable[[str | None], None], ended: Callable[[], None]) -> None:
        ear, queue = Ear(heard, ended), self.queue
        self._ear = ear
        self.queue = ear  # type: ignore[assignment]
        self._plain = self._untouched and not self.conn.extensions
        while not queue.empty():
            ear.put_nowait(cast("dict[str, Any]", queue.get_nowait()))
        self.resume()
        # A handshake is remembered by nobody.
        del self.scope, self.request, self.response

    def close(self, code: int) -> None:
        if self.conn.state is not OPEN or self.close_sent:
            return
        self._refuse(code, "")
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def pause(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        if self.read_paused:
            self.read_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    # Reading

    def _read_plain(self, data: bytes) -> None:
        """Take the frames that everybody sends; the first other one goes to the general parser with all after it."""
        found: bytes | bytearray = data
        if self._rest is not None:
            found, self._rest = self._rest, None
            found += data
        at, size = 0, len(found)
        while at < size:
            kind, start, end = whole_frame(found, at, self.config.ws_max_size)
            if kind == STRANGE:
                self._plain = False
                self._read_anything(bytes(found[at:]))
                return
            if not end:
                self._rest = found if not at and isinstance(found, bytearray) else bytearray(found[at:])
                return
            if kind == TEXT:
                self._read_text(unmasked(found, start, end))
            elif kind != PONG:
                self._read_anything(bytes(found[at:end]))
            at = end

    def _read_text(self, payload: bytes) -> None:
        if self.close_sent or self._ear is None:
            return
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            self._refuse(BAD_TEXT, "invalid UTF-8")
            return
        self._ear.heard(text)

    def _read_anything(self, data: bytes) -> None:
        if self._failed:
            return
        if self.handshake_initiated or not data.endswith(b"\r\n\r\n"):
            self._untouched = False
        try:
            super().data_received(data)
        except (UnicodeError, AssertionError, RuntimeError, WebSocketException) as error:
            # Bytes in an order that uvicorn does not expect (a close before the handshake, a path that is not ASCII).
            logger.info("A WebSocket peer was cut off: %s", type(error).__name__)
            self._fail()
            self.transport.abort()
            return
        if not self.handshake_initiated and self.conn.handshake_exc is not None:
            self._write_pending()
            self._close_transport()

    # Ending

    def _refuse(self, code: int, reason: str) -> None:
        """Say why, tell the application, and wait a moment for the peer's own close."""
        if self.close_sent:
            return
        self._write_no_more()
        if self.conn.state is OPEN:
            self.conn.send_close(code, reason)
        self.close_sent = True
        self._write_pending()
        self.resume()
        self.close_timer = self.loop.call_later(ANSWER_SECONDS, self._close_transport)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def _fail(self) -> None:
        self._failed = True
        self.close_sent = True
        self._write_no_more()
        sent = self.conn.close_sent
        code, reason = (sent.code, sent.reason) if sent is not None else (NO_CODE, "")
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def _write_no_more(self) -> None:
        if self._prepared is not None:
            self._prepared.end()

    def _write_pending(self) -> None:
        output = b"".join(self.conn.data_to_send())
        if output and not self.transport.is_closing():
            self.transport.write(output)

    def _close_transport(self) -> None:
        self._write_no_more()
        self.transport.close()
        self._linger()

    def _linger(self) -> None:
        """A closing transport waits for its buffer to drain; a peer that never reads would keep it for ever."""
        if not self.disconnected and self.transport.is_closing():
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _stop_handshake_timer(self) -> None:
        if self._handshake_timer is not None:
            self._handshake_timer.cancel()
            self._handshake_timer = None


def _is_utf8(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
