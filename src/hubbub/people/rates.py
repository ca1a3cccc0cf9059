"""How fast one person may act, whatever door they come through."""

from hubbub.lib import clock
from hubbub.lib.refusals import RateLimited
from hubbub.lib.throttle import Throttle
from hubbub.limits import rates

_throttles: dict[str, Throttle] = {}


def take(rate_name: str, person_id: int) -> None:
    """Count one act against the rate of this name; raises RateLimited with the wait."""
    rate = rates().get(rate_name)
    if rate is None:
        return
    throttle = _throttles.get(rate_name)
    if throttle is None:
        throttle = _throttles[rate_name] = Throttle(rate.per_second, rate.burst)
    wait = throttle.take(person_id, clock.ticks())
    if wait:
        raise RateLimited("Slow down a little; nothing was changed.", retry_after_ms=wait)
