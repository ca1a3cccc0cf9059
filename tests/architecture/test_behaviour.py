"""The list of the client's behaviours: whole, and what it says to hold names a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?P<row>[A-L]\d+) \| P[01] \| .+ \| (?P<state>[^|]+) \| (?P<test>[^|]*)\|$", re.M)
NAMED = re.compile(r"`([^`]+)`")
STATES = ("holds", "partly", "not yet", "later")


def _rows() -> list[re.Match[str]]:
    return list(ROW.finditer((ROOT / "docs" / "behaviour.md").read_text()))


def _sources() -> str:
    suites = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "tests" / "js").rglob("*.test.js")]
    return "\n".join(path.read_text() for path in suites)


def test_the_list_has_every_row_once_with_a_known_state() -> None:
    rows = [found["row"] for found in _rows()]

    assert len(rows) == len(set(rows)) == 116
    assert not [found["row"] for found in _rows() if not found["state"].strip().startswith(STATES)]


def test_a_row_that_holds_names_a_test_that_is_there() -> None:
    sources = _sources()

    for found in _rows():
        names = NAMED.findall(found["test"])
        if found["state"].strip() == "holds":
            assert names, f"{found['row']} holds by no test"
        for name in names:
            assert f"def {name}(" in sources or name in sources, f"{found['row']}: {name} is nowhere"
