"""The only clock; tests move it. Never used for order, dedupe or resume."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """This moment in UTC, to the millisecond (what the wire shows is what is stored)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def ticks() -> float:
    """Seconds of a clock that only goes forward, for intervals."""
    return time.monotonic()


def wire(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-11-23T08:00:00.123Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
