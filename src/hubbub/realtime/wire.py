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
from websockets.server import ServerProtocol

from hubbub.realtime.framing import BAD_TEXT, PING, PONG, STRANGE, TEXT, unmasked, whole_frame
from hubbub.realtime.keepalive import keepalive_of
from hubbub.realtime.prepared import EXTENSION, Ear, Prepared, Writable

RESTART = 1012
NO_CODE = 1006
LOST = 1011
TOO_SLOW = 4490
ANSWER_SECONDS = 1.0  # how long a peer may take to answer our close
LINGER_SECONDS = 10.0  # how long a peer may take to read the last bytes before the connection is cut
HANDSHAKE_SECONDS = 15.0  # how long the application may take to accept or refuse

logger = logging.getLogger(__name__)


# What uvicorn's own instances keep, and ours. What is not named here would go into a dictionary of the instance.
_OF_UVICORN = """
    config app loop logger root_path asgi_version app_state connections tasks default_headers
    transport server client scheme queue handshake_initiated handshake_complete close_sent
    disconnected close_timer close_timeout initial_response read_paused writable ping_interval
    ping_timeout ping_timer pong_timer pending_ping_payload ping_sent_at last_ping_rtt frames
    curr_msg_data_type request response scope
"""
_OWN = """
    _failed _alive _plain _untouched _rest _ear _prepared _handshake_timer _parser
"""


class PreparedWebSockets(WebSocketsSansIOProtocol):
    """uvicorn's protocol, made to take whatever a hostile peer sends without a traceback and without a leak.

    Sending to a socket that is closed or closing does nothing: the application learns of the end by the
    `websocket.disconnect` that always follows, and so always gets to clean up.

    What uvicorn keeps in a dictionary has slots here, and the general parser is there only while it is needed: half
    of what a quiet socket would hold.
    """

    __slots__ = (*_OF_UVICORN.split(), *_OWN.split())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._failed = False
        self._alive = True  # something was heard since the last ping
        self._plain = False  # only whole unfragmented frames so far, which are read here
        self._untouched = True  # no byte of a frame has gone to the general parser
        self._rest: bytearray | None = None  # of a frame that has not come to its end
        self._ear: Ear | None = None
        self._prepared: Prepared | None = None
        self._handshake_timer: asyncio.TimerHandle | None = None
        self._parser: ServerProtocol | None = None
        super().__init__(*args, **kwargs)

    @property
    def conn(self) -> ServerProtocol:
        """The general parser, made anew for the first frame that needs one."""
        if self._parser is None:
            self._parser = ServerProtocol(state=OPEN, max_size=self.config.ws_max_size, logger=self.logger)
        return self._parser

    @conn.setter
    def conn(self, parser: ServerProtocol) -> None:
        self._parser = parser

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
        self._drop_parser()

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
        if self._plain and self.conn.state is OPEN and not self.close_sent:
            self._drop_parser()
        while not queue.empty():
            ear.put_nowait(cast("dict[str, Any]", queue.get_nowait()))
        self.resume()
        # A handshake is remembered by nobody, and nobody waits to send.
        del self.scope, self.request, self.response
        self.server = self.client = None
        self.writable = cast("asyncio.Event", Writable()) if self.writable.is_set() else self.writable

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

    def _drop_parser(self) -> None:
        """Close the generator in it, too: it refers to its owner, and only the collector would free the two."""
        if self._parser is not None:
            self._parser.parser.close()
            self._parser = None

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
