"""Who is online, told: to the sockets that follow a room, and between processes as leases that lapse by themselves."""

import asyncio
from typing import TYPE_CHECKING, Any

from hubbub.lib import clock
from hubbub.limits import LIMITS
from hubbub.realtime.bus import EVERYBODY
from hubbub.realtime.feed import Notice
from hubbub.realtime.frames import frame
from hubbub.realtime.presence import Pair, Presence

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub

TELL_SECONDS = 0.1  # changes of this long are told together
GRACE_SECONDS = 1.0  # a page that reloads does not leave
TELLS_A_LEASE = 3


class Crowd:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._presence = Presence()
        self._changed: dict[int, dict[str, bool]] = {}
        self._joined_here: set[Pair] = set()
        self._left_here: set[Pair] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        if self._hub.bus.reaches_others:
            self._hub.spawn(self._keep_telling())

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

    def disconnect(self, room_id: int, username: str) -> None:
        """One connection less; the person leaves with the last one, unless they are back in a moment."""
        self._hub.loop.call_later(GRACE_SECONDS, self._disconnect, room_id, username)

    def flush(self) -> None:
        """Tell what changed lately."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        changed, self._changed = self._changed, {}
        for room_id, people in changed.items():
            self._tell_room(room_id, people)
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

    def _disconnect(self, room_id: int, username: str) -> None:
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
        if self._timer is None:
            self._timer = self._hub.loop.call_later(TELL_SECONDS, self.flush)

    def _tell_room(self, room_id: int, people: dict[str, bool]) -> None:
        feed = self._hub.feeds.get(room_id)
        if feed is None:
            return
        for online, field, kind in ((True, "joined", "user_join"), (False, "left", "user_leave")):
            names = sorted(name for name, is_online in people.items() if is_online is online)
            if names:
                payload = frame("presence", room=feed.wire_id, **{field: names})
                feed.tell(Notice(kind, payload, tuple((name, frame(kind, user=name)) for name in names)))

    async def _keep_telling(self) -> None:
        self._hub.bus.publish(EVERYBODY, {"ask": True})
        while True:
            self._publish_all()
            await asyncio.sleep(LIMITS.presence_lease_ms / 1000 / TELLS_A_LEASE)

    def _publish_all(self) -> None:
        self._hub.bus.publish(EVERYBODY, {"held": [list(pair) for pair in self._presence.held_here()]})


def _pairs(told: Any) -> set[Pair]:
    return {(room_id, username) for room_id, username in told}
