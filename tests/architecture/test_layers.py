"""The rules of the layers that import-linter cannot say; the layers themselves are in pyproject.toml."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import (
    PACKAGE,
    ROOT,
    imported_names,
    own_files,
    package_files,
    parsed,
    place,
)

DOMAIN = ("events", "people", "rooms", "messages", "notifications")
TRANSPORTS = (
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.urls",
    "asyncio",
    "channels",
    "redis",
)
SIGNALS = (
    "django.dispatch",
    "django.db.models.signals",
    "django.core.signals",
    "django.contrib.auth.signals",
)
# By this alone does Django tell that the tables are there: the log then makes its epoch.
HEARD = ["django.db.models.signals.post_migrate"]
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime", "localdate"}
CLOCK_MODULES = {"datetime", "timezone", "time", "date"}
NO_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "base",
    "misc",
    "service",
    "services",
}

# Django imports a database backend's `base`.
NAMED_BY_DJANGO = ["src/hubbub/lib/postgresql/base.py", "src/hubbub/lib/sqlite/base.py"]


def starts_with(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def imports_of(paths: tuple[Path, ...], modules: tuple[str, ...]) -> list[str]:
    return [
        f"{place(path, line)} imports {name}"
        for path in paths
        for line, name in imported_names(path)
        if starts_with(name, modules)
    ]


def reads_a_clock(node: ast.AST) -> bool:
    """A call such as timezone.now() or time.time(); time.monotonic() is no clock but a stopwatch."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return node.func.attr in CLOCKS and name in CLOCK_MODULES


def clock_readings(path: Path) -> list[str]:
    return [place(path, node.lineno) for node in ast.walk(parsed(path)) if reads_a_clock(node)]  # type: ignore[attr-defined]


def test_the_domain_is_there_to_be_judged() -> None:
    assert len(list(package_files(*DOMAIN))) >= 15


def test_the_domain_knows_no_transport() -> None:
    assert imports_of(tuple(package_files(*DOMAIN)), TRANSPORTS) == []


def test_the_domain_neither_sends_nor_hears_signals() -> None:
    found = imports_of(tuple(package_files(*DOMAIN)), SIGNALS)

    assert [said.partition(" imports ")[2] for said in found] == HEARD


def test_the_domain_has_no_async_functions() -> None:
    found = [
        place(path, node.lineno)
        for path in package_files(*DOMAIN)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]

    assert found == []


def test_only_the_clock_reads_the_clock() -> None:
    clock = PACKAGE / "lib" / "clock.py"
    others = [path for path in own_files(".py") if path.is_relative_to(PACKAGE) and path != clock]

    assert clock_readings(clock) != [], "the search finds nothing even where the clock is read"
    assert [found for path in others for found in clock_readings(path)] == []


def test_no_file_or_class_has_a_name_that_says_nothing() -> None:
    files = [
        str(path.relative_to(ROOT))
        for path in own_files(".py", ".js", ".css")
        if NO_NAMES.intersection(path.relative_to(ROOT).with_suffix("").parts)
    ]
    classes = [
        place(path, node.lineno)
        for path in own_files(".py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and node.name.lower() in NO_NAMES
    ]

    assert (files, classes) == (NAMED_BY_DJANGO, [])


def test_every_module_begins_with_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in own_files(".py")
        if path.is_relative_to(PACKAGE) and path.read_text().strip() and not ast.get_docstring(parsed(path))
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("timezone.now()", True),
        ("datetime.datetime.now(UTC)", True),
        ("time.time()", True),
        ("clock.now()", False),
        ("time.monotonic()", False),
    ],
)
def test_the_search_for_clocks_tells_a_clock_from_a_stopwatch(source: str, reads: bool) -> None:
    assert any(reads_a_clock(node) for node in ast.walk(ast.parse(source))) is reads
