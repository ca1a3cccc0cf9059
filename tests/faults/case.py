"""A history sorted for judging: operations with their tries, followed rooms with what they received, and excuses."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from tests.faults.folding import Fold
from tests.faults.history import (
    Answered,
    Asked,
    Closed,
    Content,
    FaultBegan,
    FaultEnded,
    Fetched,
    FinalLog,
    Finished,
    Gained,
    History,
    Json,
    Lagged,
    Lost,
    Opened,
    Received,
    Reset,
    Restored,
)

FOR_EVER = float("inf")
SLOW_LINK = ("link_stalled", "link_delayed", "link_trickled")
STORE_AWAY = ("postgres_restarted", "postgres_killed", "postgres_paused")
NODE_PAUSED = "node_paused"


@dataclass(frozen=True)
class Finding:
    rule: str
    says: str


@dataclass
class Try:
    asked: Asked
    answered: Answered | None = None

    @property
    def may_have_been_applied(self) -> bool:
        return self.answered is None or self.answered.ack is not None


@dataclass
class Operation:
    """One operation of one person, with everything that was tried for it."""

    person: str
    room: str
    op: Json
    tries: list[Try] = field(default_factory=list)

    @property
    def asked_at(self) -> float:
        return self.tries[0].asked.at

    @property
    def acks(self) -> list[Answered]:
        return [one.answered for one in self.tries if one.answered and one.answered.ack]

    @property
    def acked_at(self) -> float:
        return min((ack.at for ack in self.acks), default=FOR_EVER)


@dataclass
class Followed:
    """A room on one connection, from a position on, until it was lost, reset or the connection ended."""

    connection: int
    client: str
    person: str
    node: str
    room: str
    epoch: str
    since: float
    start: int
    until: float = FOR_EVER
    received: list[Received] = field(default_factory=list)


@dataclass(frozen=True)
class Spell:
    """A time in which something was broken."""

    kind: str
    target: str
    began: float
    ended: float


class Case:
    def __init__(self, history: History) -> None:
        self.history = history
        self.contents: dict[str, Json] = {one.digest: one.event for one in history.of(Content)}
        self.logs: dict[tuple[str, str], list[Json]] = {
            (one.node, one.room): one.events for one in history.of(FinalLog)
        }
        self.epoch = next((one.epoch for one in history.of(FinalLog)), "")
        self.restored = next(iter(history.of(Restored)), None)
        self.finished_at = next((one.at for one in history.of(Finished)), FOR_EVER)

    @cached_property
    def operations(self) -> dict[tuple[str, str], Operation]:
        """By person and client id."""
        found: dict[tuple[str, str], Operation] = {}
        tries: dict[int, Try] = {}
        for one in self.history.of(Asked, Answered):
            if isinstance(one, Answered):
                tries[one.attempt].answered = one
                continue
            key = (one.person, one.op["client_id"])
            operation = found.setdefault(key, Operation(one.person, one.room, one.op))
            tries[one.attempt] = Try(one)
            operation.tries.append(tries[one.attempt])
        return found

    @cached_property
    def log(self) -> dict[str, list[Json]]:
        """By room the final log as the first node has it; that the others agree is a rule of its own."""
        found: dict[str, list[Json]] = {}
        for (_, room), events in self.logs.items():
            found.setdefault(room, events)
        return found

    @cached_property
    def folded(self) -> dict[str, Fold]:
        return {room: Fold(events) for room, events in self.log.items()}

    @cached_property
    def written(self) -> dict[tuple[str, str], list[Json]]:
        """By author and client id the events in the final log."""
        found: dict[tuple[str, str], list[Json]] = defaultdict(list)
        for events in self.log.values():
            for event in events:
                if event.get("client_id") and event["type"] not in ("join", "leave", "room"):
                    found[event["by"], event["client_id"]].append(event)
        return found

    @cached_property
    def followed(self) -> list[Followed]:
        return list(_followed(self.history))

    @cached_property
    def spells(self) -> list[Spell]:
        ends = {one.number: one.at for one in self.history.of(FaultEnded)}
        found = [
            Spell(one.kind, one.target, one.at, ends.get(one.number, FOR_EVER))
            for one in self.history.of(FaultBegan)
        ]
        found += [Spell("lag", "", one.at - one.seconds, one.at) for one in self.history.of(Lagged)]
        return sorted(found, key=lambda spell: spell.began)

    def excuses(self, client: str, node: str, *, store: bool = True, pause: bool = True) -> list[Spell]:
        """The spells in which nothing can be asked of this client's connection to this node."""
        return [
            spell
            for spell in self.spells
            if spell.kind == "lag"
            or (spell.kind in SLOW_LINK and spell.target == client)
            or (pause and spell.kind == NODE_PAUSED and spell.target == node)
            or (store and spell.kind in STORE_AWAY)
        ]

    def excuses_anywhere(self, client: str) -> list[Spell]:
        """The same for a client of which nobody knows at which node it was."""
        return [
            spell
            for spell in self.spells
            if spell.kind in ("lag", NODE_PAUSED, *STORE_AWAY)
            or (spell.kind in SLOW_LINK and spell.target == client)
        ]

    def was_deleted(self, room: str, seq: int) -> bool:
        log = self.log.get(room, [])
        return seq <= len(log) and log[seq - 1].get("body") is None

    @cached_property
    def views(self) -> dict[tuple[str, str], dict[int, str]]:
        """By client and room what the client knows in the final life of the log: digests by position."""
        found: dict[tuple[str, str], dict[int, str]] = {}
        client_of: dict[int, tuple[str, str]] = {}
        for one in self.history.of(Opened, Fetched, Received, Lost):
            if isinstance(one, Opened):
                client_of[one.connection] = (one.client, one.epoch)
            elif isinstance(one, Fetched) and one.epoch == self.epoch:
                known = {self.contents[digest]["seq"]: digest for digest in one.digests}
                later = found.get((one.client, one.room), {})
                found[one.client, one.room] = {**later, **known}
            elif isinstance(one, Received) and client_of[one.connection][1] == self.epoch:
                found.setdefault((client_of[one.connection][0], one.room), {})[one.seq] = one.digest
            elif isinstance(one, Lost):
                found.pop((client_of[one.connection][0], one.room), None)
        return found


