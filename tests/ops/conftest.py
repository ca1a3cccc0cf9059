"""Starts `hubbub serve` on the echo project, as an operator would."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.support.hubbub_process import HUBBUB
from tests.support.program import free_port

ROOT = Path(__file__).parents[2]
DRAIN_MS = 2_000


@dataclass
class Echo:
    """One `hubbub serve` on the echo project."""

    folder: Path
    arguments: tuple[str, ...]
    extra: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Run it, and give back the first line that it prints."""
        self.kill()
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                [str(HUBBUB), "serve", "--port", str(self.port), *self.arguments],
                env={**os.environ, **self.environment},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tests.ops.echo.settings",
            "PYTHONPATH": str(ROOT),
            "ECHO_DATABASE": f"sqlite:///{self.folder}/echo.sqlite3",
            "ECHO_DRAIN_MS": str(DRAIN_MS),
            **self.extra,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.folder / f"{self.port}.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def running(self) -> subprocess.Popen[str]:
        assert self.process is not None
        return self.process

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.url + path, timeout=10)

    def socket(self) -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self.port}/ws", compression=None)

    def tell(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.running.send_signal(sign)

    def code(self) -> int:
        return self.running.wait(timeout=15)

    def kill(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=15)
        assert self.process.stdout is not None
        self.process.stdout.close()


EchoMaker = Callable[..., Echo]


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[EchoMaker]:
    """Makes servers of the echo project, not started: `echo("--workers", "2", ECHO_REDIS="redis://…")`."""
    made: list[Echo] = []

    def make(*arguments: str, **extra: str) -> Echo:
        made.append(Echo(tmp_path, arguments, extra))
        return made[-1]

    yield make
    for one in made:
        one.kill()
