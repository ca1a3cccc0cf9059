"""Who is online where: what this process holds, and what the others told lately. Pure; time is passed in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

Pair = tuple[int, str]  # room, username


@dataclass(slots=True)
class Lease:
    """What another process told of itself; it lapses unless told again."""

    until: float
    held: set[Pair] = field(default_factory=set)


def _dict_of_counts() -> "defaultdict[str, dict[int, int]]":
    return defaultdict(dict)


def _counts_of_rooms() -> "defaultdict[int, dict[str, int]]":
    return defaultdict(dict)


@dataclass(slots=True)
class Presence:
    """Each change gives the pairs that came or went for everybody, not just for one process."""

    _here: "defaultdict[str, dict[int, int]]" = field(default_factory=_dict_of_counts)
    _elsewhere: dict[str, Lease] = field(default_factory=dict)
    _rooms: "defaultdict[int, dict[str, int]]" = field(default_factory=_counts_of_rooms)

    def online(self, room_id: int) -> frozenset[str]:
        """The usernames online in a room. May be called from any thread."""
        people = self._rooms.get(room_id)
        return frozenset(people.copy()) if people else frozenset()

    def held_here(self) -> set[Pair]:
        return {(room_id, username) for username, rooms in self._here.items() for room_id in rooms}

    def holds(self, pair: Pair) -> bool:
        """Whether a connection of the person to the room is here."""
        room_id, username = pair
        return username in self._here and room_id in self._here[username]

    def connect(self, pair: Pair) -> bool:
        """One more connection here; true if the person came online in the room with it."""
        room_id, username = pair
        rooms = self._here[username]
        count = rooms.get(room_id, 0)
        rooms[room_id] = count + 1
        return count == 0 and self._appear(pair)

    def disconnect(self, pair: Pair) -> bool:
        """One connection less here; true if the person went offline in the room with it."""
        room_id, username = pair
        if not self.holds(pair):
            return False
        rooms = self._here[username]
        rooms[room_id] -= 1
        if rooms[room_id]:
            return False
        del rooms[room_id]
        if not rooms:
            del self._here[username]
        return self._vanish(pair)

    def told(self, process: str, held: Iterable[Pair], *, until: float) -> tuple[set[Pair], set[Pair]]:
        """Another process told all that it holds; gives who came and who went."""
        lease = self._elsewhere.setdefault(process, Lease(until))
        lease.until = until
        now_held = set(held)
        came = {pair for pair in now_held - lease.held if self._appear(pair)}
        went = {pair for pair in lease.held - now_held if self._vanish(pair)}
        lease.held = now_held
        return came, went

    def told_change(
        self, process: str, joined: Iterable[Pair], left: Iterable[Pair]
    ) -> tuple[set[Pair], set[Pair]]:
        """Another process told a change; unknown processes are ignored until they tell all."""
        lease = self._elsewhere.get(process)
        if lease is None:
            return set(), set()
        left = set(left)
        came = {pair for pair in set(joined) - lease.held - left if self._appear(pair)}
        went = {pair for pair in left & lease.held if self._vanish(pair)}
        lease.held |= set(joined)
        lease.held -= left
        return came, went

    def lapse(self, now: float) -> set[Pair]:
        """Drop what was not told again; gives who went."""
        went: set[Pair] = set()
        for process in [process for process, lease in self._elsewhere.items() if lease.until <= now]:
            went |= self.told(process, (), until=now)[1]
            del self._elsewhere[process]
        return went

    def _appear(self, pair: Pair) -> bool:
        room_id, username = pair
        people = self._rooms[room_id]
        count = people.get(username, 0)
        people[username] = count + 1
        return count == 0

    def _vanish(self, pair: Pair) -> bool:
        room_id, username = pair
        people = self._rooms[room_id]
        people[username] -= 1
        if people[username]:
            return False
        del people[username]
        if not people:
            del self._rooms[room_id]
        return True
