"""SQLite connections and cursors that write only in their turn; knows nothing of Django's transactions.

SQLite before 3.51.3 can damage a database in WAL mode when one connection restarts the log while another writes or
checkpoints. So whatever may write (a statement, a transaction from its first write to its end, a checkpoint) happens
in the connection's turn. Reading never waits.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from hubbub.lib.sqlite.turns import Turn

WAIT_SECONDS = 20.0

# These only read or belong to this connection alone. What is not listed waits for its turn.
_READS = re.compile(
    r"""(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|;)*
    (?: SELECT\b | VALUES\b | EXPLAIN\b | COMMIT\b | END\b | ROLLBACK\b | SAVEPOINT\b | RELEASE\b | ATTACH\b | DETACH\b
      | BEGIN\s*(?:;|$) | BEGIN\s+(?:DEFERRED|TRANSACTION)\b
      | WITH\b(?!.*\b(?:INSERT|UPDATE|DELETE|REPLACE)\b)
      | PRAGMA\s+(?!\w*\.?(?:wal_checkpoint|optimize|incremental_vacuum)\b)
        (?!\w*\.?(?:journal_mode|user_version|application_id|auto_vacuum|schema_version|page_size)\s*[=(])
      | VACUUM\b(?=.*\bINTO\b)
      | $ )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def may_write(sql: str) -> bool:
    """Whether running this may change the file. When in doubt it may."""
    return _READS.match(sql) is None


class TurnConnection(sqlite3.Connection):
    """Before `take_turns` an ordinary connection."""

    turn: Turn | None = None
    wait_seconds = WAIT_SECONDS

    def take_turns(self, lock_path: Path) -> None:
        self.turn = Turn(lock_path)

    @property
    def has_turn(self) -> bool:
        return self.turn is not None and self.turn.held

    def begin_turn(self) -> None:
        """Wait for this connection's turn to write; it lasts until the transaction has ended."""
        if self.turn is None or self.turn.held:
            return
        try:
            taken = self.turn.take(self.wait_seconds)
        except OSError as error:
            raise sqlite3.OperationalError("unable to open the lock file beside the database") from error
        if not taken:
            raise sqlite3.OperationalError("database is locked")

    def end_turn(self) -> None:
        if self.turn is not None and self.turn.held and not self.in_transaction:
            self.turn.end()

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or TurnCursor)

    # The shortcuts of sqlite3 make plain cursors, whatever `cursor` says.
    def execute(self, sql: str, parameters: Any = (), /) -> "TurnCursor":
        return TurnCursor(self).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> "TurnCursor":
        return TurnCursor(self).executemany(sql, parameters)

    def executescript(self, script: str, /) -> "TurnCursor":
        return TurnCursor(self).executescript(script)

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self.end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.end_turn()

    def __exit__(self, *raised: object) -> Any:
        try:
            return super().__exit__(*cast("Any", raised))
        finally:
            self.end_turn()

    def close(self) -> None:
        """Closing the last connection checkpoints, so it is done in a turn, without waiting for one.

        Where another connection has the turn, that one has the file open: ours is not the last and writes nothing.
        Not waiting matters as garbage collection also closes, in the middle of anybody's transaction.
        """
        turn = self.turn
        if turn is None:
            super().close()
            return
        try:
            self._take_for_closing(turn)
            super().close()
        finally:
            turn.close()

    def __del__(self) -> None:
        self.close()

    def _take_for_closing(self, turn: Turn) -> None:
        try:
            turn.take(0)
        except OSError:  # the folder is gone or read-only: there is nothing to write either
            return


class TurnCursor(sqlite3.Cursor):
    """Runs what may write in the connection's turn.

    A statement outside of a transaction commits when its last row was read. So rows that come back from such a write
    are read at once, and the turn does not depend on when somebody fetches them.
    """

    _rows: Iterator[Any] | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> "TurnCursor":
        self._rows = None
        connection = cast("TurnConnection", self.connection)
        if not connection.has_turn and may_write(sql):
            connection.begin_turn()
        try:
            super().execute(sql, parameters)
            self._read_rows_of_write(connection)
        finally:
            connection.end_turn()
        return self

    def executemany(self, sql: str, parameters: Any, /) -> "TurnCursor":
        self._rows = None
        connection = cast("TurnConnection", self.connection)
        connection.begin_turn()
        try:
            super().executemany(sql, parameters)
        finally:
            connection.end_turn()
        return self

    def executescript(self, script: str, /) -> "TurnCursor":
        self._rows = None
        connection = cast("TurnConnection", self.connection)
        connection.begin_turn()
        try:
            super().executescript(script)
        finally:
            connection.end_turn()
        return self

    def fetchone(self) -> Any:
        return super().fetchone() if self._rows is None else next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = self.arraysize if size is None else size
        if self._rows is None:
            return super().fetchmany(wanted)
        return [row for _, row in zip(range(wanted), self._rows, strict=False)]

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self._rows is None else list(self._rows)

    def __next__(self) -> Any:
        return super().__next__() if self._rows is None else next(self._rows)

    def _read_rows_of_write(self, connection: TurnConnection) -> None:
        if connection.has_turn and not connection.in_transaction and self.description is not None:
            self._rows = iter(super().fetchall())
