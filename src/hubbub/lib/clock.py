"""The only clock; tests move it. Never used for order, dedupe or resume."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache

_moved: ContextVar[datetime | None] = ContextVar("_moved", default=None)


def now() -> datetime:
    """This moment in UTC, to the millisecond (what the wire shows is what is stored)."""
    moment = _moved.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Inside, and only in this thread or task, it is `moment`: for telling a past that did not happen here."""
    token = _moved.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)


def ticks() -> float:
    """Seconds of a clock that only goes forward, for intervals."""
    return time.monotonic()


@lru_cache(maxsize=1_024)
def wire(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-11-23T08:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"
