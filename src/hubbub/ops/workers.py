"""Several serving processes on one socket: starts them, replaces the dead, stops them together. Knows no Django."""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from hubbub.lib import clock
from hubbub.ops import ending
from hubbub.ops.refused import CannotServe

LONGEST_PAUSE = 5.0
FIRST_FAILURES = 3  # so many that never came to serve, and we give up
GRACE_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    ready: int | None


class Workers:
    """The parent of `count` workers. It holds no connection and does no work of its own."""

    def __init__(self, listener: socket.socket, count: int, *, on_ready: Callable[[], None]) -> None:
        self._listener = listener
        self._count = count
        self._on_ready = on_ready
        self._workers: list[_Worker] = []
        self._told = False
        self._signals = 0
        self._failures = 0
        self._pause_until = 0.0
        self._wake = threading.Event()

    def run(self, *, drain_seconds: float) -> None:
        """Keep the workers running until a signal, then have them drain; returns when all have ended."""
        for sign in ending.stop_signals():
            signal.signal(sign, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: self._wake.set())
        while not self._signals:
            self._replace_dead()
            self._note_ready()
            self._wake.wait(0.1 if not self._told else 1.0)
            self._wake.clear()
        self._stop(drain_seconds + GRACE_SECONDS)

    def _on_signal(self, number: int, *_: object) -> None:
        logger.warning("Stopping %d workers, told by %s", len(self._workers), signal.Signals(number).name)
        self._signals += 1
        self._wake.set()

    def _replace_dead(self) -> None:
        for worker in [one for one in self._workers if one.process.poll() is not None]:
            self._workers.remove(worker)
            self._bury(worker)
        if clock.ticks() < self._pause_until:
            return
        while len(self._workers) < self._count:
            self._workers.append(self._started())

    def _bury(self, worker: _Worker) -> None:
        self._failures += 1
        logger.error("A worker ended %s and is replaced", ending.how(worker.process.returncode))
        self._pause_until = clock.ticks() + min(LONGEST_PAUSE, 0.1 * 2**self._failures)
        if worker.ready is not None:
            os.close(worker.ready)
        if self._failures >= FIRST_FAILURES and not self._told:
            self._stop(GRACE_SECONDS)
            raise CannotServe("The workers end before they serve; the lines above say why.")

    def _started(self) -> _Worker:
        ready, tell = os.pipe()
        command = [sys.executable, "-m", "hubbub.ops.worker", str(self._listener.fileno()), str(tell)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # ends when we do, however we do
            pass_fds=(self._listener.fileno(), tell),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        os.close(tell)
        return _Worker(process, ready)

    def _note_ready(self) -> None:
        waiting = {worker.ready: worker for worker in self._workers if worker.ready is not None}
        for ready in select.select(list(waiting), [], [], 0)[0]:
            if os.read(ready, 1):
                self._failures = 0
            os.close(ready)
            waiting[ready].ready = None
        if (
            not self._told
            and len(self._workers) == self._count
            and all(one.ready is None for one in self._workers)
        ):
            self._told = True
            self._on_ready()

    def _stop(self, seconds: float) -> None:
        """Pass the wish on, wait for everybody, and kill who does not come; a second signal is passed on as well."""
        until = clock.ticks() + seconds
        passed_on = 0
        while any(worker.process.poll() is None for worker in self._workers):
            if passed_on < max(1, self._signals):
                passed_on += 1
                self._send(signal.SIGTERM)
            if clock.ticks() > until:
                self._send(signal.SIGKILL)
            self._wake.wait(0.05)
            self._wake.clear()

    def _send(self, sign: signal.Signals) -> None:
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.send_signal(sign)
