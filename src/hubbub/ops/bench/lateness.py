"""Percentiles and medians of what was measured. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

BIN_MS = 0.01  # as in client.c
BINS = 200_000


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late things came, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of_counts(cls, counts: Sequence[int]) -> "Lateness":
        """Of a histogram with steps of BIN_MS; the middle of the step is told."""
        sums = list(accumulate(counts))
        if not sums or not sums[-1]:
            return cls(0.0, 0.0, 0.0)
        p50, p95, p99 = ((bisect_left(sums, share * sums[-1]) + 0.5) * BIN_MS for share in (0.50, 0.95, 0.99))
        return cls(p50, p95, p99)

    @classmethod
    def of_samples(cls, milliseconds: Iterable[float]) -> "Lateness":
        """The nearest rank: always something that was measured."""
        ordered = sorted(milliseconds)
        if not ordered:
            return cls(0.0, 0.0, 0.0)
        p50, p95, p99 = (ordered[_rank(len(ordered), percent)] for percent in (50, 95, 99))
        return cls(p50, p95, p99)

    @classmethod
    def median(cls, several: Sequence["Lateness"]) -> "Lateness":
        """Each percentile's median over several rounds."""
        return cls(
            median(one.p50 for one in several),
            median(one.p95 for one in several),
            median(one.p99 for one in several),
        )


def _rank(count: int, percent: int) -> int:
    return max(0, -(-count * percent // 100) - 1)
