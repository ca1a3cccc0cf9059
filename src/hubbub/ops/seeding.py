"""A small lively workspace to look at, told through the domain's own actions.

The same seed tells the same story, counted back from now; only the password is made up anew.
"""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from hubbub.events.log import heads
from hubbub.lib import clock
from hubbub.messages.actions import operate
from hubbub.messages.operations import Delete, Edit, Operation, React, Send, Unreact
from hubbub.ops import seed_words as words
from hubbub.ops.newcomers import Newcomer, make_users
from hubbub.people.access import Actor, actor_of
from hubbub.rooms.actions import (
    ChangeMember,
    CreateRoom,
    MarkRead,
    OpenDirect,
    create_room,
    mark_read,
    open_direct,
    set_member,
)

DAYS = 6
MESSAGES = 320


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made; the password opens every account of it."""

    usernames: tuple[str, ...]
    password: str
    rooms: int
    messages: int


@dataclass(slots=True)
class _Room:
    pk: int
    people: tuple[str, ...]
    talks: list[tuple[tuple[int, str], ...]] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)  # message, author, text


def seed_story(seed: int) -> Seeded:
    """People, rooms of every kind and some days of talk, in one transaction."""
    password = secrets.token_urlsafe(9)
    with transaction.atomic():
        story = _Story(random.Random(seed), _actors(password))  # noqa: S311  # a story, not a secret
        story.tell()
    return Seeded(words.PEOPLE, password, len(story.rooms), story.told)


def _actors(password: str) -> dict[str, Actor]:
    newcomers = [
        Newcomer(name, password, admin=name in words.ADMINS, bot=name == words.BOT) for name in words.PEOPLE
    ]
    return {person.username: actor_of(person) for person in make_users(newcomers)}


class _Story:
    """Some days in the life of a workspace."""

    def __init__(self, chance: random.Random, actors: dict[str, Actor]) -> None:
        self.rooms: list[_Room] = []
        self.told = 0
        self._chance = chance
        self._actors = actors
        self._now = clock.now()
        self._clock = self._now - timedelta(days=DAYS, hours=1)

    def tell(self) -> None:
        """Make the rooms, then go through the days turn by turn."""
        self._make_rooms()
        talks = self._talks()
        pause = (self._now - self._clock) / (len(talks) + 1)
        for room, turns in talks:
            self._clock += pause * self._chance.uniform(0.7, 1.2)
            self._talk(room, turns)
        self._catch_up()

    def _make_rooms(self) -> None:
        for place in words.PLACES:
            self.rooms.append(self._named_room(place))
        for number, turns in words.TALKS:
            self.rooms[number].talks.append(turns)
        for people, turns in words.DIRECT_TALKS:
            with self._at_next_minute():
                room, _ = open_direct(OpenDirect(self._actors[people[0]], people[1:]))
            self.rooms.append(_Room(room.pk, people, [turns]))

    def _named_room(self, place: words.Place) -> _Room:
        owner = self._actors[place.owner]
        with self._at_next_minute():
            room = create_room(
                CreateRoom(owner, place.name, kind=place.kind, topic=place.topic, visitors=place.visitors)
            )
            for username in place.members:
                set_member(ChangeMember(owner, room.pk, username))
        return _Room(room.pk, (place.owner, *place.members))

    def _talks(self) -> list[tuple[_Room, tuple[tuple[int, str], ...]]]:
        """Talks of every room, some again with other people, until there are enough messages."""
        every = [(room, turns) for room in self.rooms for turns in room.talks]
        again = [(room, turns) for room, turns in every if len(room.people) > 2 and len(turns) > 1]
        chosen, count = list(every), sum(len(turns) for _, turns in every)
        while count < MESSAGES:
            room, turns = self._chance.choice(again)
            chosen.append((room, turns))
            count += len(turns)
        self._chance.shuffle(chosen)
        return chosen

    def _talk(self, room: _Room, turns: tuple[tuple[int, str], ...]) -> None:
        for number, text in turns:
            author = room.people[number % len(room.people)]
            message = self._say(room, author, self._filled(room, author, text))
            self._respond(room, author, message)

    def _respond(self, room: _Room, author: str, message: str) -> None:
        """What happens to some messages: hearts, replies, second thoughts, regrets."""
        roll = self._chance.random()
        if roll < 0.35:
            self._react(room, message)
        elif roll < 0.43 and self._may_answer(room):
            other = self._chance.choice([name for name in room.people if name != author])
            self._say(room, other, self._chance.choice(words.REPLIES), reply_to=message)
        elif roll < 0.49:
            text = room.said[-1][2] + self._chance.choice(words.AFTERTHOUGHTS)
            self._operate(room, author, Edit("", message, text))
        elif roll < 0.52:
            mistake = self._say(room, author, self._chance.choice(words.TAKEN_BACK))
            self._operate(room, author, Delete("", mistake))

    def _may_answer(self, room: _Room) -> bool:
        """Nobody answers announcements but their managers, and nobody writes on behalf of a bot."""
        return room is not self.rooms[3] and len(room.people) > 1

    def _react(self, room: _Room, message: str) -> None:
        emoji = self._chance.choice(words.EMOJI)
        fans = self._chance.sample(room.people, k=self._chance.randint(1, min(4, len(room.people))))
        for fan in fans:
            self._operate(room, fan, React("", message, emoji))
        if len(fans) == 4:
            self._operate(room, fans[0], Unreact("", message, emoji))

    def _say(self, room: _Room, author: str, text: str, *, reply_to: str | None = None) -> str:
        message = self._operate(room, author, Send("", text, reply_to))
        room.said.append((message, author, text))
        self.told += 1
        return message

    def _operate(self, room: _Room, author: str, operation: Operation) -> str:
        self._clock = min(self._clock + timedelta(seconds=self._chance.randint(4, 90)), self._now)
        with clock.moved_to(self._clock):
            return operate(self._actors[author], room.pk, operation).id

    @contextmanager
    def _at_next_minute(self) -> Iterator[None]:
        self._clock += timedelta(minutes=1)
        with clock.moved_to(self._clock):
            yield

    def _filled(self, room: _Room, author: str, text: str) -> str:
        others = [name for name in room.people if name != author]
        return text.replace("{name}", self._chance.choice(others)).replace(
            "{day}", self._chance.choice(words.DAYS)
        )

    def _catch_up(self) -> None:
        """Most have read most: the newest messages of some rooms are left unread."""
        positions = heads([room.pk for room in self.rooms])
        for room in self.rooms:
            for name in room.people:
                behind = self._chance.choice((0, 0, 0, 2, 5))
                mark_read(MarkRead(self._actors[name], room.pk, max(0, positions[room.pk] - behind)))
