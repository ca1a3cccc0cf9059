"""Who is online, told: to the sockets that follow a room, and between processes as leases that lapse by themselves."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hubbub.lib import clock
from hubbub.limits import LIMITS
from hubbub.realtime.bus import EVERYBODY
from hubbub.realtime.feed import Feed, Notice
from hubbub.realtime.frames import frame, together
from hubbub.realtime.outbox import Outbox
from hubbub.realtime.presence import Pair, Presence
from hubbub.rooms.models import Room

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub

TELL_SECONDS = 0.1  # changes of this long are told together
WRITES_A_SECOND = 10_000  # where telling takes more than that, it is done less often
LONGEST_SECONDS = 5.0
SMALL_ROOM = 64  # sockets; in larger rooms nobody's coming is told before its turn
GRACE_SECONDS = 1.0  # a page that reloads does not leave
TELLS_A_LEASE = 3


class Crowd:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._presence = Presence()
        self._changed: dict[int, dict[str, bool]] = {}
        self._joined_here: set[Pair] = set()
        self._left_here: set[Pair] = set()
        self._newcomers: list[tuple[Outbox, Sequence[int]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._not_before = 0.0

    def start(self) -> None:
        if self._hub.bus.reaches_others:
            self._hub.spawn(self._keep_telling())

    def ask(self) -> None:
        """Have the others tell whom they hold. Only who hears them already gets their answers."""
        self._hub.bus.publish(EVERYBODY, {"ask": True})

    def online(self, room_id: int) -> frozenset[str]:
        """The usernames online in a room. May be called from any thread."""
        return self._presence.online(room_id)

    def connect(self, room_id: int, username: str) -> None:
        """One more connection of this person follows the room."""
        pair = (room_id, username)
        if self._presence.connect(pair):
            self._change(room_id, username, online=True)
        self._left_here.discard(pair)
        self._joined_here.add(pair)

    def disconnect(self, room_ids: Sequence[int], username: str) -> None:
        """One connection less; the person leaves with the last one, unless they are back in a moment."""
        self._hub.loop.call_later(GRACE_SECONDS, self._disconnect, room_ids, username)

    def introduce(self, outbox: Outbox, room_ids: Sequence[int]) -> None:
        """Tell a session socket soon who is online in these rooms; what is made for one newcomer serves all."""
        self._newcomers.append((outbox, room_ids))
        self._tell_soon()

    def settle(self, room_id: int) -> None:
        """Tell a small room at once what changed in it, so that a newcomer is not told again."""
        feed = self._hub.feeds.get(room_id)
        if room_id in self._changed and feed is not None and self._writes_to(feed) <= SMALL_ROOM:
            self._tell_room(room_id, self._changed.pop(room_id))

    def flush(self) -> None:
        """Tell what changed lately."""
        self._timer = None
        newcomers, self._newcomers = self._newcomers, []
        self._introduce_all(newcomers)
        changed, self._changed = self._changed, {}
        writes = len(newcomers)
        for room_id, people in changed.items():
            writes += self._tell_room(room_id, people)
        pause = min(LONGEST_SECONDS, writes / WRITES_A_SECOND)
        self._not_before = self._hub.loop.time() + pause
        joined, self._joined_here = self._joined_here, set()
        left, self._left_here = self._left_here, set()
        if joined or left:
            self._hub.bus.publish(
                EVERYBODY, {"joined": [list(pair) for pair in joined], "left": [list(pair) for pair in left]}
            )

    def notice(self, notice: dict[str, Any]) -> None:
        """Another process tells whom it holds, or asks."""
        if "ask" in notice:
            self._publish_all()
            return
        if "typing" in notice:
            self.tell_typing(*notice["typing"])
            return
        process = notice["from"]
        if "held" in notice:
            until = clock.ticks() + LIMITS.presence_lease_ms / 1000
            came, went = self._presence.told(process, _pairs(notice["held"]), until=until)
        else:
            came, went = self._presence.told_change(
                process, _pairs(notice.get("joined", ())), _pairs(notice.get("left", ()))
            )
        self._changes(came, went)

    def lapse(self, now: float) -> None:
        """Forget processes that did not tell again."""
        self._changes(set(), self._presence.lapse(now))

    def leave_all(self) -> None:
        """This process is going: the others need not wait for the lease."""
        self._hub.bus.publish(EVERYBODY, {"held": []})

    def type(self, room_id: int, person_id: int, username: str) -> None:
        """Somebody here types; told on, but not too often."""
        if self._hub.typing.tell(person_id, room_id, clock.ticks()):
            self.tell_typing(room_id, username)
            self._hub.bus.publish(EVERYBODY, {"typing": [room_id, username]})

    def tell_typing(self, room_id: int, username: str) -> None:
        feed = self._hub.feeds.get(room_id)
        if feed is not None:
            payload = frame("typing", room=feed.wire_id, user=username)
            feed.tell(Notice("typing", payload, ((username, frame("typing", user=username)),), username))

    def _disconnect(self, room_ids: Sequence[int], username: str) -> None:
        for room_id in room_ids:
            pair = (room_id, username)
            if self._presence.disconnect(pair):
                self._change(room_id, username, online=False)
            if not self._presence.holds(pair):
                self._joined_here.discard(pair)
                self._left_here.add(pair)

    def _changes(self, came: set[Pair], went: set[Pair]) -> None:
        for room_id, username in came:
            self._change(room_id, username, online=True)
        for room_id, username in went:
            self._change(room_id, username, online=False)

    def _change(self, room_id: int, username: str, *, online: bool) -> None:
        people = self._changed.setdefault(room_id, {})
        if people.get(username, online) != online:
            del people[username]
        else:
            people[username] = online
        self._tell_soon()

    def _tell_soon(self) -> None:
        if self._timer is None:
            wait = max(TELL_SECONDS, self._not_before - self._hub.loop.time())
            self._timer = self._hub.loop.call_later(wait, self.flush)

    def _introduce_all(self, newcomers: list[tuple[Outbox, Sequence[int]]]) -> None:
        made: dict[int, bytes] = {}
        for outbox, room_ids in newcomers:
            for room_id in room_ids:
                if room_id not in made:
                    online = sorted(self.online(room_id))
                    made[room_id] = frame("presence", room=Room.wire_id_of(room_id), online=online)
            outbox.write(together([made[room_id] for room_id in room_ids]))

    def _tell_room(self, room_id: int, people: dict[str, bool]) -> int:
        """Gives how many writes it took."""
        feed = self._hub.feeds.get(room_id)
        if feed is None:
            return 0
        writes = 0
        for online, field, kind in ((True, "joined", "user_join"), (False, "left", "user_leave")):
            names = sorted(name for name, is_online in people.items() if is_online is online)
            if names:
                payload = frame("presence", room=feed.wire_id, **{field: names})
                feed.tell(Notice(kind, payload, tuple((name, frame(kind, user=name)) for name in names)))
                writes += self._writes_to(feed)
        return writes

    def _writes_to(self, feed: Feed) -> int:
        view = self._hub.room_views.get(feed.room_id)
        return len(feed.outboxes) + (len(view.outboxes) if view is not None else 0)

    async def _keep_telling(self) -> None:
        while True:
            self._publish_all()
            await asyncio.sleep(LIMITS.presence_lease_ms / 1000 / TELLS_A_LEASE)

    def _publish_all(self) -> None:
        self._hub.bus.publish(EVERYBODY, {"held": [list(pair) for pair in self._presence.held_here()]})


def _pairs(told: Any) -> set[Pair]:
    return {(room_id, username) for room_id, username in told}
