"""The one door for writes: runs actions in order, many to a commit, and answers each after the commit.

An action is a function from a batch of calls to their outcomes, in order; a `Refused` among the outcomes is raised
to whoever asked for that call. Inside a transaction of the caller's own an action runs there and then, so that it
stands or falls with the caller's change. What happens after the commit is `announce`'s matter.
"""

import logging
import threading
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

from hubbub.events import log
from hubbub.lib.refusals import Busy, Refused, Unavailable

logger = logging.getLogger(__name__)

Call = TypeVar("Call")
Result = TypeVar("Result")
Action = Callable[[Sequence[Call]], Sequence[Result | Refused]]

BATCH = 256  # calls to a commit: beyond it the throughput no longer grows, only the wait of the first
QUEUE = 4_096  # calls waiting in one lane; more are refused, not kept waiting
POSTGRES_LANES = 4
ANSWER_SECONDS = 30.0

_OUTAGE = "The store cannot be written at this moment; nothing was changed."


@dataclass(slots=True, eq=False)
class _Command:
    action: Action[Any, Any]
    call: Any
    streams: tuple[int, ...]
    owner: int
    answer: "Future[Any]" = field(default_factory=Future)


class _Lane:
    """A thread with its own connection and a queue that takes turns between owners."""

    def __init__(self, name: str) -> None:
        self._waiting: OrderedDict[int, deque[_Command]] = OrderedDict()
        self._count = 0
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, command: _Command) -> None:
        with self._wake:
            if self._count >= QUEUE:
                raise Busy("Too much is waiting to be stored; nothing was changed.", retry_after_ms=1_000)
            self._waiting.setdefault(command.owner, deque()).append(command)
            self._count += 1
            self._wake.notify()

    def _work(self) -> None:
        while True:
            batch = self._take()
            try:
                _run_together(batch)
            except Exception:
                logger.exception("The journal could not answer a batch")
                _answer_all(batch, Unavailable(_OUTAGE, retry_after_ms=1_000))

    def _take(self) -> list[_Command]:
        with self._wake:
            while not self._count:
                self._wake.wait()
            batch: list[_Command] = []
            while self._waiting and len(batch) < BATCH:
                owner, queue = self._waiting.popitem(last=False)
                batch.append(queue.popleft())
                if queue:
                    self._waiting[owner] = queue
            self._count -= len(batch)
            return batch


class Journal:
    """The lanes of this process: one on SQLite, several on PostgreSQL, a stream always in the same one."""

    def __init__(self) -> None:
        self._lanes: list[_Lane] = []
        self._starting = threading.Lock()

    def lane_of(self, streams: Sequence[int]) -> int:
        """The lane in which a call on these streams runs; calls of one lane and owner keep their order."""
        first = min(streams, default=0)
        return zlib.crc32(first.to_bytes(8, "big")) % len(self._started())

    def submit(
        self, action: Action[Call, Result], call: Call, *, streams: Sequence[int] = (), owner: int = 0
    ) -> "Future[Result]":
        """Queue a call; the future is done after the commit. Raises Busy when too much is waiting.

        `streams` are those that the call may write, `owner` is the person who takes turns with others.
        """
        command = _Command(action, call, tuple(streams), owner)
        self._started()[self.lane_of(streams)].put(command)
        return command.answer

    def run(
        self, action: Action[Call, Result], call: Call, *, streams: Sequence[int] = (), owner: int = 0
    ) -> Result:
        """Do a call and wait for its commit; inside the caller's transaction, do it in that transaction."""
        if connection.in_atomic_block:
            with transaction.atomic():
                return _raised(action([call])[0])
        answer = self.submit(action, call, streams=streams, owner=owner)
        try:
            return answer.result(timeout=ANSWER_SECONDS)
        except TimeoutError:
            raise Unavailable("The store did not answer in time; ask again with the same id.") from None

    def _started(self) -> list[_Lane]:
        if not self._lanes:
            with self._starting:
                count = POSTGRES_LANES if connection.vendor == "postgresql" else 1
                self._lanes = self._lanes or [_Lane(f"journal-{number}") for number in range(count)]
        return self._lanes


journal = Journal()
run = journal.run
submit = journal.submit
lane_of = journal.lane_of


def each(function: Callable[[Call], Result]) -> Action[Call, Result]:
    """The action that does its calls one by one, each undone alone if it is refused."""

    def action(calls: Sequence[Call]) -> Sequence[Result | Refused]:
        return [_one(function, call) for call in calls]

    action.__name__ = getattr(function, "__name__", "action")
    return action


def _one(function: Callable[[Call], Result], call: Call) -> Result | Refused:
    try:
        with transaction.atomic():
            return function(call)
    except Refused as refusal:
        return refusal


def _run_together(batch: list[_Command]) -> None:
    """One commit for all; if that fails, each alone, so that one failing call does not fail its neighbours."""
    try:
        _commit(batch)
    except (OperationalError, InterfaceError) as error:
        _after_outage(batch, error)
    except Exception:
        logger.exception("A batch of %d failed; its calls run alone", len(batch))
        _run_alone(batch)


def _run_alone(batch: list[_Command]) -> None:
    for command in batch:
        try:
            _commit([command])
        except Exception as error:
            logger.exception("An action failed")
            command.answer.set_exception(_as_refusal(error))


def _commit(batch: list[_Command]) -> None:
    with transaction.atomic():
        if connection.vendor == "postgresql" and len(batch) > 1:
            log.lock({stream for command in batch for stream in command.streams})
        outcomes = _outcomes(batch)
    for command, outcome in zip(batch, outcomes, strict=True):
        _answer(command, outcome)


def _outcomes(batch: list[_Command]) -> list[Any]:
    outcomes: list[Any] = []
    for action, group in groupby(batch, key=lambda command: command.action):
        calls = [command.call for command in group]
        outcomes.extend(action(calls))
    return outcomes


def _after_outage(batch: list[_Command], error: Exception) -> None:
    """A lost connection fails all of them at once; a deadlock or a full disk is tried call by call."""
    usable = connection.connection is not None and connection.is_usable()
    if usable and len(batch) > 1:
        _run_alone(batch)
        return
    logger.error("The store cannot be written: %s", type(error).__name__)
    connection.close()
    _answer_all(batch, Unavailable(_OUTAGE, retry_after_ms=1_000))


def _as_refusal(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    return Unavailable(_OUTAGE, retry_after_ms=1_000)


def _answer_all(batch: list[_Command], refusal: Refused) -> None:
    for command in batch:
        if not command.answer.done():
            command.answer.set_exception(refusal)


def _answer(command: _Command, outcome: Any) -> None:
    if isinstance(outcome, Refused):
        command.answer.set_exception(outcome)
    else:
        command.answer.set_result(outcome)


def _raised(outcome: Result | Refused) -> Result:
    if isinstance(outcome, Refused):
        raise outcome
    return outcome
