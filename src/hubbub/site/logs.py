"""How a log line looks: one event, one line, whatever is in it. Knows no event."""

import logging
import time


class OneLine(logging.Formatter):
    """Writes line breaks, of a traceback or of a hostile name, as a visible sign: one event stays one line."""

    def format(self, record: logging.LogRecord) -> str:
        lines = (line.rstrip() for line in super().format(record).splitlines())
        return " ⏎ ".join(line for line in lines if line)


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
