"""What a run will break, when and for how long: the same for the same seed. Knows kinds by name only."""

import random
from dataclasses import dataclass

SMOKE_SECONDS = 24
NODE_FAULTS = ("node_killed", "node_killed_at_ack", "node_terminated", "node_paused")
LINK_FAULTS = ("link_cut", "link_stalled", "link_delayed", "link_trickled")
REDIS_FAULTS = (
    "redis_killed",
    "redis_flushed",
    "redis_paused",
    "redis_subscribers_killed",
    "redis_absent_at_start",
)
POSTGRES_FAULTS = ("postgres_restarted", "postgres_killed", "postgres_paused", "backends_terminated")
DISK_FAULTS = ("disk_full",)  # where a small file system may be mounted
WRITE_FAULTS = ("writes_refused",)
CLOCK_FAULTS = ("clock_stepped",)
BACKUP = "backup_taken"  # once in a run, and restored in the end
KINDS = {
    "sqlite": (*NODE_FAULTS, *LINK_FAULTS, *CLOCK_FAULTS, *WRITE_FAULTS),
    "postgres": (*NODE_FAULTS, *LINK_FAULTS, *CLOCK_FAULTS, *REDIS_FAULTS, *POSTGRES_FAULTS),
}
NODES = {"sqlite": ("n1",), "postgres": ("n1", "n2", "n3")}
CLIENTS = tuple(f"{person}-{number}" for person in ("ada", "ben", "cleo", "dot") for number in (1, 2, 3))
SIGNS_OUT = "cleo-3"
# Those who use the simple socket of one room.
LISTENERS, SPEAKERS = ("ben-hears", "cleo-hears"), ("ada-says", "dot-says")
LONGEST_PAUSE = 90.0


@dataclass(frozen=True)
class Fault:
    at: float  # seconds after the load began
    kind: str
    target: str  # a node, a client, or nothing
    seconds: float  # how long it lasts, where it lasts


@dataclass(frozen=True)
class Plan:
    seed: int
    store: str
    seconds: float
    faults: tuple[Fault, ...]
    one_by_one: bool = False  # nothing is broken before the last thing is whole again
    backup_at: float | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        taken = set() if self.backup_at is None else {BACKUP}
        return tuple(sorted({fault.kind for fault in self.faults} | taken))

    @property
    def nodes(self) -> tuple[str, ...]:
        return NODES[self.store]


def make_plan(seed: int, store: str, seconds: float, *, also: tuple[str, ...] = ()) -> Plan:
    """Every kind in turn, in an order of the seed, until time is over; `also` are kinds that not every place has."""
    dice = random.Random(f"{seed} {store}")
    kinds = [*KINDS[store], *also]
    longest = min(LONGEST_PAUSE, max(3.0, seconds / 10))
    gap = max(1.2, min(5.0, seconds / (len(kinds) + 1)))
    faults: list[Fault] = []
    at = 1.5
    while at < seconds - gap:
        if not kinds:
            kinds = [*KINDS[store], *also]
        kind = kinds.pop(dice.randrange(len(kinds)))
        target = _target(kind, NODES[store], dice)
        faults.append(Fault(round(at + dice.uniform(0, gap / 2), 3), kind, target, _length(dice, longest)))
        at += gap
    return Plan(seed, store, seconds, tuple(faults), backup_at=round(seconds * dice.uniform(0.3, 0.7), 3))


def _target(kind: str, nodes: tuple[str, ...], dice: random.Random) -> str:
    if kind in LINK_FAULTS:
        return dice.choice((*CLIENTS, *LISTENERS, *SPEAKERS))
    if kind in (*NODE_FAULTS, *CLOCK_FAULTS, *WRITE_FAULTS, "redis_absent_at_start"):
        return dice.choice(nodes)
    return ""


def _length(dice: random.Random, longest: float) -> float:
    """Mostly short, sometimes long."""
    return round(min(longest, 1.0 + dice.expovariate(3 / longest)), 3)
