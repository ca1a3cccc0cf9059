"""A process of its own that writes to a file through the backend, for tests of writers that meet.

`python sqlite_writer.py FILE NAME COUNT` counts and checkpoints; `python sqlite_writer.py FILE hold` begins a
transaction, says so, and waits to be killed.
"""

import sys
import threading
from typing import Any

from django.conf import settings
from django.db import connections, transaction


def connect(file: str) -> Any:
    settings.configure(DATABASES={"default": {"ENGINE": "hubbub.lib.sqlite", "NAME": file}}, USE_TZ=True)
    return connections["default"]


def count(connection: Any, name: str, rounds: int) -> None:
    for number in range(rounds):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE tally SET total = total + 1")
            cursor.execute("INSERT INTO entry (writer, number) VALUES (%s, %s)", [name, number])
        if number % 10 == 0:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(RESTART)")


def hold(connection: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tally SET total = total + 1000")
        sys.stdout.write("holding\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    store = connect(sys.argv[1])
    if sys.argv[2] == "hold":
        hold(store)
    else:
        count(store, sys.argv[2], int(sys.argv[3]))
