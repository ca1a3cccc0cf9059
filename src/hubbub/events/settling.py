"""Does the calls of a batch in one transaction and answers each after the commit. Knows no queue and no thread."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection, transaction

from hubbub.events import log
from hubbub.events.outage import is_lost, is_outage, is_passing
from hubbub.events.waiting import Command
from hubbub.lib import clock
from hubbub.lib.asking import asked, do, keep_plans, together
from hubbub.lib.refusals import Refused, Unavailable
from hubbub.lib.runs import few_runs, in_runs

logger = logging.getLogger(__name__)

TRIES = 5  # of a call that others stood in the way of, and of a batch that met dead connections of the pool
AT_ONCE_SECONDS = 1.0  # a dead connection says so within it; a store that is away takes longer to be given up

Batch = Sequence[Command]

_OUTAGE = "The store cannot be written at this moment; nothing was changed."


@dataclass(slots=True)
class Unsettled:
    """A batch whose connection broke in its commit: only the store knows whether it is there."""

    batch: Batch
    outcomes: list[Any] = field(default_factory=list)
    number: int | None = None  # of the transaction; None before the commit was asked for
    witness: log.Witness | None = None


def run_together(batch: Batch) -> list[Unsettled]:
    """One commit for all; where it fails, each half for itself, so that a failing call fails nobody but itself.

    Gives what could not be answered, as nobody knows yet whether it was done.
    """
    waiting = [batch]
    connections = 0
    while waiting:
        attempt = Unsettled(waiting.pop())
        began = clock.ticks()
        try:
            _commit(attempt)
        except Exception as error:  # noqa: BLE001  whatever it is, each call is answered
            if not is_outage(error):
                waiting += _smaller(attempt.batch, error)
                continue
            connection.close()
            connections += 1
            soon = clock.ticks() - began < AT_ONCE_SECONDS and connections < TRIES
            if not (is_lost(error) and soon and attempt.number is None):
                return _after_outage(attempt, waiting, error)
            waiting.append(attempt.batch)
        else:
            _answer_each(attempt)
    return []


def settle(unsettled: Unsettled) -> bool:
    """Ask the store what became of it and answer; False where the store cannot say yet.

    Its number alone is no proof: what a crash has swallowed before it was written is forgotten with its number, which
    another transaction then gets and commits.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_xact_status(%s::text::xid8)", [str(unsettled.number)])
            (status,) = cursor.fetchone() or (None,)
            if unsettled.witness is not None:
                cursor.execute(*unsettled.witness)
                status = (
                    "committed" if cursor.fetchone() else status if status == "in progress" else "aborted"
                )
    except Error:
        connection.close()
        return False
    if status == "in progress":
        return False
    if status == "committed":
        _answer_each(unsettled)
    else:
        answer_all(unsettled.batch, _unavailable())
    return True


def answer_all(batch: Batch, refusal: Refused) -> None:
    for command in batch:
        command.answer(refusal)


def _commit(attempt: Unsettled) -> None:
    batch = attempt.batch
    log.forget_witness()
    with transaction.atomic():
        number = _begin(batch) if connection.vendor == "postgresql" else None
        attempt.outcomes = in_runs(batch, _runs(batch), _done)
        if number is not None and all(isinstance(outcome, Refused) for outcome in attempt.outcomes):
            # Nothing is acknowledged, so the disk need not be waited for: a stranger whose question held a stream would
            # wait for it, and learn by that that there is one.
            do("SET LOCAL synchronous_commit TO off", [])
        attempt.witness = log.witness()
        attempt.number = number


def _begin(batch: Batch) -> int:
    """Hold all that the batch may write, in one order; what PostgreSQL knows the transaction by."""
    with together():
        keep_plans()
        if len(batch) > 1:
            log.locking({stream for command in batch for stream in command.streams})
        begun = asked("SELECT pg_current_xact_id()::text", [])
    return int(begun()[0][0])


def _runs(batch: Batch) -> list[tuple[Any, list[int]]]:
    """Calls of one action together: many at once cost little more than one."""
    return few_runs(batch, kind=lambda command: command.action, owner=lambda command: command.owner)


def _done(action: Any, commands: Batch) -> Sequence[Any]:
    outcomes: Sequence[Any] = action([command.call for command in commands])
    return outcomes


def _smaller(part: Batch, error: Exception) -> list[Batch]:
    """What to try next, the last first; a call that fails alone is told so."""
    if len(part) > 1:
        logger.warning("A batch of %d failed (%s) and is tried in halves", len(part), type(error).__name__)
        middle = len(part) // 2
        return [part[middle:], part[:middle]]
    command = part[0]
    command.tries += 1
    if is_passing(error) and command.tries < TRIES:
        return [part]
    if isinstance(error, Refused):
        command.answer(error)
        return []
    logger.error("An action failed", exc_info=error)
    command.answer(_unavailable())
    return []


def _after_outage(attempt: Unsettled, waiting: list[Batch], error: Exception) -> list[Unsettled]:
    """Nothing can be written: all are told at once."""
    logger.error("The store cannot be written: %s", type(error).__name__)
    for part in waiting:
        answer_all(part, _unavailable())
    if attempt.number is not None:
        return [attempt]
    answer_all(attempt.batch, _unavailable())
    return []


def _answer_each(attempt: Unsettled) -> None:
    for command, outcome in zip(attempt.batch, attempt.outcomes, strict=True):
        command.answer(outcome)


def _unavailable() -> Unavailable:
    return Unavailable(_OUTAGE, retry_after_ms=1_000)
