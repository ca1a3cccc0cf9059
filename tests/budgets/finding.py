"""One line of the table: what was measured, what it may be. Knows no browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Finding:
    """`number` is the budget's; `at_least` turns the limit round; what has no limit is only shown beside the rest."""

    number: int
    what: str
    limit: float | None
    measured: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        if self.limit is None:
            return True
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        measured = f"{_short(self.measured)} {self.unit}".strip()
        if self.limit is None:
            return str(self.number), self.what, "", measured, ""
        limit = f"{sign} {_short(self.limit)} {self.unit}".strip()
        return str(self.number), self.what, limit, measured, "met" if self.met else "NOT MET"


def table(findings: Sequence[Finding]) -> str:
    """All of them as one table that a document can take over as it is."""
    rows = [("#", "What", "Limit", "Measured", ""), *(one.cells for one in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    ruler = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], ruler, *lines[1:]])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of all does not exceed."""
    assert values, "nothing was measured"
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share / 100) - 1)]


def _short(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"
