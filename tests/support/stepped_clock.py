"""`hubbub` on a wall clock of its own, which a test steps while it runs. The product knows nothing of it.

Run as a program it is the `hubbub` command in a process whose `time.time()` and `datetime.now()` are off by what a
file says. What only goes forward, `time.monotonic()`, stays as it is: no step of a wall clock moves it.
"""

import importlib
import mmap
import os
import struct
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

SECONDS = struct.Struct("d")
NAMED_BY = "HUBBUB_TESTS_CLOCK"
# The safe path: the folder of this file has modules with the names of others.
PROGRAM = (sys.executable, "-P", __file__)
# Whatever may ask for the date in a serving process; `time.time` is replaced for all.
READERS = ("hubbub.lib.clock", "django.contrib.auth.tokens")


class SteppedClock:
    """The wall clock of one node, right until it is stepped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_bytes(SECONDS.pack(0.0))

    @property
    def environment(self) -> dict[str, str]:
        return {NAMED_BY: str(self._path)}

    def step(self, seconds: float) -> None:
        """From now on it is off by so much."""
        with self._path.open("r+b") as file:
            file.write(SECONDS.pack(seconds))


def main() -> None:
    _step_all(Path(os.environ.pop(NAMED_BY)))
    from hubbub.site.manage import main as hubbub

    hubbub()


def _step_all(path: Path) -> None:
    """Before anything else was imported, so that nobody has kept the right time."""
    with path.open("rb") as file:
        offset = mmap.mmap(file.fileno(), SECONDS.size, access=mmap.ACCESS_READ)
    right = time.time

    def stepped() -> float:
        return float(right() + SECONDS.unpack_from(offset)[0])

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=SECONDS.unpack_from(offset)[0])

    time.time = stepped
    time.time_ns = lambda: int(stepped() * 1e9)
    for name in READERS:
        importlib.import_module(name).datetime = Stepped  # type: ignore[attr-defined]
    timezone = importlib.import_module("django.utils.timezone")
    timezone.now = lambda: Stepped.now(UTC)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
