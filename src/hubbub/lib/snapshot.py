"""One consistent view for several reads, without the lock that writers take; knows no table."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def reading_snapshot(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """All reads inside see the database as of the first of them; writing inside is refused by the database.

    Inside a transaction of the caller's own it is that transaction, which may write and, on PostgreSQL, sees what
    others commit meanwhile.
    """
    connection: Any = connections[using]
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _sqlite_snapshot(connection, using):
            yield
    else:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


@contextmanager
def _sqlite_snapshot(connection: Any, using: str) -> Iterator[None]:
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("PRAGMA query_only = ON")
    try:
        with ExitStack() as stack:
            with _beginning_deferred(connection):
                stack.enter_context(transaction.atomic(using=using))
            yield
    finally:
        raw.execute("PRAGMA query_only = OFF")


@contextmanager
def _beginning_deferred(connection: Any) -> Iterator[None]:
    """Transactions that begin now do so without the writers' lock, whatever this connection's usual way is."""
    usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        connection.transaction_mode = usual
