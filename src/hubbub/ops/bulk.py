"""A large workspace fast, for measuring: the rows that people's talk would have left behind, written directly.

The log, the rows that it folds to, receipts, heads and read positions agree as if every operation had been asked for;
`hubbub check` holds them against each other like any others.
"""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise

from django.db import transaction

from hubbub.events.log import new_stream
from hubbub.lib import clock
from hubbub.lib.text import name_key
from hubbub.messages.markup import Rendered
from hubbub.messages.rows import MESSAGES
from hubbub.messages.sending import rendered
from hubbub.ops import seed_words as words
from hubbub.ops.bulk_talk import Talk
from hubbub.ops.newcomers import Newcomer, make_users
from hubbub.ops.seeding import Seeded
from hubbub.people.models import Person
from hubbub.rooms.models import Kind, Membership, Role, Room

DAYS = 365
BATCH = 2_000
FEWEST_PEOPLE, MOST_PEOPLE = 20, 200
ROOMS_OF_THE_UNREADING = 200
FIRST_ROOM = 0.1  # of all messages: one room is far larger than the others

KINDS = (Kind.PUBLIC, Kind.PRIVATE, Kind.PUBLIC, Kind.ANNOUNCEMENT, Kind.PUBLIC)


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who there is: the owner of every room, somebody who never reads, a bot that only writes, and the others."""

    owner: Person
    unreading: Person
    bot: Person
    others: tuple[Person, ...]

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (self.owner, self.unreading, self.bot, *self.others)


def seed_bulk(seed: int, *, messages: int, rooms: int) -> Seeded:
    """That many messages in that many rooms, with edits, deletions, reactions, replies, mentions, read positions."""
    chance = random.Random(seed)  # noqa: S311  # a story, not a secret
    password = secrets.token_urlsafe(9)
    name = f"bulk-{secrets.token_hex(3)}"
    crowd = _crowd(name, password, max(FEWEST_PEOPLE, min(MOST_PEOPLE, rooms // 5)))
    render = _renderer(crowd.everybody)
    texts = [text for _, talk in words.TALKS for _, text in talk]
    for number, count in enumerate(_shares(chance, messages, rooms)):
        people = _people_of(chance, crowd, number)
        with transaction.atomic():
            room = _room(f"{name} {number + 1}", KINDS[number % len(KINDS)], crowd.owner)
            talk = _opened(chance, room, people, render=render, messages=count)
        for size in _batches(count):
            with transaction.atomic():
                talk.tell(MESSAGES.next_ids(size)(), texts)
        with transaction.atomic():
            _read(chance, crowd, room, talk.head)
    return Seeded(tuple(person.username for person in crowd.everybody), password, rooms, messages)


def _crowd(name: str, password: str, count: int) -> _Crowd:
    newcomers = [Newcomer(f"{name}.{number}", password, bot=number == 3) for number in range(1, count + 1)]
    owner, unreading, bot, *others = make_users(newcomers)
    return _Crowd(owner, unreading, bot, tuple(others))


def _renderer(everybody: Sequence[Person]) -> Callable[[str], Rendered]:
    """The same few texts are said again and again."""
    people = {person.username_key: (person.pk, person.username) for person in everybody}
    return cache(lambda text: rendered(text, people))


def _shares(chance: random.Random, messages: int, rooms: int) -> list[int]:
    """How many messages each room gets: a few are large, most are small, all together as many as asked."""
    weights = [chance.paretovariate(1.2) for _ in range(rooms)]
    weights[0] = sum(weights[1:]) * FIRST_ROOM / (1 - FIRST_ROOM) or 1.0
    total, told, ends = sum(weights), 0.0, [0]
    for weight in weights:
        told += weight
        ends.append(round(messages * told / total))
    return [after - before for before, after in pairwise(ends)]


def _people_of(chance: random.Random, crowd: _Crowd, number: int) -> list[Person]:
    """The owner belongs everywhere, who never reads to the first rooms, the bot to the largest."""
    count = min(len(crowd.others), 2 + int(chance.paretovariate(0.9) * 3))
    people = [crowd.owner, *chance.sample(crowd.others, k=count)]
    if number < ROOMS_OF_THE_UNREADING:
        people.append(crowd.unreading)
    if number == 0:
        people.append(crowd.bot)
    return people


def _room(name: str, kind: str, owner: Person) -> Room:
    return Room.objects.create(
        stream=new_stream(), kind=kind, name=name, name_key=name_key(name), created_by=owner
    )


def _opened(
    chance: random.Random,
    room: Room,
    people: Sequence[Person],
    *,
    render: Callable[[str], Rendered],
    messages: int,
) -> Talk:
    begins = clock.now() - timedelta(days=DAYS)
    talk = Talk(
        chance, room.pk, render=render, begins=begins, pause=timedelta(days=DAYS) / (messages + 1) * 0.9
    )
    speakers = people[:1] if room.kind == Kind.ANNOUNCEMENT else people
    talk.open(people, speakers=speakers)
    Membership.objects.bulk_create(
        Membership(room=room, person=person, role=Role.MEMBER if number else Role.MANAGER)
        for number, person in enumerate(people)
    )
    return talk


def _batches(count: int) -> Iterator[int]:
    for start in range(0, count, BATCH):
        yield min(BATCH, count - start)


def _read(chance: random.Random, crowd: _Crowd, room: Room, head: int) -> None:
    """Most have read all, some are behind, some have never looked; neither have the bot and one person."""
    rows = list(Membership.objects.filter(room=room).order_by("pk"))
    for row in rows:
        behind = 0 if chance.random() < 0.6 else int(chance.paretovariate(0.4))
        never = row.person_id in (crowd.unreading.pk, crowd.bot.pk)
        row.read_seq = 0 if never else max(0, head - behind)
    Membership.objects.bulk_update(rows, ["read_seq"])
