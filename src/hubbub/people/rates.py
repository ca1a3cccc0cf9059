"""How fast one person may act, whatever door they come through and whichever process they reach.

Where several processes can share the store, each person's bucket is a row of it; a bucket in the memory of each
process refuses before it whoever is too fast for one of them alone. On SQLite there is one process, and its memory
is the truth.
"""

import math
from collections.abc import Mapping

from django.db import connection

from hubbub.defaults import Rate
from hubbub.lib import clock
from hubbub.lib.asking import Later
from hubbub.lib.refusals import RateLimited
from hubbub.lib.rows import Statement
from hubbub.lib.throttle import NEVER_MS, Throttle
from hubbub.limits import rates

_throttles: dict[str, Throttle] = {}

# Fills a bucket for the time that went by on the database's clock and takes as much as is wanted and there. Rows are
# taken in one order, so that two processes cannot wait for each other.
_SPEND = Statement(
    """
    INSERT INTO hubbub_rate AS r (person, rate, tokens, granted, at)
    SELECT given.person, given.rate, given.burst - least(given.wanted, given.burst),
        least(given.wanted, given.burst), clock_timestamp()
    FROM {given} ORDER BY given.person
    ON CONFLICT (person, rate) DO UPDATE SET (tokens, granted, at) = (
        SELECT full_to.level - least(excluded.granted, floor(full_to.level)),
            least(excluded.granted, floor(full_to.level)), clock_timestamp()
        FROM (
            SELECT least(
                excluded.tokens + excluded.granted,
                r.tokens + greatest(0, extract(epoch FROM clock_timestamp() - r.at)) * %s
            ) AS level
        ) AS full_to
    )
    RETURNING person, granted, tokens
    """,
    {"person": "bigint", "rate": "text", "wanted": "bigint", "burst": "bigint"},
)


def take(rate_name: str, person_id: int) -> None:
    """Count one act against the rate of this name, in this process; raises RateLimited with the wait.

    Never waits. Whoever may wait asks `take_shared`; the journal counts for the others, by `spend`.
    """
    rate = rates().get(rate_name)
    if rate is None:
        return
    throttle = _throttles.get(rate_name)
    if throttle is None:
        throttle = _throttles[rate_name] = Throttle(rate.per_second, rate.burst)
    wait = throttle.take(person_id, clock.ticks())
    if wait:
        raise _too_fast(wait)


def take_shared(rate_name: str, person_id: int) -> None:
    """The same over all processes."""
    take(rate_name, person_id)
    left = spend(rate_name, {person_id: 1})().get(person_id)
    if left is not None and left.granted < 1:
        raise left.refusal


def is_shared(rate_name: str) -> bool:
    """Whether a rate of this name is counted over all processes."""
    return connection.vendor == "postgresql" and rate_name in rates()


class Left:
    """How many of the acts that a person wanted were granted, and what the others are told."""

    __slots__ = ("_wait_ms", "granted")

    def __init__(self, granted: int, wait_ms: int) -> None:
        self.granted = granted
        self._wait_ms = wait_ms

    @property
    def refusal(self) -> RateLimited:
        return _too_fast(self._wait_ms)


def spend(rate_name: str, wanted: Mapping[int, int]) -> Later[dict[int, Left]]:
    """Count this many acts of each of these people over all processes; nobody is told of where no rate is shared.

    Inside a transaction the people's rows are held until it ends.
    """
    rate = rates().get(rate_name)
    if rate is None or not wanted or connection.vendor != "postgresql":
        return dict
    rows = [(person_id, rate_name, count, rate.burst) for person_id, count in wanted.items()]
    spent = _SPEND.asked(rows, rate.per_second)
    return lambda: {
        person_id: Left(int(granted), _wait_ms(rate, tokens)) for person_id, granted, tokens in spent()
    }


def _wait_ms(rate: Rate, tokens: float) -> int:
    if rate.per_second <= 0:
        return NEVER_MS
    return max(1, math.ceil((1 - tokens) / rate.per_second * 1000))


def _too_fast(wait_ms: int) -> RateLimited:
    return RateLimited("Slow down a little; nothing was changed.", retry_after_ms=wait_ms)
