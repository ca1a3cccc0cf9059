"""The list of guarantees: whole, and what it says to hold names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?P<row>G\d+) \| .+ \| (?P<state>[^|]+) \| (?P<tests>[^|]*)\|$", re.M)
RULE = re.compile(r"\b[A-Z]{3,}(?:_[A-Z]+)*\b")
NAMED = re.compile(r"`(test_[a-z0-9_]+)`")
STATES = ("holds", "partly: ", "not yet: ")


def _text() -> str:
    return (ROOT / "docs" / "guarantees.md").read_text()


def _rows() -> list[re.Match[str]]:
    return list(ROW.finditer(_text()))


def test_the_thirty_are_there_each_with_a_known_state() -> None:
    assert [found["row"] for found in _rows()] == [f"G{number}" for number in range(1, 31)]
    assert not [found["row"] for found in _rows() if not found["state"].strip().startswith(STATES)]


def test_whatever_is_claimed_names_tests_that_are_there() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))

    for found in _rows():
        names = NAMED.findall(found["tests"])
        claimed = not found["state"].strip().startswith("not yet")
        assert bool(names) == claimed, f"{found['row']} is {found['state'].strip()} by {names}"
        for name in names:
            assert f"def {name}(" in sources, f"{found['row']}: {name} is nowhere"


def test_every_rule_of_the_judge_is_told_and_no_other() -> None:
    table = re.findall(r"^\| ((?:[A-Z_]+, )*[A-Z_]+) \|", _text().partition("| Rule |")[2], re.M)
    rules = {
        word
        for name in ("log_rules.py", "delivery_rules.py")
        for word in re.findall(r'Finding\(\s*"([A-Z_]+)"', (ROOT / "tests" / "faults" / name).read_text())
    }

    assert {word for row in table for word in RULE.findall(row)} == rules
