"""Resume: clients that were away come back at once, and each gets what it missed."""

import time
from collections.abc import Iterator
from statistics import median

from hubbub.ops.bench import frames
from hubbub.ops.bench.cast import SENTENCE, Cast, Talk
from hubbub.ops.bench.client import Mark
from hubbub.ops.bench.crowd import Crowd, Door
from hubbub.ops.bench.figures import Figure, Section, Target
from hubbub.ops.bench.floor import Floor, Mode
from hubbub.ops.bench.product import HELLO, Product
from hubbub.ops.bench.rounds import Cost, costing
from hubbub.ops.bench.workshop import Workshop

PART = "resume"
CLIENTS = 500
MISSED = 1000
ALONE_ROUNDS = 7
UNDER_WAY = 64
A_FRAME = 150  # events of some 400 bytes; a frame of the product's holds 64 KiB
ALONE = Target(30.0)
STORM = Target(5.0)


def measure(workshop: Workshop) -> Iterator[Section]:
    clients, missed = workshop.count(CLIENTS), workshop.count(MISSED, least=20)
    with workshop.product() as product, workshop.floor(Mode.REPLAY) as floor:
        cast = Cast.at(product, clients)
        room = cast.room("bench resume", range(clients))
        resume = cast.head(room)
        _say(workshop, cast, room, missed)
        ours = _Returning(workshop, product, product.door(resume), missed)
        least = _Returning(workshop, floor, Door(floor.port, "/", lambda _: HELLO), missed)
        _teach(workshop, floor.port, cast.last_event(room), missed)
        yield _alone(ours, least, cast)
        yield _storm(ours, least, cast)


class _Returning:
    """Clients that come back to one server."""

    def __init__(self, workshop: Workshop, served: Product | Floor, door: Door, missed: int) -> None:
        self._workshop = workshop
        self._served = served
        self._door = door
        self.missed = missed

    def alone(self, token: str | None) -> float:
        """Milliseconds from the hello of one client to the end of its replay, without the handshake before."""
        stamps: list[float] = []
        with self._workshop.crowd(_stamped(self._door, stamps), [token]) as crowd:
            crowd.open()
            self._await_all(crowd)
            return (time.monotonic() - stamps[0]) * 1000

    def storm(self, tokens: list[str | None]) -> Cost:
        """All at once, from the first connection to the last event."""
        with self._workshop.crowd(self._door, tokens) as crowd, costing(self._served, crowd) as cost:
            crowd.open(at_once=len(tokens))
            self._await_all(crowd)
        return cost

    def _await_all(self, crowd: Crowd) -> None:
        client = crowd.client
        crowd.pump_until(lambda: client.total(Mark.SYNCED) == crowd.count, "the end of the replay")
        crowd.pump_until(lambda: client.total(Mark.EVENT) == crowd.count * self.missed, "what was missed")


def _alone(ours: _Returning, least: _Returning, cast: Cast) -> Section:
    pairs = [(ours.alone(cast.tokens[0]), least.alone(None)) for _ in range(ALONE_ROUNDS)]
    figure = Figure(
        "until synced, ms",
        median(pair[0] for pair in pairs),
        median(pair[1] for pair in pairs),
        ALONE if ours.missed == MISSED else None,
    )
    counted = {"missed": ours.missed, "received": ours.missed, "lost": 0}  # or the wait above had failed
    return Section(PART, f"one client that missed {ours.missed:,}", [figure], counted)


def _storm(ours: _Returning, least: _Returning, cast: Cast) -> Section:
    count = len(cast.tokens)
    product, floor = ours.storm(list(cast.tokens)), least.storm([None] * count)
    events = count * ours.missed
    judged = (count, ours.missed) == (CLIENTS, MISSED)
    figures = [
        Figure("until the last is synced, s", product.seconds, floor.seconds, STORM if judged else None),
        Figure("events/s", events / product.seconds, events / floor.seconds),
        Figure("CPU of the server a client, ms", product.cpu * 1e3 / count, floor.cpu * 1e3 / count),
    ]
    counted = {"missed": events, "received": events, "lost": 0}
    return Section(PART, f"{count} clients at once", figures, counted)


def _say(workshop: Workshop, cast: Cast, room: str, count: int) -> None:
    talk = Talk(room, SENTENCE)
    with workshop.crowd(cast.product.door(), cast.tokens[:1]) as crowd:
        crowd.open()
        for said in range(count):
            while said - crowd.client.total(Mark.ACK) >= UNDER_WAY:
                crowd.client.pump()
                crowd.check()
            crowd.send(0, talk.next())
        crowd.pump_until(lambda: crowd.client.total(Mark.ACK) == count, "the last ack")


def _teach(workshop: Workshop, port: int, event: bytes, missed: int) -> None:
    """Give the floor what it is to replay: as many bytes, in as large frames, as the product sends."""
    events = [[event] * min(A_FRAME, missed - start) for start in range(0, missed, A_FRAME)]
    parts = [b"[" + b",".join(some) + b"]" for some in events]
    said = [frames.as_json({"type": "ready"}), *parts, frames.as_json({"type": "synced"})]
    replayed = b"".join(frames.from_server(one) for one in said)
    with workshop.crowd(Door(port, "/", lambda _: replayed), [None]) as crowd:
        crowd.open()


def _stamped(door: Door, stamps: list[float]) -> Door:
    def first(number: int) -> bytes:
        stamps.append(time.monotonic())
        return door.first(number)

    return Door(door.port, door.path, first)
