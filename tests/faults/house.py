"""The nodes and services of one run, and how they are broken and mended. Blocking; knows nothing of clients."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.support.hubbub_process import COMMAND_SECONDS, HUBBUB, HubbubServer, Place
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.stepped_clock import SteppedClock
from tests.support.waiting import wait_until

DISK_MEGABYTES = 64
NO_SMALL_DISK = "a small file system cannot be mounted here"
START_SECONDS = 120.0  # on a machine that does much else
ENVIRONMENT = {
    "HUBBUB_RATES": "off",
    "HUBBUB_LIMITS": "drain_ms=2500,presence_lease_ms=5000,heartbeat_ms=5000",
    "HUBBUB_SECRET_KEY": "the same on every node of a run of the fault harness",
}


@dataclass
class House:
    place: Place
    nodes: dict[str, HubbubServer]
    postgres: PostgresServer | None = None
    redis: RedisServer | None = None
    disk: Path | None = None  # what is filled; the data folder if nothing else is said
    clocks: dict[str, SteppedClock] = field(default_factory=dict)

    def wind_clocks(self, folder: Path) -> None:
        """Give every node a wall clock of its own, before it starts."""
        for name, node in self.nodes.items():
            self.clocks[name] = SteppedClock(folder / f"clock-{name}")
            node.keep_time_by(self.clocks[name])

    @property
    def store(self) -> str:
        return "sqlite" if self.postgres is None else "postgres"

    def start(self) -> None:
        for node in self.nodes.values():
            node.start(until_ready=False)
        for node in self.nodes.values():
            node.wait_until_ready(START_SECONDS)

    def mend(self) -> None:
        """Whatever was done to it, everything runs again."""
        for service in (self.postgres, self.redis):
            if service is not None:
                service.revive()
        self.free_disk()
        for node in self.nodes.values():
            node.resume()
        for name in self.nodes:
            self.start_node(name)

    def start_node(self, name: str) -> None:
        """As a supervisor would: again and again, while what it needs is away too."""
        node = self.nodes[name]

        def is_ready() -> bool:
            if not node.running:
                node.start(until_ready=False)
            return node.is_ready()

        wait_until(f"{name} is ready", is_ready, timeout=START_SECONDS, every=0.1)

    def end_backends(self) -> None:
        """Every connection of the nodes to PostgreSQL ends, wherever it was."""
        assert self.postgres is not None
        database = (self.place.database_url or "").rpartition("/")[2]
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )

    def refuse_writes(self, name: str) -> None:
        """The kernel lets a node lengthen or change no file any more, wherever it is."""
        self._limit_files(name, 1)

    def allow_writes(self, name: str) -> None:
        self._limit_files(name, resource.RLIM_INFINITY)

    def fill_disk(self) -> None:
        for size in (1_048_576, 512):
            with suppress(OSError), self._filler.open("ab", buffering=0) as filler:
                while True:
                    filler.write(bytes(size))

    def _limit_files(self, name: str, size: int) -> None:
        node = self.nodes[name]
        if node.running:
            _, most = resource.prlimit(node.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (size, most))

    def free_disk(self) -> None:
        self._filler.unlink(missing_ok=True)

    def megabytes(self, name: str) -> float | None:
        """What a node occupies in memory; None if it is not running."""
        node = self.nodes[name]
        if not node.running:
            return None
        try:
            status = Path(f"/proc/{node.pid}/status").read_text()
        except OSError:
            return None
        line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), None)
        return int(line.split()[1]) / 1024 if line else None

    def check(self) -> tuple[int, str]:
        done = subprocess.run(
            [str(HUBBUB), "check"],
            env=self.place.environment() | ENVIRONMENT,
            cwd=self.place.data.parent,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def logs(self) -> str:
        return "\n".join(f"== {name}\n{node.log}" for name, node in self.nodes.items())

    @property
    def _filler(self) -> Path:
        return (self.disk or self.place.data) / "filler"


@contextmanager
def small_disk(folder: Path, *, megabytes: int = DISK_MEGABYTES) -> Iterator[bool]:
    """A small file system of its own at a folder, where that is allowed; whether it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = os.geteuid() == 0 and _runs("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
    try:
        yield mounted
    finally:
        if mounted:
            _runs("umount", "-l", folder)


def _runs(*command: str | Path) -> bool:
    if shutil.which(str(command[0])) is None:
        return False
    return subprocess.run([*map(str, command)], capture_output=True, check=False).returncode == 0
