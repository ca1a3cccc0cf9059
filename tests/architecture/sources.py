"""The project's own files as the architecture tests read them, without what is vendored."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "hubbub"
OWN_FOLDERS = ("src", "tests", "tools")
NOT_OURS = {"vendor", "migrations", "node_modules", "__pycache__"}


@cache
def own_files(*suffixes: str) -> tuple[Path, ...]:
    found = (path for folder in OWN_FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    return tuple(path for path in found if path.suffix in suffixes and is_own(path))


def is_own(path: Path) -> bool:
    return not NOT_OURS.intersection(path.relative_to(ROOT).parts) and path.is_file()


def package_files(*layers: str) -> Iterator[Path]:
    for path in own_files(".py"):
        if any(path.is_relative_to(PACKAGE / layer) for layer in layers):
            yield path


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imported_names(path: Path) -> Iterator[tuple[int, str]]:
    """Each imported name with its line, in full: `from a.b import c` is a.b.c."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"
