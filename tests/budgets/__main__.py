"""`make budgets`: the budgets of the client, measured in real Chromium as slow as a mid laptop; one table."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.budgets import acting, keeping, opening, reading, weight
from tests.budgets.finding import Finding, table
from tests.budgets.house import House, house

Measure = Callable[[House], Iterator[Finding]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=_numbers, help="numbers of budgets, such as 6,7,13")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended from outside: what was started ends too
    folder = Path(tempfile.mkdtemp(prefix="hubbub-budgets-"))
    try:
        found = _measure(folder, asked.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(table(sorted(found, key=lambda one: one.number)) + "\n")
    return 0 if all(one.met for one in found) else 1


def _measure(folder: Path, only: set[int] | None) -> list[Finding]:
    found: list[Finding] = []
    with house(folder) as measured_in:
        for numbers, measure in _measures():
            if only is None or only & numbers:
                sys.stderr.write(f"{', '.join(map(str, sorted(numbers)))} …\n")
                for one in measure(measured_in):
                    sys.stderr.write(f"  {' '.join(one.cells)}\n")
                    found.append(one)
    return found


def _measures() -> list[tuple[set[int], Measure]]:
    """What changes the rooms least comes first."""
    return [
        ({1, 2, 3, 4, 5}, weight.weigh),
        ({6, 8, 19}, opening.open_cold),
        ({7}, opening.open_warm),
        ({12, 19}, opening.switch_rooms),
        ({14}, reading.prepend),
        ({15}, reading.scroll),
        ({16}, keeping.remember),
        ({18}, keeping.idle),
        ({13, 19}, reading.append),
        ({9, 10}, acting.type_words),
        ({11}, acting.go_through_a_day),
        ({17}, keeping.soak),
    ]


def _numbers(text: str) -> set[int]:
    return {int(one) for one in text.split(",")}


if __name__ == "__main__":
    sys.exit(main())
