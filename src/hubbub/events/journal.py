"""The one door for writes: runs actions in order, many to a commit, and answers each after the commit.

An action is a function from a batch of calls to their outcomes, in order; a `Refused` among the outcomes is raised
to whoever asked for that call. Inside a transaction of the caller's own an action runs there and then, so that it
stands or falls with the caller's change. What happens after the commit is `announce`'s matter.
"""

import logging
import threading
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from django.db import connection, transaction

from hubbub.events.settling import Unsettled, answer_all, run_together, settle
from hubbub.events.waiting import Command, Waiting
from hubbub.lib.refusals import Refused, Unavailable

logger = logging.getLogger(__name__)

Call = TypeVar("Call")
Result = TypeVar("Result")
Action = Callable[[Sequence[Call]], Sequence[Result | Refused]]

BATCH = 256  # calls to a commit: beyond it the throughput no longer grows, only the wait of the first
MANY = 64  # after a batch of so many a moment's patience makes one commit of the next two
POSTGRES_LANES = 4
TURN_SECONDS = 30.0  # how long a call that somebody waits for may wait for its turn
ASK_AGAIN_SECONDS = 0.5  # between questions what became of a commit that broke off

_NO_TURN = "The store is too slow at this moment; nothing was changed."


class _Lane:
    """A thread with its own connection that does what waits, as much at a time as came meanwhile."""

    def __init__(self, name: str) -> None:
        self.waiting = Waiting()
        self._unsettled: list[Unsettled] = []
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        taken: list[Command] = []
        while True:
            if len(taken) >= MANY:
                self.waiting.gather(BATCH)
            taken = self.waiting.take(BATCH, patience=ASK_AGAIN_SECONDS if self._unsettled else None)
            batch = [command for command in taken if command.begins is None or command.begins()]
            try:
                self._unsettled = [broken for broken in self._unsettled if not settle(broken)]
                self._unsettled += run_together(batch) if batch else []
            except Exception:
                logger.exception("The journal could not answer a batch")
                answer_all(batch, Unavailable("The store cannot be written.", retry_after_ms=1_000))


class Journal:
    """The lanes of this process: one on SQLite, several on PostgreSQL, a stream always in the same one."""

    def __init__(self) -> None:
        self._lanes: list[_Lane] = []
        self._starting = threading.Lock()

    def lane_of(self, streams: Sequence[int]) -> int:
        """The lane in which a call on these streams runs; calls of one lane and owner keep their order."""
        return _lane(streams, len(self._lanes or self._started()))

    def post(
        self,
        action: Action[Call, Result],
        call: Call,
        *,
        told: Callable[[Result | Refused], None],
        streams: Sequence[int] = (),
        owner: int = 0,
    ) -> None:
        """Queue a call; `told` gets its outcome after the commit, on the lane's thread. Busy: too much waits.

        `streams` are those that the call may write, `owner` is the person who takes turns with others. A future for
        each message would be a tenth of the cost of storing it.
        """
        self._put(Command(action, call, tuple(streams), owner, told))

    def submit(
        self, action: Action[Call, Result], call: Call, *, streams: Sequence[int] = (), owner: int = 0
    ) -> "Future[Result]":
        """The same for one who waits: the future is done after the commit; cancelled before its turn, nothing is."""
        answer: Future[Result] = Future()
        begins = answer.set_running_or_notify_cancel
        self._put(Command(action, call, tuple(streams), owner, partial(_settle, answer), begins))
        return answer

    def run(
        self, action: Action[Call, Result], call: Call, *, streams: Sequence[int] = (), owner: int = 0
    ) -> Result:
        """Do a call and wait for its commit; inside the caller's transaction, do it in that transaction.

        Who still waits for a turn after a while is refused, and the call is never done. One under way is waited for: a
        refusal means that nothing was changed, and of a commit that may yet succeed nobody can say that.
        """
        if connection.in_atomic_block:
            with transaction.atomic():
                return _raised(action([call])[0])
        answer = self.submit(action, call, streams=streams, owner=owner)
        try:
            return answer.result(timeout=TURN_SECONDS)
        except TimeoutError:
            if answer.cancel():
                raise Unavailable(_NO_TURN, retry_after_ms=1_000) from None
            return answer.result()

    def _put(self, command: Command) -> None:
        lanes = self._lanes or self._started()
        lanes[_lane(command.streams, len(lanes))].waiting.put(command)

    def _started(self) -> list[_Lane]:
        if not self._lanes:
            with self._starting:
                count = POSTGRES_LANES if connection.vendor == "postgresql" else 1
                self._lanes = self._lanes or [_Lane(f"journal-{number}") for number in range(count)]
        return self._lanes


journal = Journal()
run = journal.run
submit = journal.submit
post = journal.post
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


def _lane(streams: Sequence[int], lanes: int) -> int:
    if lanes == 1:
        return 0
    return zlib.crc32(min(streams, default=0).to_bytes(8, "big")) % lanes


def _settle(answer: "Future[Any]", outcome: Any) -> None:
    if isinstance(outcome, Refused):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def _raised(outcome: Result | Refused) -> Result:
    if isinstance(outcome, Refused):
        raise outcome
    return outcome
