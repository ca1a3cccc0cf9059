"""The style sheets: within their budget, colours only as tokens, no side that a mirrored page would have wrong."""

import gzip
import re

from hubbub.web import graph

SHEETS = graph.APP.parent
MOST_BYTES = 14 * 1024
RAW = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\((?!from var)", re.IGNORECASE)
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-\w+)-)?(?:left|right)\s*:|text-align:\s*(?:left|right)"
)


def rules(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (SHEETS / name).read_text(), flags=re.DOTALL)


def test_what_the_first_paint_waits_for_stays_within_its_budget() -> None:
    weight = sum(len(gzip.compress((SHEETS / name).read_bytes(), 9)) for name in ("tokens.css", "app.css"))

    assert weight <= MOST_BYTES


def test_colours_are_written_in_the_tokens_alone() -> None:
    assert RAW.search(rules("tokens.css"))  # the premise
    assert [
        (name, RAW.findall(rules(name))) for name in ("app.css", "pages.css") if RAW.search(rules(name))
    ] == []


def test_no_rule_names_a_side_that_mirroring_would_not_turn() -> None:
    assert PHYSICAL.search("a { margin-left: 1px }")  # the premise
    assert PHYSICAL.search("a { left: 0 }")
    for sheet in SHEETS.glob("*.css"):
        assert PHYSICAL.findall(rules(sheet.name)) == [], sheet.name
