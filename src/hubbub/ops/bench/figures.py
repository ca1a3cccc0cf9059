"""What a measurement says: figures beside those of the floor (or of another run) and beside their targets. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for the figure itself, or for its ratio to the one beside it."""

    bound: float
    of_ratio: bool = False
    at_least: bool = False

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {number(self.bound)}" + (" ×" if self.of_ratio else "")

    def met_by(self, figure: "Figure") -> bool | None:
        """None where there is nothing to compare with."""
        value = figure.ratio if self.of_ratio else figure.value
        if value is None:
            return None
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float
    other: float | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        return None if not self.other else self.value / self.other

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.target.met_by(self)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "other": _rounded(self.other),
            "ratio": _rounded(self.ratio),
            "target": None if self.target is None else str(self.target),
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one measurement; `counts` says what was sent and what came, for whoever doubts them."""

    part: str
    title: str
    figures: Sequence[Figure]
    counts: dict[str, int] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    beside: str = "floor"  # what the second column holds

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "title": self.title,
            "beside": self.beside,
            "figures": [figure.as_json() for figure in self.figures],
            "counts": self.counts,
            "remarks": list(self.remarks),
        }


def number(value: float | None) -> str:
    """For people: three digits that matter, thousands apart."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}".rstrip("0").rstrip(".")


def table(section: Section) -> str:
    """The section as lines of text; each column as wide as its widest word."""
    rows = [(section.title, "Hubbub", section.beside, "ratio", "target")]
    rows += [_row(figure) for figure in section.figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]
    counted = ", ".join(f"{name} {count:,}" for name, count in section.counts.items())
    return "\n".join(
        [*lines, *([f"  ({counted})"] if counted else []), *(f"  {remark}" for remark in section.remarks)]
    )


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    ratio = "" if figure.ratio is None else f"{number(figure.ratio)} ×"
    verdict = {True: "met", False: "NOT met", None: ""}[figure.met]
    target = "" if figure.target is None else f"{figure.target}  {verdict}".rstrip()
    return (f"  {figure.name}", number(figure.value), number(figure.other), ratio, target)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
