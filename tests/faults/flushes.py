"""Watches by strace in which order bytes are written, flushed to the disk and acknowledged. Knows no store."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import wait_until

CALLS = "pwrite64,pwritev,write,writev,fsync,fdatasync,sendto,sendmsg"
LINE = re.compile(r"^(?P<pid>\d+) +(?:<\.\.\. )?(?P<call>\w+)(?P<rest>.*)$")
ACK = r"\"ack\""  # as strace shows it, with what is between quotes escaped
WRITES, FLUSHES = ("pwrite64", "pwritev", "write"), ("fsync", "fdatasync")


class NoTrace(Exception):
    """Nobody can be watched here; the message says why."""


@contextmanager
def watched(pids: Iterable[int], trace: Path) -> Iterator[None]:
    """Everything that these processes and their children write, in one file and in one order."""
    if shutil.which("strace") is None:
        raise NoTrace("there is no strace here")
    attached = [part for pid in pids for part in ("-p", str(pid))]
    command = ["strace", "-f", "-y", "-s", "8192", "-o", str(trace), "-e", f"trace={CALLS}", *attached]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_until("strace watches all of them", lambda: _watches(pids) or process.poll() is not None)
        if process.poll() is not None:
            assert process.stderr is not None
            raise NoTrace(f"strace cannot watch: {process.stderr.read().strip()[-300:]}")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _watches(pids: Iterable[int]) -> bool:
    tasks = [task for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()]
    return all("TracerPid:\t0\n" not in (task / "status").read_text() for task in tasks if task.exists())


def unflushed(lines: Iterable[str], file: str, acks: list[str]) -> list[str]:
    """Which acks went out before all that was written to files of this name had been flushed to the disk.

    An ack is told by a text that occurs in it alone. One before which nothing was written at all is unflushed as well.
    """
    missing = list(acks)
    found: list[str] = []
    began: dict[str, str] = {}  # by process: the flush that it waits for
    written, flushed = False, False
    for line in lines:
        match = LINE.match(line)
        if match is None:
            continue
        pid, call, rest = match["pid"], match["call"], match["rest"]
        if call in WRITES and file in rest:
            written, flushed = True, False
        elif call in FLUSHES and file in rest and "unfinished" in rest:
            began[pid] = call
        elif call in FLUSHES and rest.endswith("= 0") and (file in rest or began.pop(pid, "") == call):
            flushed = True
        for ack in [ack for ack in missing if ACK in rest and ack in rest]:
            missing.remove(ack)
            if not (written and flushed):
                found.append(ack)
            written = flushed = False
    return found + missing
