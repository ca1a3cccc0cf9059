"""What processes cost, where they may run, and how long they live. Linux only."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SERVER = 0
CLIENT = 1
WHOLE_PROCESS = 2  # the kernel's number for the time that all threads of a process really ran, in nanoseconds
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """In a new process, before its program: whatever ends the benchmark, even by force, ends it too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def family(pid: int) -> list[int]:
    """The process and its descendants."""
    children: dict[int, list[int]] = {}
    for status in PROC.glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def cpu_seconds(pids: list[int]) -> float:
    """How long these processes have run so far."""
    return sum(time.clock_gettime(~pid << 3 | WHOLE_PROCESS) for pid in pids)


def machine_seconds() -> float:
    """How long all processors of the machine together were busy so far, whoever it was with; stolen time is counted."""
    fields = [int(field) for field in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK")


def resident_kb(pids: list[int]) -> int:
    """The memory that they hold; what they share is counted for each."""
    return sum(_resident_kb(pid) for pid in pids)


def socket_count(pids: list[int]) -> int:
    """How many sockets they hold open, listening ones and all."""
    return sum(_is_socket(link) for pid in pids for link in (PROC / str(pid) / "fd").iterdir())


def _is_socket(link: Path) -> bool:
    try:
        return str(link.readlink()).startswith("socket:")
    except FileNotFoundError:  # closed while we looked
        return False


def _resident_kb(pid: int) -> int:
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


@dataclass(frozen=True, slots=True)
class Seats:
    """Which processors there are for server and client to sit on; none: wherever the system puts them."""

    cpus: tuple[int, ...] = ()

    @classmethod
    def apart(cls) -> "Seats":
        """A processor for each, if there are two: whoever shares one measures the other."""
        cpus = tuple(sorted(os.sched_getaffinity(0)))
        return cls(cpus if len(cpus) > 1 else ())

    @contextmanager
    def taken_by(self, seat: int) -> Iterator[None]:
        """Inside, this process runs on that processor alone, and so does what it starts."""
        if not self.cpus:
            yield
            return
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self.cpus[seat]})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)
