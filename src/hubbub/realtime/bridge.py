"""The one bridge between the event loop and everything that blocks: reads of the store, and answers of the journal."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection

from hubbub.lib.refusals import Refused

P = ParamSpec("P")
T = TypeVar("T")
Question = TypeVar("Question")
Result = TypeVar("Result")

THREADS = 4
TOGETHER = 128  # questions to a reading
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


class Gathering(Generic[Question, Result]):
    """Questions of many that are answered together: what is asked while a reading is under way waits for the next.

    `answer_all` gives an answer to each question in order, or the Refused that is raised to whoever asked it.
    """

    def __init__(self, answer_all: Callable[[Sequence[Question]], Sequence[Result | Refused]]) -> None:
        self._answer_all = answer_all
        self._waiting: list[tuple[Question, asyncio.Future[Result]]] = []
        self._working: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Result:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((question, answer))
        if self._working is None:
            self._working = loop.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._answer(asked)
        finally:
            self._working = None

    async def _answer(self, asked: "list[tuple[Question, asyncio.Future[Result]]]") -> None:
        try:
            answers = await read(self._answer_all, [question for question, _ in asked])
        except Exception as error:  # noqa: BLE001 - it is raised to whoever asked
            await self._answer_alone(asked, error)
            return
        for (_, future), answer in zip(asked, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Refused):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _answer_alone(
        self, asked: "list[tuple[Question, asyncio.Future[Result]]]", error: Exception
    ) -> None:
        """One question that cannot be answered is no reason not to answer the others."""
        if len(asked) > 1 and not isinstance(error, DatabaseError | InterfaceError):
            for each in asked:
                await self._answer([each])
            return
        for _, future in asked:
            if not future.done():
                future.set_exception(error)


class Mailbox:
    """Calls from other threads, run on the loop in the order in which they were put; one wake-up for many.

    `emptied` is called after them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, emptied: Callable[[], None]) -> None:
        self._loop = loop
        self._emptied = emptied
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

    def _run(self) -> None:
        self._awake = False
        while self._waiting:
            callback, args = self._waiting.popleft()
            callback(*args)
        self._emptied()
