"""One room as this process follows it: a position in the room's log, and the sockets that are exactly there.

Events are delivered in the order of their numbers and once. An event that is not the next one is a reason to read
the log, not to deliver. Knows sockets only as followers.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from hubbub.limits import LIMITS
from hubbub.realtime.frames import event_frame, together
from hubbub.realtime.framing import frame_text

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub
    from hubbub.realtime.outbox import Outbox

FRAME_BYTES = 65_536  # what is pending beyond it goes into another frame
MOMENT_SECONDS = 1.0  # so long is kept what was made for those who missed something
CHANGE_ACCESS = frozenset({"leave", "room"})
CROWD = 250  # followers; bringing out to fewer takes less than a timer can tell
WRITE_SECONDS = 4e-6
RECENT = 256  # events kept at hand, so that most resumes need no query


class LiveEvent(msgspec.Struct, frozen=True, dict=True):
    """An event on its way to sockets: its position, and its JSON as every session socket gets it."""

    room_id: int
    seq: int
    kind: str
    json: bytes

    @cached_property
    def fields(self) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(self.json)
        return decoded


@dataclass(frozen=True)
class Delivery:
    """Events that one flush brings to every follower; what is made for one is made once for all."""

    events: tuple[LiveEvent, ...]

    @cached_property
    def framed(self) -> bytes:
        """As session sockets get it."""
        return frame_text(together([event_frame(event.json) for event in self.events]))

    @cached_property
    def changes(self) -> tuple[LiveEvent, ...]:
        """Those that may change who may see the room."""
        return tuple(event for event in self.events if event.kind in CHANGE_ACCESS)


@dataclass(frozen=True)
class Stretch:
    """Events that follow each other, for everybody who missed them."""

    events: list[LiveEvent]

    @cached_property
    def deliveries(self) -> list[Delivery]:
        return [Delivery(tuple(part)) for part in parts(self.events)]


class Follower(Protocol):
    """Whoever follows a feed and has to be asked who may."""

    @property
    def username(self) -> str | None: ...

    def keeps(self, feed: "Feed", event: LiveEvent) -> bool:
        """Whether the room may still be followed, after an event that may change who may."""
        ...

    def lost(self, feed: "Feed") -> None:
        """The room may not be followed any more; nothing of it comes after."""
        ...


class Listener(Follower, Protocol):
    """A follower that makes frames of its own of what it is told."""

    def deliver(self, feed: "Feed", delivery: Delivery) -> None: ...

    def deliver_ephemeral(self, feed: "Feed", notice: "Notice") -> None: ...


@dataclass(frozen=True)
class Notice:
    """Something that is told and never stored: who came, who went, who types."""

    kind: str
    payload: bytes  # for session sockets
    single: tuple[tuple[str, bytes], ...]  # for room sockets: whom each is about, and the frame
    about: str | None = None  # the person who needs not be told at all

    @cached_property
    def framed(self) -> bytes:
        return frame_text(self.payload)


class Feed:
    def __init__(self, hub: "Hub", room_id: int, *, kind: str, visitors: bool, position: int) -> None:
        self._hub = hub
        self.room_id = room_id
        self.wire_id = f"r{room_id}"
        self.kind = kind
        self.visitors = visitors
        self.position = position
        self.outboxes: dict[Follower, Outbox] = {}  # of session sockets: all get the same bytes
        self.listeners: dict[Listener, None] = {}
        self.replaying = 0  # sockets on their way in; the feed is kept for them
        self._recent: deque[LiveEvent] = deque(maxlen=RECENT)
        self._missed: dict[int, Stretch] = {}
        self._pending: list[LiveEvent] = []
        self._flushing = False
        self._patience: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None

    def offer(self, events: Sequence[LiveEvent]) -> None:
        """News from the log, however it came; what is known is dropped, a gap is read."""
        for event in events:
            if event.seq == self.position + 1:
                self._accept(event)
            elif event.seq > self.position:
                self.read_up()
                return

    def read_up(self) -> asyncio.Task[None]:
        """Read the log from the position on; one reading at a time."""
        if self._reading is None or self._reading.done():
            self._reading = self._hub.spawn(self._read_log())
        return self._reading

    def after(self, seq: int) -> list[LiveEvent] | None:
        """The events after a position up to here, if all are at hand."""
        if seq >= self.position:
            return []
        first = self._recent[0].seq if self._recent else self.position + 1
        if seq + 1 < first:
            return None
        return [event for event in self._recent if event.seq > seq]

    def missed_after(self, seq: int) -> Stretch | None:
        """The same, made once for all who come from there in one moment."""
        known = self._missed.get(seq)
        if known is None:
            events = self.after(seq)
            if events is None:
                return None
            known = Stretch(events)
            if events:
                self._remember(seq, known)
        return known

    @property
    def is_followed(self) -> bool:
        return bool(self.outboxes or self.listeners)

    def follow(self, follower: Follower, outbox: "Outbox") -> None:
        """Have everything from here on written to the outbox; the follower is at the feed's position."""
        self.flush()
        self.outboxes[follower] = outbox

    def listen(self, listener: Listener) -> None:
        """The same for one that makes frames of its own."""
        self.flush()
        self.listeners[listener] = None

    def unfollow(self, follower: Follower) -> None:
        self.outboxes.pop(follower, None)
        self.listeners.pop(cast("Listener", follower), None)
        self._hub.release(self)

    def tell(self, notice: Notice) -> None:
        """Something ephemeral, to all followers but the person whom it is about."""
        for follower, outbox in list(self.outboxes.items()):
            if notice.about is None or follower.username != notice.about:
                outbox.write_ephemeral(notice.framed)
        for listener in list(self.listeners):
            listener.deliver_ephemeral(self, notice)

    def waits(self) -> bool:
        """Whether to wait for more of this room that is under way; no longer than bringing out takes.

        A crowd's next messages mostly come while the last are brought out, all but one or two. Without waiting these go
        out alone, at the price of all, and the others a commit later: two trains that never meet.
        """
        if self._patience is None and self._pending and len(self.outboxes) >= CROWD:
            self._patience = self._hub.loop.call_later(len(self.outboxes) * WRITE_SECONDS, self.flush)
        return self._patience is not None

    def flush(self) -> None:
        """Bring what is pending to every follower."""
        self._flushing = False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        for delivery in Stretch(pending).deliveries:
            if self.outboxes:
                write_to_all(self.outboxes.values(), delivery.framed)
            for listener in list(self.listeners):
                listener.deliver(self, delivery)

    def _remember(self, seq: int, stretch: Stretch) -> None:
        if not self._missed:
            self._hub.loop.call_later(MOMENT_SECONDS, self._missed.clear)
        self._missed[seq] = stretch

    def _accept(self, event: LiveEvent) -> None:
        self._missed.clear()
        self.position = event.seq
        self._recent.append(event)
        if event.kind == "delete":
            self._forget(event.fields["target"])
        if event.kind in CHANGE_ACCESS:
            self._change_of_access(event)
            return
        self._pending.append(event)
        if not self._flushing:
            self._flushing = True
            self._hub.flush_soon(self)

    def _change_of_access(self, event: LiveEvent) -> None:
        """Whoever loses the room with this event gets nothing from it on, not even the event."""
        self.flush()
        if event.kind == "room":
            self.kind, self.visitors = event.fields["kind"], event.fields["visitors"]
        for follower in [*self.outboxes, *self.listeners]:
            if not follower.keeps(self, event):
                self.unfollow(follower)
                follower.lost(self)
        self._pending.append(event)
        self.flush()

    def _forget(self, target: str) -> None:
        """Words that were taken back are not replayed from memory."""
        last = max((event.seq for event in self._recent if _tells(event, target)), default=0)
        while self._recent and self._recent[0].seq <= last:
            self._recent.popleft()

    async def _read_log(self) -> None:
        while True:
            before = self.position
            events = await self._hub.log_after(self.room_id, before)
            if not events:
                return
            for event in events:
                if event.seq == self.position + 1:
                    self._accept(event)
            if self.position == before:
                return


def write_to_all(outboxes: Iterable["Outbox"], framed: bytes) -> None:
    """The inmost loop of all: for each socket one look at what waits, and one write."""
    bound = LIMITS.queue_bytes - len(framed)
    slow = []
    for outbox in outboxes:
        line = outbox.line
        if line.size() > bound:
            slow.append(outbox)
        else:
            line.put(framed)
    for outbox in slow:
        outbox.full()


def parts(events: Sequence[LiveEvent]) -> list[list[LiveEvent]]:
    """The events in order, as many together as make a frame of moderate size."""
    found: list[list[LiveEvent]] = []
    size = FRAME_BYTES
    for event in events:
        if size + len(event.json) > FRAME_BYTES:
            found.append([])
            size = 0
        found[-1].append(event)
        size += len(event.json)
    return found


def _tells(event: LiveEvent, target: str) -> bool:
    return event.kind in ("message", "edit") and event.fields.get("id", event.fields.get("target")) == target
