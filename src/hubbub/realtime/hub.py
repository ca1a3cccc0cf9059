"""The one hub of a process: which rooms its sockets follow, and how news reaches them, from here or from elsewhere.

News of a room is a hint; its number says whether it is the next. Every few seconds the hub compares its rooms' heads
with the log and its people with the store, so that whatever a hint should have told is found without it.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Collection, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from hubbub.events import log
from hubbub.lib.drain import drain
from hubbub.messages import wire
from hubbub.people.access import Caller, admit
from hubbub.realtime import leaving, person_view, room_opening, watch
from hubbub.realtime.bridge import Gathering, Mailbox, read
from hubbub.realtime.bus import EVERYBODY, Bus, room_group, room_of_group
from hubbub.realtime.crowd import Crowd
from hubbub.realtime.feed import Feed, LiveEvent, Stretch
from hubbub.realtime.handshake import Arrivals
from hubbub.realtime.polls import Polls
from hubbub.realtime.typing import TypingThrottle

if TYPE_CHECKING:
    from hubbub.realtime.room_view import RoomView

logger = logging.getLogger(__name__)

LOG_PAGE = 500


class Socket(Protocol):
    """A signed-in socket as the hub sees it."""

    caller: Caller

    async def refresh(self) -> None:
        """What the store says of the person may have changed."""
        ...

    def heartbeat(self) -> None: ...

    def draining(self, within_ms: int) -> bool:
        """Tell the client to go by itself; False where there is no way to tell it."""
        ...

    def close(self, code: int) -> None: ...


class Hub:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.process = secrets.token_hex(6)
        self.mailbox = Mailbox(loop, emptied=self._flush)
        self.bus = Bus(self.process, self._notice, self._joined)
        self.crowd = Crowd(self)
        self.typing = TypingThrottle()
        self.arrivals: Arrivals = Gathering(admit)
        self.openings = Gathering(person_view.openings)
        self.belongings = Gathering(person_view.belongings)
        self.room_openings = Gathering(room_opening.openings)
        self.direct_heads = Gathering(person_view.direct_heads)
        self.standings = Gathering(room_opening.standings_now)
        self.feeds: dict[int, Feed] = {}
        self.room_views: dict[int, RoomView] = {}
        self.people: dict[int, set[Socket]] = {}
        self.polls = Polls(self)
        self._watch = watch.Watch(self)
        self._unflushed: list[Feed] = []
        self._patient: list[Feed] = []
        self._under_way: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._readings: dict[tuple[int, int, int], asyncio.Task[Stretch]] = {}
        self._refreshing: set[int] = set()
        self._refresh_again: set[int] = set()

    def start(self) -> None:
        self.bus.start()
        self.bus.join(EVERYBODY)
        self.spawn(self._watch.run())
        self.crowd.start()
        drain.on_start(self._draining)

    async def stop(self) -> None:
        self.crowd.leave_all()
        await self.bus.stop()
        for task in list(self._tasks):
            task.cancel()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something on the side; a failure is logged, never lost."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def enter(self, socket: Socket) -> None:
        """A signed-in socket is here; from now on it is told what changes of its person."""
        self.people.setdefault(socket.caller.person_id, set()).add(socket)

    def leave(self, socket: Socket) -> None:
        sockets = self.people.get(socket.caller.person_id, set())
        sockets.discard(socket)
        if not sockets:
            self.people.pop(socket.caller.person_id, None)

    def feed(self, room_id: int, *, kind: str, visitors: bool, head: int) -> Feed:
        """The feed of a room; opened, at a head that was read just now, if nobody follows the room yet."""
        feed = self.feeds.get(room_id)
        if feed is None:
            feed = Feed(self, room_id, kind=kind, visitors=visitors, position=head)
            feed.replaying += 1
            self.feeds[room_id] = feed
            self.bus.join(room_group(room_id))
            self._watch.compare_soon([room_id])
            return feed
        feed.replaying += 1
        return feed

    def flush_soon(self, feed: Feed) -> None:
        """Have the feed bring what is pending to its followers in this tick of the loop, with all that gathers in it.

        What comes from a commit goes out with its acknowledgements: a socket gets both by one call of the system.
        """
        if not self._unflushed:
            self.loop.call_soon(self._flush)
        self._unflushed.append(feed)

    def asked(self, room_id: int) -> None:
        """Something was put into the journal that will be an event of this room, or be refused."""
        self._under_way[room_id] += 1

    def answered(self, room_id: int) -> None:
        """What was asked is told and answered."""
        self._under_way[room_id] -= 1
        if not self._under_way[room_id]:
            del self._under_way[room_id]

    def release(self, feed: Feed) -> None:
        """Forget a feed that nobody follows."""
        if not feed.is_followed and not feed.replaying and self.feeds.get(feed.room_id) is feed:
            del self.feeds[feed.room_id]
            self.bus.leave(room_group(feed.room_id))

    def committed(self, events: Sequence[LiveEvent]) -> None:
        """Events committed by this process: to its followers at once, to the other processes as a hint."""
        for room_id, of_room in by_room(events).items():
            self.polls.heard(room_id)
            feed = self.feeds.get(room_id)
            if feed is not None:
                feed.offer(of_room)
            if self.bus.reaches_others:
                self.bus.publish(room_group(room_id), hint_of(of_room))

    def touched(self, person_ids: Iterable[int]) -> None:
        """Something of these people changed, told by this process."""
        ids = list(person_ids)
        self.bus.publish(EVERYBODY, {"people": ids})
        self.refresh(ids)

    def refresh(self, person_ids: Iterable[int]) -> None:
        """Have the sockets of these people look at the store."""
        for person_id in person_ids:
            self.polls.touched(person_id)
            if person_id in self._refreshing:
                self._refresh_again.add(person_id)
            elif person_id in self.people:
                self._refreshing.add(person_id)
                self.spawn(self._refresh(person_id))

    async def log_after(self, room_id: int, seq: int) -> list[LiveEvent]:
        """The next events of a room from the store."""
        return (await self.missed_after(room_id, seq)).events

    async def missed_after(self, room_id: int, seq: int) -> Stretch:
        """The same. Whoever misses the same waits for the same reading, and gets the same bytes.

        One that began when the room's feed stood where it stands now has everything up to there.
        """
        feed = self.feeds.get(room_id)
        if feed is None:
            return await read(_stretch, room_id, seq)
        key = (room_id, seq, feed.position)
        reading = self._readings.get(key)
        if reading is None:
            reading = self._readings[key] = self.loop.create_task(read(_stretch, room_id, seq))
            reading.add_done_callback(lambda _: self._readings.pop(key, None))
        return await asyncio.shield(reading)

    def _flush(self) -> None:
        pending, self._unflushed, self._patient = [*self._patient, *self._unflushed], [], []
        for feed in pending:
            if feed.room_id in self._under_way and feed.waits():
                self._patient.append(feed)
            else:
                feed.flush()

    async def _refresh(self, person_id: int) -> None:
        try:
            await asyncio.gather(*(socket.refresh() for socket in self.people.get(person_id, ())))
        except Exception:
            self._watch.look_again(person_id)
            raise
        finally:
            self._refreshing.discard(person_id)
        if person_id in self._refresh_again:
            self._refresh_again.discard(person_id)
            self.refresh([person_id])

    def _joined(self, groups: Collection[str]) -> None:
        """The layer tells us of these from now on; what came before that is in the log, or is asked for."""
        if EVERYBODY in groups:
            self.crowd.ask()
        self._watch.compare_soon(room_of_group(group) for group in groups if group != EVERYBODY)

    def _notice(self, notice: dict[str, Any]) -> None:
        """A hint from another process."""
        if "events" in notice:
            self.polls.heard(notice["room"])
            feed = self.feeds.get(notice["room"])
            if feed is not None:
                feed.offer([LiveEvent(notice["room"], *fields) for fields in notice["events"]])
        elif "people" in notice:
            self.refresh(notice["people"])
        else:
            self.crowd.notice(notice)

    def _draining(self, within_ms: int) -> None:
        self.crowd.leave_all()
        self.polls.drain()
        self.spawn(leaving.leave(self, within_ms))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("Something in the hub failed", exc_info=task.exception())


def hint_of(events: Sequence[LiveEvent]) -> dict[str, Any]:
    """What other processes are told of a room's events."""
    return {"room": events[0].room_id, "events": [[event.seq, event.kind, event.json] for event in events]}


