"""The server side of one WebSocket: uvicorn's protocol plus writes of ready-made frames. Knows no room and no user.

It leans on the inside of uvicorn 0.54 and websockets 16/17; `tests/realtime/test_wire.py` holds what it needs of them.
"""

import asyncio
import logging
from typing import Any, cast

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN

EXTENSION = "hubbub.prepared"
RESTART = 1012
BAD_TEXT = 1007
NO_CODE = 1006
ANSWER_SECONDS = 1.0  # how long a peer may take to answer our close
LINGER_SECONDS = 10.0  # how long a peer may take to read the last bytes before the connection is cut
HANDSHAKE_SECONDS = 15.0  # how long the application may take to accept or refuse

logger = logging.getLogger(__name__)


def frame_text(payload: bytes) -> bytes:
    """One whole text frame as a server sends it; make it once and write it to many."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Prepared:
    """What a consumer finds in `scope["extensions"]["hubbub.prepared"]`: its socket, for frames made beforehand.

    A write never waits and never raises. Nothing bounds the buffer but the writer, who asks `buffered()`.
    """

    __slots__ = ("_conn", "_transport")

    def __init__(self, conn: Any, transport: asyncio.Transport) -> None:
        self._conn = conn
        self._transport = transport

    def write(self, frame: bytes) -> bool:
        """Send whole frames as they are; False when the socket is not open (any more)."""
        transport = self._transport
        if self._conn.state is not OPEN or transport.is_closing():
            return False
        transport.write(frame)
        return True

    def buffered(self) -> int:
        """Bytes that the peer's side has not taken yet."""
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Cut the connection now, dropping what is buffered."""
        self._transport.abort()


class PreparedWebSockets(WebSocketsSansIOProtocol):
    """uvicorn's protocol, made to take whatever a hostile peer sends without a traceback and without a leak.

    Sending to a socket that is closed or closing does nothing: the application learns of the end by the
    `websocket.disconnect` that always follows, and so always gets to clean up.
    """

    _failed = False
    _handshake_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        if self._failed:
            return
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

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_handshake_timer()
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.close_sent:
            return
        extensions = cast("dict[str, object]", self.scope["extensions"])
        extensions[EXTENSION] = Prepared(self.conn, self.transport)
        self._handshake_timer = self.loop.call_later(HANDSHAKE_SECONDS, self.transport.close)

    def handle_cont(self, event: Frame) -> None:
        if event.data or event.fin:  # empty fragments count for nothing towards the size limit
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:  # a peer that pings and does not read must not grow our buffer
            self.conn.data_to_send()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._linger()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._linger()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._linger()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self.frames = []
            self._refuse(BAD_TEXT, "invalid UTF-8")
            return
        super().send_receive_event_to_app()

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

    async def send(self, message: ASGISendEvent) -> None:
        await self.writable.wait()
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        await super().send(message)
        if self.handshake_complete:
            self._stop_handshake_timer()
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(LINGER_SECONDS, self._close_transport)

    def _refuse(self, code: int, reason: str) -> None:
        """Say why, tell the application, and wait a moment for the peer's own close."""
        if self.close_sent:
            return
        if self.conn.state is OPEN:
            self.conn.send_close(code, reason)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.close_sent = True
        self._write_pending()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(ANSWER_SECONDS, self._close_transport)

    def _fail(self) -> None:
        self._failed = True
        self.close_sent = True
        sent = self.conn.close_sent
        code, reason = (sent.code, sent.reason) if sent is not None else (NO_CODE, "")
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def _write_pending(self) -> None:
        output = b"".join(self.conn.data_to_send())
        if output and not self.transport.is_closing():
            self.transport.write(output)

    def _close_transport(self) -> None:
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
