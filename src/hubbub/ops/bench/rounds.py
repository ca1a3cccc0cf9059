"""Short rounds of one measurement: what was sent and what came, at which cost. Knows sockets and marks, no chat."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from hubbub.ops.bench.client import Mark
from hubbub.ops.bench.crowd import Crowd
from hubbub.ops.bench.failed import CannotMeasure
from hubbub.ops.bench.lateness import Lateness
from hubbub.ops.bench.processes import machine_seconds

PATIENCE_SECONDS = 3.0
OTHERS_BUSY = 0.1
BUSY = 0.9  # a client that is busier than this may have measured itself


class Served(Protocol):
    """A running server as a measurement sees it."""

    def cpu_seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Round:
    sent: int
    received: int
    expected: int
    seconds: float
    cpu: float
    client_busy: float
    others_busy: float
    late: Lateness

    @property
    def per_second(self) -> float:
        return self.received / self.seconds

    @property
    def cpu_us(self) -> float:
        """Of the server, for each of what was received."""
        return self.cpu * 1e6 / self.received if self.received else 0.0


@dataclass(frozen=True, slots=True)
class Median:
    """Several rounds as one: counts are sums, figures are medians."""

    rounds: Sequence[Round]

    @property
    def sent(self) -> int:
        return sum(one.sent for one in self.rounds)

    @property
    def received(self) -> int:
        return sum(one.received for one in self.rounds)

    @property
    def lost(self) -> int:
        return sum(one.expected - one.received for one in self.rounds)

    @property
    def per_second(self) -> float:
        return median(one.per_second for one in self.rounds)

    @property
    def cpu_us(self) -> float:
        return median(one.cpu_us for one in self.rounds)

    @property
    def late(self) -> Lateness:
        return Lateness.median([one.late for one in self.rounds])

    @property
    def remarks(self) -> list[str]:
        client = max(one.client_busy for one in self.rounds)
        others = median(one.others_busy for one in self.rounds)
        found = []
        if client > BUSY:
            found.append(f"The client was busy {client:.0%} of the time: it may be the limit.")
        if others > OTHERS_BUSY:
            found.append(f"Other processes took {others:.0%} of the machine: trust ratios only.")
        return found


class Stage:
    """A crowd at a server, and what is said there."""

    def __init__(
        self, served: Served, crowd: Crowd, say: Callable[[], bytes], *, acknowledges: bool = False
    ) -> None:
        self.crowd = crowd
        self._served = served
        self._say = say
        self._acknowledges = acknowledges
        self.readers = crowd.count  # how many get each message

    def paced(self, rate: float, seconds: float) -> Round:
        """Messages at a steady rate; late is counted from when each was to be sent, whatever held it up."""

        def work(began: int) -> int:
            count = max(1, round(rate * seconds))
            for number in range(count):
                due = began + int(number * 1e9 / rate)
                while time.monotonic_ns() < due:
                    self.crowd.client.pump()
                self._send(number, due)
            return count

        return self._round(work)

    def saturated(self, window: int, seconds: float) -> Round:
        """As many messages as are taken, with so many under way."""

        def work(began: int) -> int:
            end, sent, client = began + int(seconds * 1e9), 0, self.crowd.client
            while time.monotonic_ns() < end:
                while sent * self.readers - client.total(Mark.EVENT) <= (window - 1) * self.readers:
                    self._send(sent, time.monotonic_ns())
                    sent += 1
                client.pump()
                self.crowd.check()
            return sent

        return self._round(work)

    def _send(self, number: int, due: int) -> None:
        self.crowd.client.due(0, number, due)
        self.crowd.send(0, self._say())

    def _round(self, work: Callable[[int], int]) -> Round:
        with costing(self._served, self.crowd) as cost:
            sent = work(time.monotonic_ns())
            expected = sent * self.readers
            received = self._drain(expected, sent if self._acknowledges else 0)
        late = Lateness.of_counts(self.crowd.client.late())
        return cost.round(sent=sent, received=received, expected=expected, late=late)

    def _drain(self, expected: int, acknowledged: int) -> int:
        """Wait for what is under way; what never comes is lost, and counted so."""
        client = self.crowd.client
        heard, last = time.monotonic(), -1
        while client.total(Mark.EVENT) < expected or client.total(Mark.ACK) < acknowledged:
            client.pump()
            come = client.total(Mark.EVENT) + client.total(Mark.ACK)
            if come != last:
                heard, last = time.monotonic(), come
            elif time.monotonic() - heard > PATIENCE_SECONDS:
                break
        self.crowd.check()
        if client.total(Mark.ACK) != acknowledged:
            raise CannotMeasure(f"{client.total(Mark.ACK)} of {acknowledged} messages were acknowledged.")
        return client.total(Mark.EVENT)


@dataclass(slots=True)
class Cost:
    seconds: float = 0.0
    cpu: float = 0.0
    client_busy: float = 0.0
    others_busy: float = 0.0  # a share of all processors

    def round(self, *, sent: int, received: int, expected: int, late: Lateness) -> Round:
        return Round(
            sent, received, expected, self.seconds, self.cpu, self.client_busy, self.others_busy, late
        )


@contextmanager
def costing(served: Served, crowd: Crowd) -> Iterator[Cost]:
    """What the block costs the server, from counters at zero."""
    cost = Cost()
    crowd.client.pump(0)
    crowd.client.reset()
    machine, cpu, client, began = (
        machine_seconds(),
        served.cpu_seconds(),
        time.process_time(),
        time.monotonic(),
    )
    yield cost
    cost.seconds = time.monotonic() - began
    cost.cpu = served.cpu_seconds() - cpu
    ours = time.process_time() - client
    cost.client_busy = ours / cost.seconds
    others = machine_seconds() - machine - cost.cpu - ours
    cost.others_busy = min(1.0, max(0.0, others) / cost.seconds / (os.cpu_count() or 1))


def in_turn(count: int, *measures: Callable[[], Round]) -> list[Median]:
    """Each measure so many times, one after the other and again, so that all see the same minutes of the machine."""
    rounds: list[list[Round]] = [[] for _ in measures]
    for _ in range(count):
        for found, measure in zip(rounds, measures, strict=True):
            found.append(measure())
    for found in rounds:
        if not any(one.received for one in found):
            raise CannotMeasure("Nothing was received in any round.")
    return [Median(found) for found in rounds]
