"""What is read again and again takes a fixed number of queries, each by an index, however much there is."""

from collections.abc import Callable

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub.events import log
from hubbub.messages import queries
from hubbub.messages.news import news
from hubbub.messages.wire import Known
from hubbub.ops.bulk import seed_bulk
from hubbub.people.access import Actor, actor_of
from hubbub.people.models import Person
from hubbub.rooms import queries as rooms
from hubbub.rooms.models import Membership, Room

pytestmark = pytest.mark.django_db

Read = Callable[[Actor, int], object]


def room_list(actor: Actor, room_id: int) -> object:
    return queries.room_list(actor)


def two_room_lists(actor: Actor, room_id: int) -> object:
    return queries.room_lists([actor, msgspec.structs.replace(actor, person_id=actor.person_id + 1)])


def room_state(actor: Actor, room_id: int) -> object:
    return queries.room_state(actor, room_id)


def newest_page(actor: Actor, room_id: int) -> object:
    return queries.messages_page(actor, room_id)


def page_before(actor: Actor, room_id: int) -> object:
    return queries.messages_page(actor, room_id, before=40)


def page_after(actor: Actor, room_id: int) -> object:
    return queries.messages_page(actor, room_id, after=20)


def page_around(actor: Actor, room_id: int) -> object:
    return queries.messages_page(actor, room_id, around=30)


def last_times(actor: Actor, room_id: int) -> object:
    return queries.last_said_at(range(room_id, room_id + 10))


def log_page(actor: Actor, room_id: int) -> object:
    return queries.events_page(actor, room_id, after=10, limit=500)


def members(actor: Actor, room_id: int) -> object:
    return rooms.members(actor, room_id)


def an_hour_away(actor: Actor, room_id: int) -> object:
    held = Membership.objects.filter(person=actor.person_id).values_list("room_id", flat=True)
    return news(actor, Known(log.epoch(), {Room.wire_id_of(pk): 9 for pk in held}))


READS: dict[Read, int] = {
    room_list: 3,
    two_room_lists: 3,
    room_state: 3,
    newest_page: 8,
    page_before: 8,
    page_after: 8,
    page_around: 9,
    last_times: 1,
    log_page: 6,
    members: 3,
    an_hour_away: 7,
}


def queries_of(read: Read, actor: Actor, room_id: int) -> list[str]:
    with CaptureQueriesContext(connection) as made:
        read(actor, room_id)
    asked = (query["sql"].strip() for query in made)
    return [sql for sql in asked if sql.startswith(("SELECT", "WITH"))]


@pytest.fixture
def owner() -> Actor:
    made = seed_bulk(1, messages=400, rooms=4)
    return actor_of(Person.objects.select_related("user").get(username=made.usernames[0]))


def largest_room() -> int:
    return min(Room.objects.values_list("pk", flat=True))


def belong_to_more(owner: Actor) -> None:
    seed_bulk(2, messages=200, rooms=20)
    Membership.objects.filter(person=owner.person_id).delete()
    Membership.objects.bulk_create(
        Membership(room_id=pk, person_id=owner.person_id, read_seq=1)
        for pk in Room.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("read", READS, ids=lambda read: str(read.__name__))
def test_many_rooms_take_as_many_queries_as_few(owner: Actor, read: Read) -> None:
    few = len(queries_of(read, owner, largest_room()))
    belong_to_more(owner)

    many = len(queries_of(read, owner, largest_room()))

    assert many == few <= READS[read]


@pytest.mark.parametrize("read", READS, ids=lambda read: str(read.__name__))
def test_every_query_is_served_by_an_index(owner: Actor, read: Read) -> None:
    asked = queries_of(read, owner, largest_room())

    assert asked
    for sql in asked:
        for step in plan_of(sql):
            assert not is_slow(step), f"{step}\n{sql}"


def plan_of(sql: str) -> list[str]:
    """What the store would do; PostgreSQL reads a small table whole unless that is made dear to it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return [str(row[3]) for row in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        return [str(row[0]) for row in cursor.fetchall()]


def is_slow(step: str) -> bool:
    """A table or an index read from end to end, or rows that are sorted."""
    if connection.vendor == "sqlite":
        return (step.startswith("SCAN") and "json_each" not in step) or "TEMP B-TREE" in step
    return "Seq Scan" in step or "Sort" in step


def test_unread_counts_read_nothing_but_ones_own_and_what_was_taken_back(owner: Actor) -> None:
    [counts, *_] = queries_of(room_list, owner, largest_room())

    plan = "\n".join(plan_of(counts))

    assert "hubbub_message_own" in plan
    assert "hubbub_message_deleted" in plan


def test_a_query_without_an_index_is_told_from_others() -> None:
    by_text = 'SELECT "id" FROM "hubbub_message" WHERE "body" = \'hi\''
    by_author = 'SELECT "id" FROM "hubbub_message" WHERE "author_id" = 1 ORDER BY "body"'

    assert any(is_slow(step) for step in plan_of(by_text))
    assert any(is_slow(step) for step in plan_of(by_author))


def test_many_people_are_told_what_each_is_told_alone(owner: Actor) -> None:
    people = [actor_of(person) for person in Person.objects.select_related("user")[:6]]

    together = queries.room_lists(people)

    assert together == {actor.person_id: queries.room_list(actor) for actor in people}
    assert any(state.kind == "private" for states in together.values() for state in states)
