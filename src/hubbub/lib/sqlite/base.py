"""Django's SQLite backend, durable, in WAL mode, with writers that take turns; knows no table."""

from pathlib import Path
from typing import Any, cast

from django.db.backends.sqlite3 import base

from hubbub.lib.sqlite.connection import WAIT_SECONDS, TurnConnection, TurnCursor

# No memory mapping: a disk that fails under a mapped file kills the process instead of failing one statement.
TUNING = (
    "PRAGMA synchronous = FULL",  # an acknowledged commit survives a power cut
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",  # kB for each connection, taken as needed
    # Pages of the log before they go into the file (16 MB). A batch writes hundreds: with SQLite's own thousand every
    # other commit waited for two more flushes, and pages that all batches touch were copied each time.
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",  # bytes that the log keeps after a checkpoint
)


class Cursor(base.SQLiteCursorWrapper, TurnCursor):  # type: ignore[misc]  # the stubs narrow what sqlite3 takes
    """Django's placeholders, then the turn."""


class DatabaseWrapper(base.DatabaseWrapper):
    transaction_mode: str | None

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        self.transaction_mode = self.transaction_mode or "IMMEDIATE"
        return {"timeout": WAIT_SECONDS, **params, "factory": TurnConnection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> TurnConnection:
        connection = cast("TurnConnection", super().get_new_connection(conn_params))
        connection.wait_seconds = float(conn_params["timeout"])
        for pragma in TUNING:
            connection.execute(pragma)
        file = _file_of(connection)
        if file is not None:
            connection.take_turns(file.with_name(f"{file.name}-turn"))
            _use_wal(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> Cursor:
        return cast("Cursor", self.connection.cursor(factory=Cursor))


def _file_of(connection: TurnConnection) -> Path | None:
    """The file that SQLite opened, whatever its URI said; None for a database in memory."""
    for _, name, path in connection.execute("PRAGMA database_list").fetchall():
        if name == "main" and path:
            return Path(path).resolve()
    return None


def _use_wal(connection: TurnConnection) -> None:
    """The mode is kept in the file: asking is reading, and only the first one ever writes it."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
