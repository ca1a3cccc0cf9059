"""How long a file and a function may be; past that they are two."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import own_files, parsed, place

FILE_LINES = 400
FUNCTION_LINES = 50
JAVASCRIPT_FUNCTION = re.compile(
    r"^(?P<indent>\s*)(?!(?:if|for|while|switch|catch|return|else|do|try)\b)(?P<head>[^/\s*].*)\{$"
)
LOOKS_LIKE_ONE = re.compile(
    r"\bfunction\b|=>\s*$|^(?:static\s+|async\s+|get\s+|set\s+|\*\s*)*#?[\w$]+\(.*\)\s*$"
)


def python_functions(path: Path) -> Iterator[tuple[int, int]]:
    """First line and length of each, docstring counted, decorators not."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.lineno, node.end_lineno - node.lineno + 1


def javascript_functions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """By indentation, which the formatter guarantees: a function ends at the first brace below its first letter."""
    for start, line in enumerate(lines):
        opened = JAVASCRIPT_FUNCTION.match(line)
        if opened is None or not LOOKS_LIKE_ONE.search(opened["head"].strip()):
            continue
        closing = opened["indent"] + "}"
        end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith(closing)), start)
        yield start + 1, end - start + 1


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in own_files(".py", ".js", ".css")}

    assert [place(path, length) for path, length in lengths.items() if length > FILE_LINES] == []


def test_no_function_is_longer_than_a_screen() -> None:
    python = [(path, *found) for path in own_files(".py") for found in python_functions(path)]
    script = [
        (path, *found)
        for path in own_files(".js")
        for found in javascript_functions(path.read_text().splitlines())
    ]

    too_long = [
        f"{place(path, line)}: {length} lines"
        for path, line, length in python + script
        if length > FUNCTION_LINES
    ]
    assert python
    assert too_long == []


def test_the_search_finds_the_functions_of_a_script() -> None:
    source = """\
export function top(a) {
  if (a) {
    return 1;
  }
}
class Log {
  #add(event) {
    this.all.map((one) => {
      return one;
    });
  }
}
"""
    assert list(javascript_functions(source.splitlines())) == [(1, 5), (7, 5), (8, 3)]
