"""One serving process: uvicorn with our bounds, and a stop that drains. Knows no page, room or message."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hubbub.lib import clock
from hubbub.lib.drain import drain
from hubbub.lib.open_files import open_as_many_files_as_allowed
from hubbub.limits import LIMITS
from hubbub.ops import ending, garbage
from hubbub.ops.http import BoundedHttp

# By name: operations do not import the transport, they only have it run.
WEBSOCKETS = "hubbub.realtime.wire:PreparedWebSockets"
PING_SECONDS = 20.0
KEEP_ALIVE_SECONDS = 30
SAME_SIGNAL_SECONDS = 0.3  # a terminal and a parent often send the same wish twice

logger = logging.getLogger(__name__)


def serve(listener: socket.socket, *, on_ready: Callable[[], None], parent: int | None = None) -> None:
    """Serve on an open socket until told to stop, then drain. `parent` is a pipe whose end means stop, too."""
    open_as_many_files_as_allowed()
    with ending.told():
        DrainingServer(_configuration(), on_ready=on_ready, parent=parent).run([listener])


def _configuration() -> uvicorn.Config:
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    proxies = list(getattr(settings, "HUBBUB", {}).get("PROXIES", ("127.0.0.1",)))
    return uvicorn.Config(
        f"{module}:{name}",
        http=BoundedHttp,
        ws=WEBSOCKETS,
        ws_max_size=LIMITS.frame_bytes,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_closing_seconds(),  # type: ignore[arg-type]
    )


def _window() -> float:
    return LIMITS.drain_ms / 1000


def _closing_seconds() -> float:
    """The part of the drain window that is kept for closing what is open still."""
    return min(1.5, _window() * 0.3)


class DrainingServer(uvicorn.Server):
    """On the first signal: not ready any more, sockets are told, work goes on; then close, and exit with 0."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[], None], parent: int | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._parent = parent
        self._listeners: list[socket.socket] = []
        self._stopped_at = 0.0

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's own raises the signal again at the end, which makes an orderly stop look like a death."""
        loop = asyncio.get_running_loop()
        for sign in ending.stop_signals():
            loop.add_signal_handler(sign, self.stop, f"told by {sign.name}")
        if self._parent is not None:
            loop.add_reader(self._parent, self._parent_gone)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.stop(f"told by {signal.Signals(sig).name}")

    def stop(self, why: str) -> None:
        """Begin to drain; asked a second time, go at once."""
        if self.should_exit:
            if clock.ticks() - self._stopped_at > SAME_SIGNAL_SECONDS:
                ending.leave(f"{why} again")
            return
        logger.warning("Stopping, %s: %d connections are open", why, len(self.server_state.connections))
        self._stopped_at = clock.ticks()
        self.should_exit = True
        _leave_after(_window())
        drain.begin(int((_window() - _closing_seconds()) * 1000))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listeners = sockets or []
        if self.started and not self.should_exit:
            garbage.settle()
            self._on_ready()

    async def main_loop(self) -> None:
        await super().main_loop()
        until = self._stopped_at + _window() - _closing_seconds()
        while self._busy() and clock.ticks() < until:
            await asyncio.sleep(0.05)
            await self.on_tick(0)

    def _busy(self) -> bool:
        """Whether a request is being answered or a WebSocket is open."""
        state = self.server_state
        return bool(state.tasks) or any(
            isinstance(one, WebSocketsSansIOProtocol) for one in state.connections
        )

    def _parent_gone(self) -> None:
        assert self._parent is not None
        if os.read(self._parent, 1):
            return
        asyncio.get_running_loop().remove_reader(self._parent)
        # Whoever starts the next parent wants the port.
        for server in self.servers:
            server.close()
        for listener in self._listeners:
            listener.close()
        self.stop("the parent process is gone")


def _leave_after(seconds: float) -> None:
    """A thread or a peer that hangs must not keep a process that was told to stop."""
    watchdog = threading.Timer(seconds, ending.leave, ["something did not end within the drain window"])
    watchdog.daemon = True
    watchdog.start()
