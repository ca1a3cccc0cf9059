"""The comparison that needs no hint: this process's rooms with the log's heads, its people with the store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from django.db import DatabaseError

from hubbub.events import log
from hubbub.lib import clock
from hubbub.lib.refusals import Refused
from hubbub.people.access import Actor, Caller
from hubbub.realtime import person_view
from hubbub.realtime.bridge import read

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub

logger = logging.getLogger(__name__)

ROOMS_SECONDS = 2.0  # the promise is 5
ROOMS_WITHOUT_BUS_SECONDS = 0.5
PEOPLE_SECONDS = 2.0
TICK_SECONDS = 0.25
CHUNK = 5_000
PEOPLE_CHUNK = 500  # a reading of more would hold up the loop's own thread
BEAT_SLOTS = 20  # heartbeats are spread over this many seconds
BEATS_IN_A_GO = 100
UNREAD = -1  # no version of a person: whatever the store says is news


class Watch:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._new_rooms: set[int] = set()
        self._comparing_new = False
        self._known: dict[Caller, Actor | Refused] = {}
        self._versions: dict[int, int] = {}
        self._failing = False

    async def run(self) -> None:
        rooms_at = people_at = beat_at = clock.ticks()
        beat = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = clock.ticks()
            if now >= rooms_at:
                await self._guarded(self._compare_rooms)
                rooms_at = now + (ROOMS_SECONDS if self._hub.bus.healthy else ROOMS_WITHOUT_BUS_SECONDS)
            if now >= people_at:
                await self._guarded(self._compare_people)
                people_at = now + PEOPLE_SECONDS
            if now >= beat_at:
                beat_at = now + 1.0
                beat = (beat + 1) % BEAT_SLOTS
                await self._heartbeats(beat)
                self._hub.crowd.lapse(now)

    def compare_soon(self, room_ids: Iterable[int]) -> None:
        """Rooms are followed from a head read a moment ago: see what came meanwhile."""
        self._new_rooms.update(room_ids)
        if not self._comparing_new:
            self._comparing_new = True
            self._hub.spawn(self._compare_new())

    def look_again(self, person_id: int) -> None:
        """A person changed and the store could not say how: the next comparison finds them changed still."""
        self._versions[person_id] = UNREAD

    async def _compare_new(self) -> None:
        await asyncio.sleep(0)
        self._comparing_new = False
        rooms, self._new_rooms = self._new_rooms, set()
        await self._read_up(list(rooms))

    async def _compare_rooms(self) -> None:
        await self._read_up(list(self._hub.feeds))

    async def _read_up(self, room_ids: list[int]) -> None:
        for start in range(0, len(room_ids), CHUNK):
            heads = await read(log.heads, room_ids[start : start + CHUNK])
            for room_id, head in heads.items():
                feed = self._hub.feeds.get(room_id)
                if feed is not None and feed.position < head:
                    feed.read_up()

    async def _compare_people(self) -> None:
        callers = {socket.caller for sockets in self._hub.people.values() for socket in sockets}
        listed = list(callers)
        self._known = {caller: known for caller, known in self._known.items() if caller in callers}
        for start in range(0, len(listed), PEOPLE_CHUNK):
            changed = await self._changed(listed[start : start + PEOPLE_CHUNK])
            self._hub.refresh(changed)

    async def _changed(self, callers: list[Caller]) -> set[int]:
        """People whose rooms or read positions moved, or who may not act any more or otherwise than before."""
        confirmed, versions = await read(person_view.standing_of, callers)
        changed = {pk for pk, version in versions.items() if self._versions.get(pk, version) != version}
        for caller, now in confirmed.items():
            before = self._known.get(caller, now)
            if isinstance(now, Refused) or now != before:
                changed.add(caller.person_id)
        self._known.update(confirmed)
        self._versions.update(versions)
        return changed

    async def _heartbeats(self, beat: int) -> None:
        """A part of all sockets each second, and never so many in one go that others wait for it."""
        sockets = [
            socket
            for person_id, of_person in self._hub.people.items()
            if person_id % BEAT_SLOTS == beat
            for socket in of_person
        ]
        for number, socket in enumerate(sockets):
            socket.heartbeat()
            if number % BEATS_IN_A_GO == BEATS_IN_A_GO - 1:
                await asyncio.sleep(0)

    async def _guarded(self, compare: Callable[[], Awaitable[None]]) -> None:
        try:
            await compare()
            self._failing = False
        except DatabaseError as error:
            if not self._failing:
                logger.warning(
                    "The store cannot be compared with (%s); it is tried again", type(error).__name__
                )
            self._failing = True