def by_room(events: Sequence[LiveEvent]) -> dict[int, list[LiveEvent]]:
    rooms: dict[int, list[LiveEvent]] = {}
    for event in events:
        rooms.setdefault(event.room_id, []).append(event)
    return rooms


def live_events(events: Sequence[Any]) -> list[LiveEvent]:
    """Recorded events with their JSON; asks the store for usernames that this process never saw."""
    encoded = wire.events_json(events)
    return [
        LiveEvent(event.stream_id, event.seq, event.kind, json)
        for event, json in zip(events, encoded, strict=True)
    ]


def _stretch(room_id: int, seq: int) -> Stretch:
    return Stretch(live_events(log.read_after(room_id, seq, limit=LOG_PAGE)))


_hubs: dict[int, Hub] = {}
_running: list[Hub] = []


def hub() -> Hub:
    """The hub of the running event loop, started when first asked for."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(id(loop))
    if found is None or found.loop is not loop:
        found = _hubs[id(loop)] = Hub(loop)
        _running.append(found)
        found.start()
    return found


async def stop_hub() -> None:
    """End the hub of the running event loop."""
    found = _hubs.pop(id(asyncio.get_running_loop()), None)
    if found is not None:
        _running.remove(found)
        await found.stop()


def running_hubs() -> list[Hub]:
    """The hubs of this process whose loops are open: one, but for tests."""
    return [found for found in _running if not found.loop.is_closed()]
