"""The parts of the benchmark in their order, and what is told of the machine beside them."""

import os
import platform
from collections.abc import Callable, Iterator, Sequence

import hubbub
from hubbub.lib import clock
from hubbub.ops.bench import fanout, history, idle, ingest, resume, slow
from hubbub.ops.bench.figures import Section
from hubbub.ops.bench.native import compiler
from hubbub.ops.bench.workshop import Workshop

PARTS: dict[str, Callable[[Workshop], Iterator[Section]]] = {
    fanout.PART: fanout.measure,
    ingest.PART: ingest.measure,
    resume.PART: resume.measure,
    history.PART: history.measure,
    idle.PART: idle.measure,
    slow.PART: slow.measure,
}


def sections(workshop: Workshop, parts: Sequence[str]) -> Iterator[Section]:
    """Each section as soon as it is measured; every part has a server of its own."""
    for part in parts:
        yield from PARTS[part](workshop)


def about(workshop: Workshop) -> dict[str, str]:
    """What somebody must know to compare the figures with others."""
    c = workshop.native is not None
    return {
        "hubbub": hubbub.__version__,
        "python": platform.python_version(),
        "at": clock.wire(clock.now()),
        "processors": f"{os.cpu_count()}, {'one each for server and client' if workshop.seats.cpus else 'shared'}",
        "store": "sqlite" if workshop.store.is_sqlite else "postgres and redis",
        "workers": str(workshop.store.workers),
        "scale": f"{workshop.scale:g}",
        "floor and client": f"C, by {compiler()}"
        if c
        else "Python, for there is no C compiler: the client may be the limit",
    }
