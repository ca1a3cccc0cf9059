"""Those who wait for news without a socket: woken by what the hub hears, and by a comparison that needs no hint.

A waiting request holds no thread. What wakes it is never told to it: it looks at the store again, with the access
rules of that moment.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from django.db import DatabaseError

from hubbub.events import log
from hubbub.lib import clock
from hubbub.lib.drain import drain
from hubbub.lib.refusals import Busy, RateLimited
from hubbub.lib.snapshot import reading_snapshot
from hubbub.messages.news import news
from hubbub.messages.wire import DrainFrame, Known, News
from hubbub.people import queries as people
from hubbub.people.access import Actor, Caller, confirm, confirm_one
from hubbub.realtime.bridge import read
from hubbub.rooms.models import Room

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub

logger = logging.getLogger(__name__)

COMPARE_SECONDS = 1.0
CHUNK = 5_000
OF_ONE_PERSON = 8
OF_ALL = 5_000


@dataclass(eq=False, slots=True)
class Poll:
    """One waiting request. `actor` and `version` are of the moment of its last look at the store."""

    caller: Caller
    positions: dict[int, int]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    actor: Actor | None = None
    version: int = 0


class Polls:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._of_person: dict[int, set[Poll]] = {}
        self._of_room: dict[int, set[Poll]] = {}
        self._count = 0
        self._comparing = False
        self._failing = False

    async def news(self, caller: Caller, known: Known) -> News:
        """What is new, as soon as there is something, or nothing after `wait_ms`. Raises Refused."""
        ends_at = clock.ticks() + known.wait_ms / 1000
        with self._waiting(Poll(caller, _positions(known))) as poll:
            while True:
                poll.wake.clear()
                found, poll.actor, poll.version = await read(_look, caller, known)
                seconds_left = ends_at - clock.ticks()
                if drain.started:
                    return msgspec.structs.replace(found, frames=[*found.frames, DrainFrame(drain.within_ms)])
                if found.frames or seconds_left <= 0:
                    return found
                with suppress(TimeoutError):
                    await asyncio.wait_for(poll.wake.wait(), seconds_left)

    def heard(self, room_id: int) -> None:
        """Something happened in a room."""
        for poll in self._of_room.get(room_id, ()):
            poll.wake.set()

    def touched(self, person_id: int) -> None:
        """Something of a person changed."""
        for poll in self._of_person.get(person_id, ()):
            poll.wake.set()

    def drain(self) -> None:
        """This process is going."""
        for person_id in self._of_person:
            self.touched(person_id)

    @contextmanager
    def _waiting(self, poll: Poll) -> Iterator[Poll]:
        own = self._of_person.get(poll.caller.person_id, ())
        if len(own) >= OF_ONE_PERSON:
            raise RateLimited("You wait for news in too many places at once.", retry_after_ms=5_000)
        if self._count >= OF_ALL:
            raise Busy("Too many wait for news at once.", retry_after_ms=5_000)
        self._enter(poll)
        try:
            yield poll
        finally:
            self._leave(poll)

    def _enter(self, poll: Poll) -> None:
        self._count += 1
        self._of_person.setdefault(poll.caller.person_id, set()).add(poll)
        for room_id in poll.positions:
            self._of_room.setdefault(room_id, set()).add(poll)
        if not self._comparing:
            self._comparing = True
            self._hub.spawn(self._compare())

    def _leave(self, poll: Poll) -> None:
        self._count -= 1
        _discard(self._of_person, poll.caller.person_id, poll)
        for room_id in poll.positions:
            _discard(self._of_room, room_id, poll)

    async def _compare(self) -> None:
        """For as long as anybody waits."""
        while self._count:
            await asyncio.sleep(COMPARE_SECONDS)
            try:
                await self._compare_once()
                self._failing = False
            except DatabaseError as error:
                if not self._failing:
                    logger.warning("Nobody can be told news (%s); it is tried again", type(error).__name__)
                self._failing = True
        self._comparing = False

    async def _compare_once(self) -> None:
        waiting = [poll for polls in self._of_person.values() for poll in polls if poll.actor is not None]
        for start in range(0, len(waiting), CHUNK):
            await self._compare_people(waiting[start : start + CHUNK])
        rooms = list(self._of_room)
        for start in range(0, len(rooms), CHUNK):
            heads = await read(log.heads, rooms[start : start + CHUNK])
            for room_id, head in heads.items():
                self._compare_room(room_id, head)

    async def _compare_people(self, polls: Sequence[Poll]) -> None:
        """Whoever may not act any more or otherwise than before, and whose rooms or read positions moved."""
        confirmed = await read(confirm, {poll.caller for poll in polls})
        versions = await read(people.versions, {poll.caller.person_id for poll in polls})
        for poll in polls:
            version = versions.get(poll.caller.person_id, poll.version)
            if confirmed[poll.caller] != poll.actor or version != poll.version:
                poll.wake.set()

    def _compare_room(self, room_id: int, head: int) -> None:
        for poll in self._of_room.get(room_id, ()):
            if poll.positions[room_id] < head:
                poll.wake.set()


def _look(caller: Caller, known: Known) -> tuple[News, Actor, int]:
    """All as of one moment, so that whatever comes after it is a difference to it."""
    with reading_snapshot():
        actor = confirm_one(caller)
        version = people.versions([caller.person_id]).get(caller.person_id, 0)
        return news(actor, known), actor, version


def _positions(known: Known) -> dict[int, int]:
    named = ((Room.pk_of(name), seq) for name, seq in [*known.subs.items(), *known.rooms.items()])
    return {pk: seq for pk, seq in named if pk is not None}


def _discard(index: dict[int, set[Poll]], key: int, poll: Poll) -> None:
    polls = index.get(key)
    if polls is not None:
        polls.discard(poll)
        if not polls:
            del index[key]
