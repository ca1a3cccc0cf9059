"""The one bridge between the event loop and everything that blocks: reads of the store, and answers of the journal."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bridge")


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a domain query in a thread with its own connection and give its result."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, lambda: _with_connection(function, *args, **kwargs))


def _with_connection(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except (DatabaseError, InterfaceError):
        connection.close()
        raise
    finally:
        if connection.vendor == "postgresql":
            connection.close()  # back to the pool


class Mailbox:
    """Calls from other threads, run on the loop in the order in which they were put; one wake-up for many."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._awake = False

    def put(self, callback: Callable[..., None], *args: Any) -> None:
        """May be called on any thread; does nothing once the loop is closed."""
        self._waiting.append((callback, args))
        if self._awake:
            return
        self._awake = True
        try:
            self._loop.call_soon_threadsafe(self._run)
        except RuntimeError:
            self._waiting.clear()

    def put_answer(self, future: "Future[T]", callback: Callable[..., None], *args: Any) -> None:
        """Have `callback(future, *args)` run on the loop when the future is done."""
        future.add_done_callback(lambda done: self.put(callback, done, *args))

    def _run(self) -> None:
        self._awake = False
        while self._waiting:
            callback, args = self._waiting.popleft()
            callback(*args)
