"""The shortest way to the store, for statements that are written once and asked often; knows no statement.

Django's cursor turns every statement into another notation and passes it through five layers; for a statement on a few
rows that costs more than the store itself. Whoever listens to queries (a debugger, a test that counts them) is still
told of each.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Row = tuple[Any, ...]


def ask(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """The rows that the statement gives, if it gives any. Parameters stand as `%s`."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.queries_logged or database.execute_wrappers:
        with database.cursor() as cursor:
            cursor.execute(sql, parameters)
            return _rows(cursor)
    cursor = _own_cursor(database)
    with database.wrap_database_errors:
        cursor.execute(_in_its_notation(database, sql), parameters)
        return _rows(cursor)


def ask_for_each(sql: str, rows: Sequence[Row]) -> None:
    """Do it with each of these rows as its parameters."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.queries_logged or database.execute_wrappers:
        with database.cursor() as cursor:
            cursor.executemany(sql, rows)
        return
    cursor = _own_cursor(database)
    with database.wrap_database_errors:
        cursor.executemany(_in_its_notation(database, sql), rows)


def _rows(cursor: Any) -> list[Row]:
    return list(cursor.fetchall()) if cursor.description is not None else []


def _own_cursor(database: Any) -> Any:
    """The driver's; as Django's own begins, it first makes sure of a connection and of the transaction."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return database.connection.cursor() if database.vendor == "sqlite" else database.create_cursor()


def _in_its_notation(database: Any, sql: str) -> str:
    return _with_question_marks(sql) if database.vendor == "sqlite" else sql


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
