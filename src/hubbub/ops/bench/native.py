"""Compiles the two C programs of the benchmark at first use, where there is a compiler. Knows not what they do."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")


@dataclass(frozen=True, slots=True)
class Native:
    """What was compiled."""

    floor: Path
    client: Path


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def compiled(folder: Path) -> Native | None:
    """Both programs, made in this folder; None where no compiler makes them."""
    program = compiler()
    if program is None:
        return None
    made = Native(folder / "floor", folder / "client.so")
    for command in (
        [program, *FLAGS, "-o", str(made.floor), str(HERE / "floor.c")],
        [program, *FLAGS, "-shared", "-fPIC", "-o", str(made.client), str(HERE / "client.c")],
    ):
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None  # a compiler without the system's headers is none
    return made
