"""Ingest: many writers at once, each with one message under way; what counts is the acknowledgement."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from hubbub.ops.bench import frames
from hubbub.ops.bench.cast import SENTENCE, Cast, Talk
from hubbub.ops.bench.client import Mark
from hubbub.ops.bench.crowd import Crowd, Door
from hubbub.ops.bench.fanout import FLOOR_HELLO
from hubbub.ops.bench.figures import Figure, Section, Target
from hubbub.ops.bench.floor import Mode
from hubbub.ops.bench.lateness import Lateness
from hubbub.ops.bench.rounds import Median, Round, Served, costing, in_turn
from hubbub.ops.bench.workshop import Workshop

PART = "ingest"
SENDERS = 256
ROOMS = 16
ROUND_SECONDS = 2.0
ALONE = Target(2.0)
ON_SQLITE = Target(12_000, at_least=True)
ON_POSTGRES = Target(10_000, at_least=True)


@dataclass(frozen=True, slots=True)
class Writers:
    """Sockets that write; the next message of each by its number."""

    served: Served
    crowd: Crowd
    say: Callable[[int], bytes]

    def write(self, numbers: Sequence[int], seconds: float) -> Round:
        """Each of these says the next thing as soon as the last was acknowledged."""
        client, sent = self.crowd.client, [0] * self.crowd.count
        with costing(self.served, self.crowd) as cost:
            end = time.monotonic() + seconds
            for number in numbers:
                self._say(number, sent)
            while time.monotonic() < end:
                for number in client.pump():
                    if client.seen(number, Mark.ACK) == sent[number]:
                        self._say(number, sent)
                self.crowd.check()
            self.crowd.pump_until(lambda: client.total(Mark.ACK) >= sum(sent), "the last acknowledgement")
        late = Lateness.of_counts(client.late())
        acked = client.total(Mark.ACK)
        return cost.round(sent=sum(sent), received=acked, expected=sum(sent), late=late)

    def _say(self, number: int, sent: list[int]) -> None:
        self.crowd.client.due(number, sent[number], time.monotonic_ns())
        self.crowd.send(number, self.say(number))
        sent[number] += 1


def measure(workshop: Workshop) -> Iterator[Section]:
    """One writer alone, then many in one room, in some, and in a room each."""
    senders = workshop.count(SENDERS, least=4)
    everybody = range(senders)
    with workshop.product() as product, _floor(workshop, senders) as floor:
        cast = Cast.at(product, senders)
        yield _section(workshop, cast, floor, [cast.room("bench alone", [0])], alone=True)
        yield _section(workshop, cast, floor, [cast.room("bench one", everybody)])
        some = min(ROOMS, senders)
        rooms = [cast.room(f"bench some {number}", everybody[number::some]) for number in range(some)]
        yield _section(workshop, cast, floor, rooms)
        yield _section(
            workshop, cast, floor, [cast.room(f"bench own {number}", [number]) for number in everybody]
        )


def _section(
    workshop: Workshop, cast: Cast, floor: Writers, rooms: Sequence[str], *, alone: bool = False
) -> Section:
    writers = [0] if alone else list(range(len(cast.tokens)))
    seconds = workshop.seconds(ROUND_SECONDS)
    with _product(workshop, cast, rooms, len(writers)) as product:
        product.write(writers, seconds / 2)  # warms up
        ours, least = in_turn(
            workshop.rounds, lambda: product.write(writers, seconds), lambda: floor.write(writers, seconds)
        )
    judged = len(writers) == SENDERS
    rate = ON_SQLITE if workshop.store.is_sqlite else ON_POSTGRES
    where = "a room each" if len(rooms) == len(writers) else f"{len(rooms)} room{'s' * (len(rooms) > 1)}"
    return Section(
        PART,
        "one writer, one at a time" if alone else f"{len(writers)} writers in {where}",
        _figures(ours, least, rate=rate if judged else None, alone=alone),
        {"sent": ours.sent, "acknowledged": ours.received, "lost": ours.lost},
        ours.remarks,
    )


def _figures(ours: Median, least: Median, *, rate: Target | None, alone: bool) -> list[Figure]:
    return [
        Figure("messages/s stored and acknowledged", ours.per_second, least.per_second, rate),
        Figure("CPU of the server a message, µs", ours.cpu_us, least.cpu_us),
        Figure("acknowledged p50, ms", ours.late.p50, least.late.p50, ALONE if alone else None),
        Figure("acknowledged p95, ms", ours.late.p95, least.late.p95),
        Figure("acknowledged p99, ms", ours.late.p99, least.late.p99),
    ]


@contextmanager
def _product(workshop: Workshop, cast: Cast, rooms: Sequence[str], count: int) -> Iterator[Writers]:
    talks = [Talk(rooms[number % len(rooms)], SENTENCE) for number in range(count)]
    with workshop.crowd(cast.product.door(), cast.tokens[:count], rings=count) as crowd:
        _open(crowd)
        yield Writers(cast.product, crowd, lambda number: talks[number].next())


@contextmanager
def _floor(workshop: Workshop, count: int) -> Iterator[Writers]:
    """What is said comes back to who said it, as its own acknowledgement."""
    said = frames.as_json({"type": "ack", "body": SENTENCE})
    with ExitStack() as stack:
        floor = stack.enter_context(workshop.floor(Mode.ECHO))
        door = Door(floor.port, "/", lambda _: FLOOR_HELLO)
        crowd = stack.enter_context(workshop.crowd(door, [None] * count, rings=count))
        _open(crowd)
        yield Writers(floor, crowd, lambda _: said)


def _open(crowd: Crowd) -> None:
    crowd.open()
    for number in range(crowd.count):
        crowd.client.timed(number, Mark.ACK, ring=number)
