"""What it costs that people are there: memory and processor time of quiet sockets, and how fast they connect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from hubbub.ops.bench.cast import Cast
from hubbub.ops.bench.client import Mark
from hubbub.ops.bench.crowd import Door
from hubbub.ops.bench.fanout import FLOOR_HELLO
from hubbub.ops.bench.figures import Figure, Section, Target
from hubbub.ops.bench.floor import Floor, Mode
from hubbub.ops.bench.product import Product
from hubbub.ops.bench.rounds import Cost, costing
from hubbub.ops.bench.workshop import Workshop

PART = "idle"
PEOPLE = 50
ROOMS = 20
QUIET_SECONDS = 20.0  # every socket is greeted by a heartbeat and a ping within it
WARM = 50
WHOLE_MB = Target(120.0)
SOCKET_KB = Target(25.0)
CONNECTS = Target(800.0, at_least=True)


def measure(workshop: Workshop) -> Iterator[Section]:
    people = workshop.count(PEOPLE)
    with workshop.product() as product, workshop.floor(Mode.ECHO) as floor:
        cast = Cast.at(product, people)
        yield Section(PART, "nobody is there", [_whole(product)])
        for number in range(ROOMS):
            cast.room(f"bench {number}", range(people))
        sockets = workshop.count(workshop.sockets, least=10)
        tokens = [cast.tokens[number % people] for number in range(sockets)]
        floor_door = Door(floor.port, "/", lambda _: FLOOR_HELLO)
        ours = Side(product, product.door(), tokens)
        least = Side(floor, floor_door, [None] * sockets)
        # In this order: memory that closed sockets leave behind would hold the next ones for nothing.
        yield _quiet(workshop, ours, least)
        yield _connects(workshop, ours, least)


@dataclass(frozen=True, slots=True)
class Side:
    """Whom the sockets are opened to, and with which tokens."""

    served: Product | Floor
    door: Door
    tokens: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Stay:
    kb: float  # a socket
    cpu: float  # seconds a second
    greeted: int


def _whole(product: Product) -> Figure:
    return Figure("memory of all processes, MB", product.resident_kb() / 1024, target=WHOLE_MB)


def _connects(workshop: Workshop, ours: Side, least: Side) -> Section:
    costs = [(_connect(workshop, ours), _connect(workshop, least)) for _ in range(workshop.rounds)]
    count = len(ours.tokens)
    product = [cost for cost, _ in costs]
    floor = [cost for _, cost in costs]
    figures = [
        Figure("connects/s", count / _seconds(product), count / _seconds(floor), CONNECTS),
        Figure("CPU of the server a connect, µs", _cpu_us(product) / count, _cpu_us(floor) / count),
    ]
    title = f"handshake, token, hello, ready with {ROOMS} rooms"
    return Section(PART, title, figures, {"connected": count * len(costs)})


def _connect(workshop: Workshop, side: Side) -> Cost:
    with workshop.crowd(side.door, side.tokens) as crowd:
        with costing(side.served, crowd) as cost:
            crowd.open()
        crowd.rest(0.1)
    return cost


def _quiet(workshop: Workshop, ours: Side, least: Side) -> Section:
    product = _stay(workshop, ours, workshop.seconds(QUIET_SECONDS))
    floor = _stay(workshop, least, workshop.seconds(2.0))
    figures = [
        Figure("memory a socket, KB", product.kb, floor.kb, SOCKET_KB),
        Figure("CPU of the server, ms a second", product.cpu * 1e3, floor.cpu * 1e3),
    ]
    title = f"{len(ours.tokens):,} quiet sockets in {ROOMS} rooms each"
    return Section(PART, title, figures, {"connected": product.greeted})


def _stay(workshop: Workshop, side: Side, seconds: float) -> Stay:
    with workshop.crowd(side.door, side.tokens) as crowd:
        crowd.open(range(min(WARM, crowd.count - 1)))
        crowd.rest(0.5)
        before, warm = side.served.resident_kb(), crowd.client.total(Mark.READY)
        crowd.open(range(warm, crowd.count))
        crowd.rest(0.5)
        greeted, grown = crowd.client.total(Mark.READY), side.served.resident_kb() - before
        with costing(side.served, crowd) as cost:
            crowd.rest(seconds)
    return Stay(max(0, grown) / (greeted - warm), cost.cpu / cost.seconds, greeted)


def _seconds(costs: Sequence[Cost]) -> float:
    return median(cost.seconds for cost in costs)


def _cpu_us(costs: Sequence[Cost]) -> float:
    return median(cost.cpu for cost in costs) * 1e6
