"""What a run of the fault harness remembers: who asked what, what was answered and received, and what was broken.

A history is the only thing that the judge sees. All times are of one monotonic clock, that of the harness.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

Json = dict[str, Any]


class Record(msgspec.Struct, frozen=True, tag_field="what", tag=str.lower):
    """Something that happened; `at` is when."""

    at: float


class Planned(Record, frozen=True):
    """The head of a history: what was to happen."""

    seed: int
    store: str
    kinds: tuple[str, ...]
    nodes: tuple[str, ...]


class Asked(Record, frozen=True):
    """One try of an operation; every repeat of it is another try with the same `client_id`."""

    attempt: int
    client: str
    person: str
    node: str
    connection: int  # 0 over HTTP
    room: str
    op: Json  # op, client_id and the fields of section 5 of the contract


class Answered(Record, frozen=True):
    """The answer to a try: an ack, or the code of a refusal."""

    attempt: int
    ack: Json | None = None
    code: str | None = None


class Opened(Record, frozen=True):
    """A session socket was greeted with `ready`: the heads that it told, and the positions resumed from."""

    connection: int
    client: str
    person: str
    node: str
    epoch: str
    heads: dict[str, int]  # of member rooms
    resumed: dict[str, int]


class Content(Record, frozen=True):
    """An event as somebody saw it, told once; others who saw the same name its digest."""

    digest: str
    event: Json


class Received(Record, frozen=True):
    """An event came over a session socket."""

    connection: int
    room: str
    seq: int
    digest: str


class Synced(Record, frozen=True):
    connection: int
    room: str
    head: int


class Reset(Record, frozen=True):
    connection: int
    room: str
    head: int
    reason: str


class Gained(Record, frozen=True):
    """A `room` frame of a room that the client did not follow: it goes on from this head."""

    connection: int
    room: str
    head: int


class Lost(Record, frozen=True):
    """A `revoked` frame."""

    connection: int
    room: str


class Fetched(Record, frozen=True):
    """The client read the log of a room up to a position over HTTP: what it knows of the room is this."""

    client: str
    room: str
    epoch: str
    digests: tuple[str, ...]


class Closed(Record, frozen=True):
    connection: int
    code: int


class Heard(Record, frozen=True):
    """A room socket showed a message: its number, its text, and the key where there is one."""

    listener: str
    room: str
    connection: int
    number: int
    body: str


class Listening(Record, frozen=True):
    """A room socket is open, and has been told everything up to a position."""

    listener: str
    room: str
    connection: int
    after: int


class Removed(Record, frozen=True):
    """A removal from a room was acknowledged."""

    person: str
    room: str


class Readmitted(Record, frozen=True):
    """Somebody is about to be let into a room again."""

    person: str
    room: str


class SignedOut(Record, frozen=True):
    """The end of the sign-in of a client was acknowledged."""

    client: str


class Odd(Record, frozen=True):
    """An answer that the contract does not know, or a close that a compliant client does not deserve."""

    says: str


class ReadHead(Record, frozen=True):
    """A read over HTTP that was asked at `asked` gave this head."""

    asked: float
    node: str
    room: str
    head: int


class FaultBegan(Record, frozen=True):
    number: int
    kind: str
    target: str


class FaultEnded(Record, frozen=True):
    number: int


class Lagged(Record, frozen=True):
    """The harness itself did not get to run for so long: what came meanwhile is stamped late."""

    seconds: float


class Memory(Record, frozen=True):
    node: str
    megabytes: float


class Restored(Record, frozen=True):
    """The store is that of a backup which began at `begun`; what was acknowledged after that may be gone."""

    begun: float


class RestoredLog(Record, frozen=True):
    """What the backup that was taken amid the run gives on an empty machine."""

    room: str
    epoch: str
    events: list[Json]


class FinalLog(Record, frozen=True):
    node: str
    room: str
    epoch: str
    events: list[Json]


class FinalMessages(Record, frozen=True):
    node: str
    room: str
    messages: list[Json]


class FinalRooms(Record, frozen=True):
    node: str
    person: str
    rooms: list[Json]


class FinalCheck(Record, frozen=True):
    """What `hubbub check` said at the end."""

    code: int
    said: str


class Finished(Record, frozen=True):
    """Everything was mended and nothing more is asked; the final reads follow."""

    unanswered: tuple[str, ...]  # client ids of operations that never got an answer


AnyRecord = (
    Planned
    | Asked
    | Answered
    | Opened
    | Content
    | Received
    | Synced
    | Reset
    | Gained
    | Lost
    | Fetched
    | Closed
    | Heard
    | Listening
    | Removed
    | Readmitted
    | SignedOut
    | Odd
    | ReadHead
    | FaultBegan
    | FaultEnded
    | Lagged
    | Memory
    | Restored
    | RestoredLog
    | FinalLog
    | FinalMessages
    | FinalRooms
    | FinalCheck
    | Finished
)


def digest_of(event: Json) -> str:
    """The same for two events exactly if they have the same content."""
    return hashlib.sha256(msgspec.json.encode(event, order="deterministic")).hexdigest()[:20]


class History:
    """Records in the order in which they happened."""

    def __init__(self, records: Iterable[AnyRecord] = ()) -> None:
        self.records: list[AnyRecord] = list(records)
        self._known: set[str] = {one.digest for one in self.records if isinstance(one, Content)}

    def add(self, record: AnyRecord) -> None:
        self.records.append(record)

    def see(self, at: float, event: Json) -> str:
        """Keep the content of an event, once; gives its digest."""
        digest = digest_of(event)
        if digest not in self._known:
            self._known.add(digest)
            self.records.append(Content(at, digest, event))
        return digest

    def of(self, *kinds: type[Record]) -> Iterator[Any]:
        return (one for one in self.records if isinstance(one, kinds))

    def save(self, path: Path) -> None:
        path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in self.records))


def load(path: Path) -> History:
    decoder = msgspec.json.Decoder(AnyRecord)
    return History(decoder.decode(line) for line in path.read_bytes().splitlines())
