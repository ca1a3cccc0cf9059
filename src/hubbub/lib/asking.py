"""The shortest way to the store, for statements that are written once and asked often; knows no statement.

Django's cursor turns every statement into another notation and passes it through five layers; for a statement on a few
rows that costs more than the store itself. Whoever listens to queries (a debugger, a test that counts them) is still
told of each.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

from hubbub.lib import clock

PLANS_SECONDS = 1.0

Row = tuple[Any, ...]
T = TypeVar("T")
Later = Callable[[], T]
"""Something that was asked for already. Call it, once, for the answer."""

_plans = threading.local()


@contextmanager
def together() -> Iterator[None]:
    """Statements inside go to PostgreSQL one after the other without waiting for answers, which come all at once.

    Each still sees what was committed before it began, as if it had been sent alone. Whoever calls a `Later` inside
    waits for all that was sent so far; what is only done fails at the end. On SQLite nothing is far enough to wait for.
    """
    database = connections[DEFAULT_DB_ALIAS]
    opened = _opened(database)
    if not _has_pipelines(opened) or _has_listeners(database):
        yield
        return
    with database.wrap_database_errors, opened.pipeline():
        yield


def ask(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """The rows that the statement gives. Parameters stand as `%s`."""
    return asked(sql, parameters)()


def asked(sql: str, parameters: Sequence[Any]) -> Later[list[Row]]:
    """The same where it may be known later."""
    database = connections[DEFAULT_DB_ALIAS]
    cursor = _executed(database, sql, parameters)
    return lambda: _rows(database, cursor)


def do(sql: str, parameters: Sequence[Any]) -> None:
    """A statement that gives no rows, or none that matter."""
    _executed(connections[DEFAULT_DB_ALIAS], sql, parameters)


def do_for_each(sql: str, rows: Sequence[Row]) -> None:
    """Do it with each of these rows as its parameters."""
    database = connections[DEFAULT_DB_ALIAS]
    if _has_listeners(database):
        with database.cursor() as cursor:
            cursor.executemany(sql, rows)
        return
    database.validate_no_broken_transaction()
    opened = _opened(database)
    with database.wrap_database_errors:
        opened.cursor().executemany(_in_its_notation(database, sql), rows)


def keep_plans() -> None:
    """From now on this thread has PostgreSQL keep the plans of its statements, which cost as much as doing them.

    Only where the database's `prepare_threshold` allows it, and for a second: a plan that was made for an empty table
    reads all of it, and would be kept while the table grows.
    """
    now = clock.ticks()
    if now >= getattr(_plans, "until", now):
        _plans.until = now + PLANS_SECONDS
        do("DISCARD PLANS", [])


def _executed(database: Any, sql: str, parameters: Sequence[Any]) -> Any:
    """The cursor that has the rows, if there are any."""
    if _has_listeners(database):
        cursor = database.cursor()
        cursor.execute(sql, parameters)
        return cursor
    opened = _opened(database)
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            return opened.cursor().execute(_with_question_marks(sql), parameters)
        if not _has_pipelines(opened):
            cursor = database.create_cursor()
            cursor.execute(sql, parameters)
            return cursor
        # Psycopg's own has PostgreSQL put the parameters in; Django's writes them into the text.
        return _driver_cursor()(opened).execute(
            sql, parameters, prepare=None if hasattr(_plans, "until") else False
        )


def _rows(database: Any, cursor: Any) -> list[Row]:
    with database.wrap_database_errors:
        rows: list[Row] = cursor.fetchall()
        return rows


def _has_listeners(database: Any) -> bool:
    return bool(database.queries_logged or database.execute_wrappers)


def _opened(database: Any) -> Any:
    """The driver's connection; as Django's cursor begins, we first make sure of it."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    return database.connection


def _has_pipelines(opened: Any) -> bool:
    return hasattr(opened, "pipeline")


@cache
def _driver_cursor() -> Any:
    return import_module("psycopg").Cursor


def _in_its_notation(database: Any, sql: str) -> str:
    return _with_question_marks(sql) if database.vendor == "sqlite" else sql


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
