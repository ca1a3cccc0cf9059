"""Waiting for what cannot be awaited: another process. It knows nothing of what it waits for."""

import time
from collections.abc import Callable


def wait_until(what: str, true: Callable[[], bool], *, timeout: float = 10.0, every: float = 0.02) -> None:
    deadline = time.monotonic() + timeout
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout:g} s still not so: {what}")
        time.sleep(every)
