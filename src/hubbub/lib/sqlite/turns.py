"""Whose turn it is to write a file: one at a time among all threads and processes; knows no SQL.

Threads of one process queue in order; processes hold a kernel lock (flock) on a file beside the database, which is
released by the kernel when a process dies, however it dies.
"""

import contextlib
import fcntl
import os
import threading
import time
import weakref
from collections import deque
from pathlib import Path

FIRST_PAUSE = 0.0005
LONGEST_PAUSE = 0.005


class Turnstile:
    """Lets one through at a time, in the order of asking; a plain lock lets a busy thread pass all the others.

    The guard is reentrant because garbage collection may close a connection while this very thread is in here.
    """

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._busy = False
        self._queue: deque[threading.Lock] = deque()

    def enter(self, seconds: float) -> bool:
        with self._guard:
            if not self._busy:
                self._busy = True
                return True
            if seconds <= 0:
                return False
            mine = threading.Lock()
            mine.acquire()
            self._queue.append(mine)
        return mine.acquire(timeout=seconds) or not self._give_up(mine)

    def leave(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._busy = False

    def _give_up(self, mine: threading.Lock) -> bool:
        """Leave the queue; False if the turn came at this very moment."""
        with self._guard:
            if mine not in self._queue:
                return False
            self._queue.remove(mine)
            return True


class Turn:
    """One connection's turns at one file. Not the turn of a thread: whoever holds the connection may end it."""

    def __init__(self, lock_path: Path) -> None:
        self.held = False
        self._path = lock_path
        self._descriptor: int | None = None
        self._turnstile = _turnstile(lock_path)
        _REGISTRY.turns.add(self)

    def take(self, seconds: float) -> bool:
        """Wait for the turn, that long at most. Raises OSError if the lock's file cannot be opened."""
        if self.held:
            return True
        deadline = time.monotonic() + seconds
        if not self._turnstile.enter(seconds):
            return False
        try:
            self.held = self._lock_file(deadline)
        finally:
            if not self.held:
                self._turnstile.leave()
        return self.held

    def end(self) -> None:
        """Let the next one write; nothing if it is not our turn."""
        if not self.held or self._descriptor is None:
            return
        self.held = False
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._turnstile.leave()

    def close(self) -> None:
        self.end()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def forget_parent(self) -> None:
        """In a forked child: let go of the parent's descriptor without unlocking what the parent still holds."""
        self.held = False
        self.close()
        self._turnstile = _turnstile(self._path)

    def _lock_file(self, deadline: float) -> bool:
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
        pause = FIRST_PAUSE
        while not _try_lock(self._descriptor):
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        return True


def _try_lock(descriptor: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _turnstile(path: Path) -> Turnstile:
    with _REGISTRY.guard:
        found = _REGISTRY.turnstiles.get(path)
        if found is None:
            found = _REGISTRY.turnstiles[path] = Turnstile()
        return found


def _forget_parents() -> None:
    """A child of a fork has none of its parent's threads, and its descriptors would hold the parent's locks."""
    _REGISTRY.clear()
    for turn in list(_REGISTRY.turns):
        turn.forget_parent()


class _Registry:
    """The turnstiles and turns of this process."""

    def __init__(self) -> None:
        self.turns: weakref.WeakSet[Turn] = weakref.WeakSet()
        self.clear()

    def clear(self) -> None:
        self.guard = threading.RLock()
        self.turnstiles: weakref.WeakValueDictionary[Path, Turnstile] = weakref.WeakValueDictionary()


_REGISTRY = _Registry()
os.register_at_fork(after_in_child=_forget_parents)
