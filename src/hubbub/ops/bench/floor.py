"""Runs the floor: the smallest server that does the same sending, in C, or in Python where there is no compiler."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from hubbub.ops.bench import processes
from hubbub.ops.bench.failed import CannotMeasure
from hubbub.ops.bench.processes import Seats

TWIN = Path(__file__).parent / "python_floor.py"


class Mode(StrEnum):
    """As in floor.c."""

    EACH = "each"
    JOINED = "joined"
    ECHO = "echo"
    REPLAY = "replay"


class Floor:
    """One running floor; it ends with the block, or with us."""

    def __init__(self, program: Path | None, mode: Mode, seats: Seats) -> None:
        command = [str(program)] if program is not None else [sys.executable, str(TWIN)]
        with seats.taken_by(processes.SERVER):
            self._process = subprocess.Popen(
                [*command, mode.value], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        assert self._process.stdout is not None
        port = self._process.stdout.readline()
        if not port.strip().isdigit():
            raise CannotMeasure("The floor does not start.")
        self.port = int(port)

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds([self._process.pid])

    def resident_kb(self) -> int:
        return processes.resident_kb([self._process.pid])

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
