"""Token buckets by key, in the memory of this process; knows neither what is limited nor the time."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Holds `burst` tokens at most and gains `per_second`; full when new."""

    per_second: float
    burst: int
    tokens: float
    at: float

    def take(self, now: float) -> int:
        """Take one token: 0, or the milliseconds after which there will be one."""
        self._fill(now)
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        if self.per_second <= 0:
            return NEVER_MS
        return max(1, math.ceil((1 - self.tokens) / self.per_second * 1000))

    def is_full(self, now: float) -> bool:
        self._fill(now)
        return self.tokens >= self.burst

    def _fill(self, now: float) -> None:
        gained = max(0.0, now - self.at) * self.per_second
        self.tokens = min(float(self.burst), self.tokens + gained)
        self.at = max(self.at, now)


NEVER_MS = 86_400_000  # what a bucket that never refills answers: a day


class Throttle:
    """A bucket for each key. At most `max_keys` are remembered: a full bucket says no more than a new one.

    Where more keys than that are being limited at once, the one that was used longest ago is forgotten.
    """

    def __init__(self, per_second: float, burst: int, *, max_keys: int = 10_000) -> None:
        self.per_second = per_second
        self.burst = burst
        self.max_keys = max_keys
        self._buckets: OrderedDict[Hashable, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, now: float) -> int:
        """Use one of the key's tokens: 0, or the milliseconds to wait. `now` is in seconds."""
        bucket = self._buckets.get(key)
        if bucket is None:
            self._make_room(now)
            bucket = self._buckets[key] = Bucket(self.per_second, self.burst, float(self.burst), now)
        self._buckets.move_to_end(key)
        return bucket.take(now)

    def forget(self, key: Hashable) -> None:
        self._buckets.pop(key, None)

    def _make_room(self, now: float) -> None:
        """Drop full buckets from the least used end, two for each new one, so that the work stays even."""
        for _ in range(2):
            oldest = next(iter(self._buckets), None)
            if oldest is None or not self._buckets[oldest].is_full(now):
                break
            del self._buckets[oldest]
        if len(self._buckets) >= self.max_keys:
            self._buckets.popitem(last=False)
