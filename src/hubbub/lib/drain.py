"""Whether this process is about to stop, and whom to tell; knows no server and no socket."""

import logging
from collections.abc import Callable

Told = Callable[[int], None]
"""Called once, on the thread of the event loop, with the milliseconds until what is still open is closed."""

logger = logging.getLogger(__name__)


class Drain:
    """Begun once for a process by its server; anybody may ask `started` or be told by `on_start`."""

    def __init__(self) -> None:
        self.started = False
        self.within_ms = 0
        self._listeners: list[Told] = []

    def on_start(self, callback: Told) -> None:
        """Have `callback(within_ms)` called when draining begins; at once if it has begun already."""
        self._listeners.append(callback)
        if self.started:
            self._tell(callback)

    def begin(self, within_ms: int) -> None:
        """Say that open sockets have `within_ms` milliseconds left. Only the first call counts."""
        if self.started:
            return
        self.started = True
        self.within_ms = within_ms
        for callback in list(self._listeners):
            self._tell(callback)

    def _tell(self, callback: Told) -> None:
        try:
            callback(self.within_ms)
        except Exception:
            # One listener that fails must not keep the others from hearing, nor the process from stopping.
            logger.exception("A listener failed as draining began")


drain = Drain()
