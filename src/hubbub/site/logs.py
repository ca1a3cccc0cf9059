"""How a log line looks: one event, one line, and nothing that people wrote or that lets anybody in. Knows no event."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

from django.db import Error
from django.urls import Resolver404, resolve

_ABOUT_VALUES = "22"  # PostgreSQL's class of errors whose very first line repeats a value


class OneLine(logging.Formatter):
    """Writes line breaks, of a traceback or of a hostile name, as a visible sign: one event stays one line.

    What a database says beyond its first line repeats the statement or the row, and with that what people wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        lines = (line.rstrip() for line in super().format(record).splitlines())
        return " ⏎ ".join(line for line in lines if line)

    def formatException(self, ei: Any) -> str:  # noqa: N802  as logging calls it
        text = super().formatException(ei)
        for error in _chain(ei[1]):
            if isinstance(error, Error | sqlite3.Error) or hasattr(error, "sqlstate"):
                text = text.replace(str(error), _without_values(error))
        return text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came of."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _without_values(error: BaseException) -> str:
    state = str(getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or "")
    first = "" if state.startswith(_ABOUT_VALUES) else str(error).partition("\n")[0]
    return f"{first} [{state}]" if state else first


class Routes(logging.Filter):
    """Names the route of a request that failed, not its address: some addresses let in whoever knows them."""

    def filter(self, record: logging.LogRecord) -> bool:
        request: Any = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is not None and isinstance(record.args, tuple):
            route = _route(request.path_info)
            record.args = tuple(route if argument == path else argument for argument in record.args)
        return True


def _route(path: str) -> str:
    try:
        return f"/{resolve(path).route}"
    except Resolver404:
        return "an address that is not there"


class Seldom(logging.Filter):
    """Lets one record through in a while, and of an exception only its kind."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
            record.exc_info = record.exc_text = None
        return True
