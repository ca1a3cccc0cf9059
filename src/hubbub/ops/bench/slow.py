"""Slow readers: a tenth of the sockets stop reading, and the others must not notice."""

import time
from collections.abc import Iterator
from dataclasses import replace

from hubbub.ops.bench.cast import SENTENCE, Cast, Talk
from hubbub.ops.bench.client import Mark
from hubbub.ops.bench.figures import Figure, Section, Target
from hubbub.ops.bench.product import Product
from hubbub.ops.bench.rounds import Round, Stage
from hubbub.ops.bench.workshop import Workshop

PART = "slow"
READERS = 200
SECONDS = 8.0
RATE = 200.0
SMALL_BUFFER = 4096
GOODBYE_SECONDS = 14.0  # the server itself waits for ten
BODY = (
    SENTENCE * 24
)  # some kilobytes, so that what waits for a stalled socket passes every buffer within the run
UNNOTICED = Target(1.5, of_ratio=True)


def measure(workshop: Workshop) -> Iterator[Section]:
    """The same readers twice, once with stalled ones among them; here the run without them is what is compared with."""
    readers = workshop.count(READERS, least=10)
    stalled = max(1, readers // 10)
    with workshop.product() as product:
        cast = Cast.at(product, readers + stalled)
        room = cast.room("bench slow", range(readers + stalled))
        without, _ = _run(workshop, cast, room, readers, stalled=0)
        with_them, ended = _run(workshop, cast, room, readers, stalled=stalled)
    figures = [
        Figure("p50 of the others, ms", with_them.late.p50, without.late.p50),
        Figure("p99 of the others, ms", with_them.late.p99, without.late.p99, UNNOTICED),
        Figure("CPU of the server a delivery, µs", with_them.cpu_us, without.cpu_us),
    ]
    counted = {
        "sent": with_them.sent,
        "received by the others": with_them.received,
        "lost": with_them.expected - with_them.received,
        "stalled": stalled,
        "stalled and closed": ended,
    }
    title = f"{readers} readers, {stalled} more are stalled"
    yield Section(PART, title, figures, counted, beside="without")


def _run(workshop: Workshop, cast: Cast, room: str, readers: int, *, stalled: int) -> tuple[Round, int]:
    """The round as the readers saw it, and how many of the stalled were closed by its end."""
    deaf_door = replace(cast.product.door(), buffer=SMALL_BUFFER)
    with (
        workshop.crowd(cast.product.door(), cast.tokens[:readers]) as crowd,
        workshop.crowd(deaf_door, cast.tokens[readers : readers + stalled]) as deaf,
    ):
        crowd.open()
        deaf.open()
        for number in range(readers):
            crowd.client.timed(number, Mark.EVENT, ring=0)
        there = cast.product.socket_count()
        stage = Stage(cast.product, crowd, Talk(room, BODY).next, acknowledges=True)
        stage.paced(RATE, workshop.seconds(1.0))
        found = stage.paced(RATE, workshop.seconds(SECONDS))
        ended = _ended(cast.product, there, stalled=stalled, seconds=workshop.seconds(GOODBYE_SECONDS))
        return found, ended


def _ended(product: Product, before: int, *, stalled: int, seconds: float) -> int:
    """How many sockets the server let go. Asked of its process: what waits for a stalled client hides its goodbye."""
    until = time.monotonic() + seconds
    while before - product.socket_count() < stalled and time.monotonic() < until:
        time.sleep(0.1)
    return max(0, before - product.socket_count())
