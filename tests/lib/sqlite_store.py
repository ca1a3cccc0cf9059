"""A database file of a test's own, opened through the backend by every thread that asks for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.utils import ConnectionHandler

ALIAS = "turns"


@contextmanager
def store(file: Path | str, **options: Any) -> Iterator[Any]:
    """The connection of this thread to a file with two tables; other threads use `connections[ALIAS]`."""
    entry = {"ENGINE": "hubbub.lib.sqlite", "NAME": str(file), "OPTIONS": options}
    connections.settings[ALIAS] = ConnectionHandler({"default": entry}).settings["default"]
    connection = connections[ALIAS]
    try:
        run(connection, "CREATE TABLE IF NOT EXISTS tally (total INTEGER NOT NULL)")
        run(
            connection,
            "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, writer TEXT, number INTEGER)",
        )
        run(connection, "INSERT INTO tally SELECT 0 WHERE NOT EXISTS (SELECT * FROM tally)")
        yield connection
    finally:
        connection.close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def run(connection: Any, sql: str, *values: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def ask(connection: Any, sql: str) -> Any:
    return run(connection, sql)[0][0]


class Worker(threading.Thread):
    """Runs something with a connection of its own, and raises in `finish` what it raised."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.answer: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self._work(connections[ALIAS])
        except BaseException as error:  # noqa: BLE001  it is raised in the test's own thread
            self.error = error
        finally:
            connections[ALIAS].close()

    def finish(self, seconds: float = 60) -> Any:
        self.join(seconds)
        assert not self.is_alive(), "the worker still waits"
        if self.error is not None:
            raise self.error
        return self.answer
