"""One program run for tests on a free port of this machine, that a test may stop, kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from tests.support.waiting import wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program(ABC):
    """The port and the folder stay the same over a restart, as they do for a real one."""

    def __init__(self, name: str, user: str | None = None, within: Path | None = None) -> None:
        self.port = free_port()
        self.user = user
        self.folder = Path(tempfile.mkdtemp(prefix=f"hubbub-{name}-", dir=within))
        self.log_path = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        if user is not None:
            shutil.chown(self.folder, user)

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> None:
        if self.running:
            return
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                user=self.user,
                start_new_session=True,
            )
        wait_until(f"{self.command()[0]} answers", self._answers_or_died, timeout=20)
        if not self.running:
            raise AssertionError(f"it ended at once:\n{self.log_path.read_text()[-3000:]}")

    def stop(self) -> None:
        """As its operator would."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a power cut would: this process and all it started."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def revive(self) -> None:
        """Whatever a test did to it, the next one finds it running."""
        if self.running:
            self.resume()
        self.start()

    def destroy(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers_or_died(self) -> bool:
        return not self.running or self.answers()

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait(timeout=20)