def alike(one: Json, other: Json) -> bool:
    """The same event, but for words that were taken back."""
    if one == other:
        return True
    blank = {"body": None, "html": None}
    return None in (one.get("body"), other.get("body")) and {**one, **blank} == {**other, **blank}


def patience_ends(since: float, excuses: Iterable[Spell], seconds: float) -> float:
    """When waiting `seconds` is over: whenever something was broken meanwhile, it begins again at its end."""
    begins = since
    for spell in excuses:
        if spell.began < begins + seconds and spell.ended > begins:
            begins = spell.ended
    return begins + seconds


def _followed(history: History) -> Iterable[Followed]:
    opened: dict[int, Opened] = {}
    rooms: dict[tuple[int, str], Followed] = {}
    for one in history.of(Opened, Received, Gained, Reset, Lost, Closed):
        if isinstance(one, Opened):
            opened[one.connection] = one
            for room, start in {**one.heads, **one.resumed}.items():
                rooms[one.connection, room] = _begun(one, room, one.at, start)
                yield rooms[one.connection, room]
        elif isinstance(one, Received):
            if (one.connection, one.room) not in rooms:
                # Never announced: a room followed from nowhere, for the rules to stumble over.
                rooms[one.connection, one.room] = _begun(opened[one.connection], one.room, one.at, -1)
                yield rooms[one.connection, one.room]
            rooms[one.connection, one.room].received.append(one)
        elif isinstance(one, Gained | Reset):
            _end(rooms, one.connection, one.room, one.at)
            begun = _begun(opened[one.connection], one.room, one.at, one.head)
            rooms[one.connection, one.room] = begun
            yield begun
        elif isinstance(one, Lost):
            _end(rooms, one.connection, one.room, one.at)
        else:
            for connection, room in [key for key in rooms if key[0] == one.connection]:
                _end(rooms, connection, room, one.at)


def _begun(opened: Opened, room: str, at: float, start: int) -> Followed:
    return Followed(
        opened.connection, opened.client, opened.person, opened.node, room, opened.epoch, at, start
    )


def _end(rooms: dict[tuple[int, str], Followed], connection: int, room: str, at: float) -> None:
    followed = rooms.pop((connection, room), None)
    if followed is not None:
        followed.until = at
