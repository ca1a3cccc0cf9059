"""The Hubbub that is measured: a real `hubbub serve` on data of its own, reached from outside."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from hubbub.ops.bench import frames, processes
from hubbub.ops.bench.crowd import Door
from hubbub.ops.bench.failed import CannotMeasure
from hubbub.ops.bench.processes import Seats
from hubbub.ops.bench.requests import Requests

# By name: operations do not import the product, they run it.
HUBBUB = (sys.executable, "-m", "hubbub.site.manage")
OURS = ("HUBBUB_", "DJANGO_", "DATABASE_URL", "REDIS_URL")
OWNER = "owner"
PASSWORD = "bench and nothing else"  # noqa: S105  # of a server that lives for a minute on 127.0.0.1
START_SECONDS = 60.0
HELLO = frames.as_json({"type": "hello", "v": 1})


@dataclass(frozen=True, slots=True)
class Store:
    """Where the product keeps its rows, as its environment says it; nothing: SQLite in its folder."""

    environment: dict[str, str] = field(default_factory=dict)
    workers: int = 1

    @property
    def is_sqlite(self) -> bool:
        return not self.environment


class Product:
    """Runs from `start` until the end of the block. Nothing of it remains."""

    def __init__(self, folder: Path, store: Store, seats: Seats) -> None:
        self._folder = folder
        self._store = store
        self._seats = seats
        self._process: subprocess.Popen[bytes] | None = None
        self._open: list[Requests] = []
        self.port = _free_port()

    def command(self, *words: str, given: str = "") -> str:
        """Run a command to its end; what it printed."""
        done = subprocess.run(
            [*HUBBUB, *words],
            env=self._environment(),
            cwd=self._folder,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotMeasure(f"`hubbub {words[0]}` failed: {done.stderr.strip()[-500:]}")
        return done.stdout

    def add_people(self, usernames: Sequence[str]) -> list[str]:
        """Make the owner and these users; a token for each, the owner's first."""
        everybody = [OWNER, *usernames]
        lines = [
            json.dumps({"username": name, "password": PASSWORD, "admin": name == OWNER}) for name in everybody
        ]
        self.command("createuser", "--bulk", given="\n".join(lines))
        return self.tokens(*everybody)

    def tokens(self, *usernames: str) -> list[str]:
        return [line.split()[-1] for line in self.command("token", *usernames).splitlines()]

    def start(self) -> "Product":
        words = ["serve", "--port", str(self.port), "--workers", str(self._store.workers)]
        with (self._folder / "serve.log").open("ab") as log, self._seats.taken_by(processes.SERVER):
            self._process = subprocess.Popen(
                [*HUBBUB, *words],
                env=self._environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=processes.die_with_parent,  # noqa: PLW1509  # nobody started threads before it
            )
        self._wait_until_ready()
        return self

    def requests(self, token: str) -> Requests:
        """HTTP as whoever holds the token, over one connection that stays open."""
        opened = Requests(self.port, token)
        self._open.append(opened)
        return opened

    def door(self, resume: dict[str, object] | None = None) -> Door:
        """The session socket, entered at the head or with a position."""
        hello = HELLO
        if resume is not None:
            hello = frames.as_json({"type": "hello", "v": 1, "resume": resume})
        return Door(self.port, "/ws/v1", lambda _: hello)

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(self._pids())

    def resident_kb(self) -> int:
        return processes.resident_kb(self._pids())

    def socket_count(self) -> int:
        return processes.socket_count(self._pids())

    def close(self) -> None:
        for opened in self._open:
            opened.close()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        ours = {
            "HUBBUB_DATA": str(self._folder / "data"),
            "HUBBUB_RATES": "off",
            "HUBBUB_LOG_LEVEL": "WARNING",
        }
        return {**inherited, **ours, **self._store.environment}

    def _pids(self) -> list[int]:
        assert self._process is not None, "not started"
        return processes.family(self._process.pid)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = (self._folder / "serve.log").read_text(errors="replace")
                raise CannotMeasure(f"`hubbub serve` does not come to serve: {log.strip()[-500:]}")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
