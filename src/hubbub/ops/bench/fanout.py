"""Fan-out: one room, one writer, many members; every message stored, acknowledged and brought to each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from hubbub.ops.bench import frames
from hubbub.ops.bench.cast import SENTENCE, Cast, Talk
from hubbub.ops.bench.client import Mark
from hubbub.ops.bench.crowd import Door
from hubbub.ops.bench.figures import Figure, Section, Target
from hubbub.ops.bench.floor import Mode
from hubbub.ops.bench.rounds import Median, Stage, in_turn
from hubbub.ops.bench.workshop import Workshop

PART = "fanout"
RATE = 20.0
ROUND_SECONDS = 2.0
PACED_SECONDS = 4.0
WARM_SECONDS = 1.0
MANY = 1000  # the targets speak of so many members
FLOOR_HELLO = frames.as_json({"type": "ready"})


def measure(workshop: Workshop) -> Iterator[Section]:
    """The largest room's people are everybody; smaller rooms hold the first of them."""
    with workshop.product() as product:
        cast = Cast.at(product, max(workshop.members))
        for members in sorted(workshop.members):
            room = cast.room(f"bench {members}", range(members))
            yield from _room(workshop, cast, room, members)


def _room(workshop: Workshop, cast: Cast, room: str, members: int) -> Iterator[Section]:
    with _product_stage(workshop, cast, room, members) as product:
        said = cast.last_event(room)
        with _floor_stage(workshop, Mode.EACH, members, said) as each:
            yield _paced(workshop, members, product, each)
            yield _saturated(workshop, members, product, each, window=1)
        with _floor_stage(workshop, Mode.JOINED, members, said) as joined:
            yield _saturated(workshop, members, product, joined, window=16)


@contextmanager
def _product_stage(workshop: Workshop, cast: Cast, room: str, members: int) -> Iterator[Stage]:
    with workshop.crowd(cast.product.door(), cast.tokens[:members]) as crowd:
        crowd.open()
        for number in range(members):
            crowd.client.timed(number, Mark.EVENT, ring=0)
        stage = Stage(cast.product, crowd, Talk(room, SENTENCE).next, acknowledges=True)
        stage.saturated(4, workshop.seconds(WARM_SECONDS))
        yield stage


@contextmanager
def _floor_stage(workshop: Workshop, mode: Mode, members: int, said: bytes) -> Iterator[Stage]:
    """The same crowd at the floor, with a message of the same length."""
    with workshop.floor(mode) as floor:
        door = Door(floor.port, "/", lambda _: FLOOR_HELLO)
        with workshop.crowd(door, [None] * members) as crowd:
            crowd.open()
            for number in range(members):
                crowd.client.timed(number, Mark.EVENT, ring=0)
            stage = Stage(floor, crowd, lambda: said)
            stage.saturated(4, workshop.seconds(WARM_SECONDS) / 2)
            yield stage


def _paced(workshop: Workshop, members: int, product: Stage, floor: Stage) -> Section:
    seconds = workshop.seconds(PACED_SECONDS)
    ours, least = in_turn(
        workshop.rounds, lambda: product.paced(RATE, seconds), lambda: floor.paced(RATE, seconds)
    )
    figures = _lateness(ours, least)
    if members == MANY:
        figures[2] = Figure(figures[2].name, ours.late.p99, least.late.p99, Target(1.5, of_ratio=True))
    return Section(PART, f"{members:,} members, {RATE:.0f} messages/s", figures, _counts(ours), ours.remarks)


def _saturated(workshop: Workshop, members: int, product: Stage, floor: Stage, *, window: int) -> Section:
    seconds = workshop.seconds(ROUND_SECONDS)
    ours, least = in_turn(
        workshop.rounds, lambda: product.saturated(window, seconds), lambda: floor.saturated(window, seconds)
    )
    judged = members == MANY
    cost = Target(1.75 if window == 1 else 2.0, of_ratio=True) if judged else None
    speed = Target(1_000_000, at_least=True) if judged and window > 1 else None
    figures = [
        Figure("CPU of the server a delivery, µs", ours.cpu_us, least.cpu_us, cost),
        Figure("deliveries/s", ours.per_second, least.per_second, speed),
        *_lateness(ours, least),
    ]
    return Section(
        PART,
        f"{members:,} members, {window} under way",
        figures,
        _counts(ours),
        [*ours.remarks, *(f"Floor: {remark}" for remark in least.remarks)],
    )


def _lateness(ours: Median, least: Median) -> list[Figure]:
    return [
        Figure("p50, ms", ours.late.p50, least.late.p50),
        Figure("p95, ms", ours.late.p95, least.late.p95),
        Figure("p99, ms", ours.late.p99, least.late.p99),
    ]


def _counts(ours: Median) -> dict[str, int]:
    return {"sent": ours.sent, "received": ours.received, "lost": ours.lost}
