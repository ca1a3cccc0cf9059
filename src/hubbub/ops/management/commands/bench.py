"""`hubbub bench`: measures this version on this machine, on data of its own, beside a floor that only sends."""

import json
import signal
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.lib.open_files import open_as_many_files_as_allowed
from hubbub.ops.bench import processes
from hubbub.ops.bench.failed import CannotMeasure
from hubbub.ops.bench.figures import Section, table
from hubbub.ops.bench.native import compiled
from hubbub.ops.bench.parts import PARTS, about, sections
from hubbub.ops.bench.processes import Seats
from hubbub.ops.bench.product import Store
from hubbub.ops.bench.scratch import on_postgres
from hubbub.ops.bench.workshop import Workshop
from hubbub.ops.complaints import UNUSABLE, complaining

QUICK = 0.15
INTERRUPTED = 130
TERMINATED = 143
MOST_SOCKETS = 20_000  # one address has not many more ports
SPARE_FILES = 100


class Command(BaseCommand):
    help = (
        "Measure fan-out, ingest, resume, history, idle sockets and slow readers on a server of its own with "
        "temporary data, beside the smallest server that does the same sending; tells which targets are met."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)} (default: all)"
        )
        parser.add_argument("--quick", action="store_true", help="all of it, shorter and less exactly")
        parser.add_argument("--scale", type=float, help="shrink counts and times by a factor up to 1")
        parser.add_argument(
            "--members", default="100,1000", help="sizes of the rooms for fan-out (default: 100,1000)"
        )
        parser.add_argument(
            "--messages", type=int, default=50_000, help="how many are stored for history (default: 50000)"
        )
        parser.add_argument(
            "--sockets", type=int, default=1000, help="how many sit idle, up to 20000 (default: 1000)"
        )
        parser.add_argument(
            "--store",
            choices=("sqlite", "postgres"),
            default="sqlite",
            help="postgres: a new database beside that of DATABASE_URL, and REDIS_URL (default: sqlite)",
        )
        parser.add_argument("--workers", type=int, default=1, help="how many processes serve (default: 1)")
        parser.add_argument(
            "--json", metavar="PATH", help="write the figures there too; - is the standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = signal.signal(signal.SIGTERM, _leave)
        try:
            with complaining():
                self._measure(options)
        except CannotMeasure as reason:
            raise CommandError(str(reason), returncode=UNUSABLE) from None
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        finally:
            signal.signal(signal.SIGTERM, before)

    def _measure(self, options: dict[str, Any]) -> None:
        parts = _parts(options["parts"])
        told: list[Section] = []
        tables = self.stderr if options["json"] == "-" else self.stdout
        with _workshop(options) as workshop, workshop.seats.taken_by(processes.CLIENT):
            header = about(workshop)
            tables.write("\n".join(f"{name}: {value}" for name, value in header.items()) + "\n")
            for section in sections(workshop, parts):
                told.append(section)
                tables.write(table(section) + "\n")
        if options["json"]:
            self._write(
                options["json"], {"about": header, "sections": [section.as_json() for section in told]}
            )

    def _write(self, path: str, figures: dict[str, Any]) -> None:
        text = json.dumps(figures, ensure_ascii=False, indent=2)
        if path == "-":
            self.stdout.write(text)
        else:
            Path(path).write_text(text + "\n")


def _leave(*_: object) -> None:
    """Told to stop: on the way out go the server, its data and, on PostgreSQL, the database that was made for it."""
    sys.exit(TERMINATED)


@contextmanager
def _workshop(options: dict[str, Any]) -> Iterator[Workshop]:
    workers = options["workers"]
    store = nullcontext(Store(workers=workers)) if options["store"] == "sqlite" else on_postgres(workers)
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder, store as chosen:
        yield Workshop(
            compiled(Path(folder)),
            chosen,
            Seats.apart() if workers == 1 else Seats(),
            scale=_scale(options),
            members=_members(options["members"]),
            messages=options["messages"],
            sockets=_sockets(options["sockets"]),
        )


def _parts(named: list[str]) -> list[str]:
    unknown = set(named) - set(PARTS)
    if unknown:
        raise CannotMeasure(f"There is no part {', '.join(sorted(unknown))}: they are {', '.join(PARTS)}.")
    return [part for part in PARTS if part in named or not named]


def _scale(options: dict[str, Any]) -> float:
    scale: float = options["scale"] if options["scale"] is not None else QUICK if options["quick"] else 1.0
    if not 0 < scale <= 1:
        raise CannotMeasure("The scale is a number above 0 and up to 1.")
    return scale


def _sockets(count: int) -> int:
    if not 10 <= count <= MOST_SOCKETS:
        raise CannotMeasure(f"The number of idle sockets is one from 10 to {MOST_SOCKETS}.")
    if count + SPARE_FILES > open_as_many_files_as_allowed():
        raise CannotMeasure(
            "So many files may not be open at once; raise `ulimit -Hn`, or take fewer sockets."
        )
    return count


def _members(given: str) -> tuple[int, ...]:
    sizes = [size.strip() for size in given.split(",")]
    if not all(size.isascii() and size.isdigit() and 1 <= int(size) <= 10_000 for size in sizes):
        raise CannotMeasure("The sizes of rooms are numbers from 1 to 10000 with commas between.")
    return tuple(sorted({int(size) for size in sizes}))
