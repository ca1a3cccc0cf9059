"""What changes rooms: the rows and the events of each action, and what it refuses."""

import pytest

from hubbub.events import journal
from hubbub.lib.refusals import BadField, BadName, Conflict, Forbidden, NotFound, Refused, TooMany
from hubbub.people.models import Person
from hubbub.rooms import actions
from hubbub.rooms.actions import ChangeRoom, MarkRead, RoomAndActor
from hubbub.rooms.models import Membership, Room
from tests import cast
from tests.catch_up import assert_events_catch_up, events_after

pytestmark = pytest.mark.django_db

_change = journal.each(actions.change_room)
_join = journal.each(actions.join)
_leave = journal.each(actions.leave)
_mark_read = journal.each(actions.mark_read)


def change(room: Room, by: str, **fields: object) -> Room:
    return journal.run(_change, ChangeRoom(cast.actor(by), room.pk, **fields))  # type: ignore[arg-type]


def join(room: Room, who: str) -> None:
    journal.run(_join, RoomAndActor(cast.actor(who), room.pk))


def leave(room: Room, who: str) -> None:
    journal.run(_leave, RoomAndActor(cast.actor(who), room.pk))


def read(room: Room, who: str, seq: int, *, unread: bool = False) -> int:
    return journal.run(_mark_read, MarkRead(cast.actor(who), room.pk, seq, unread))


def version(username: str) -> int:
    return Person.objects.get(username=username).version


def role(room: Room, username: str) -> str | None:
    return (
        Membership.objects.filter(room=room, person__username=username).values_list("role", flat=True).first()
    )


def test_a_room_begins_with_its_makers_join() -> None:
    room = cast.room("ben", "  Ателье ", "private")

    [event] = events_after(room.pk, 0)
    assert (event["seq"], event["type"], event["by"], event["user"], event["role"]) == (
        1, "join", "ben", "ben", "manager",
    )  # fmt: skip
    assert (room.name, role(room, "ben")) == ("Ателье", "manager")


def test_a_refused_room_leaves_nothing_behind() -> None:
    cast.room("ben", "Taken")

    for name, kind, refusal in [
        ("taken", "public", Conflict),
        ("a/b", "public", BadName),
        ("x", "odd", BadField),
    ]:
        with pytest.raises(refusal):
            cast.room("ben", name, kind)
    with pytest.raises(Forbidden):
        cast.room("ben", "Staff", "staff")
    assert Room.objects.count() == 1


def test_only_admins_make_rooms_where_the_site_says_so(settings: object) -> None:
    settings.HUBBUB = {"ROOM_CREATORS": "admins"}  # type: ignore[attr-defined]

    with pytest.raises(Forbidden):
        cast.room("ben")
    assert cast.room("ada").pk


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Studio"},
        {"topic": "light and shade"},
        {"kind": "announcement"},
        {"kind": "private"},
        {"visitors": True},
        {"archived": True},
        {"name": "Studio", "topic": "x", "visitors": True, "archived": True},
    ],
    ids=str,
)
def test_a_change_is_told_by_its_event(fields: dict[str, object]) -> None:
    room = cast.room("ben")

    [event] = assert_events_catch_up(room, lambda: change(room, "ben", **fields))

    assert (event["type"], event["by"]) == ("room", "ben")
    assert event | fields == event


def test_a_change_that_changes_nothing_is_silent() -> None:
    room = cast.room("ben")

    assert assert_events_catch_up(room, lambda: change(room, "ben", name="Atelier", archived=False)) == []


def test_a_member_and_a_stranger_change_nothing() -> None:
    room = cast.room("ben")
    cast.add(room, "ben", "cleo")

    for who in ("cleo", "dot"):
        with pytest.raises(Forbidden):
            change(room, who, name="Mine")
    assert [event["type"] for event in events_after(room.pk, 0)] == ["join", "join"]


def test_an_archived_room_can_be_opened_again_and_nothing_else() -> None:
    room = cast.room("ben")
    change(room, "ben", archived=True)

    with pytest.raises(Forbidden):
        change(room, "ben", topic="x")
    with pytest.raises(Forbidden):
        join(room, "cleo")
    [event] = assert_events_catch_up(room, lambda: change(room, "ben", archived=False))
    assert event["archived"] is False


def test_joining_and_leaving() -> None:
    room = cast.room("ben")

    [joined] = assert_events_catch_up(room, lambda: join(room, "cleo"))
    assert assert_events_catch_up(room, lambda: join(room, "cleo")) == []
    [left] = assert_events_catch_up(room, lambda: leave(room, "cleo"))
    assert assert_events_catch_up(room, lambda: leave(room, "cleo")) == []

    assert (joined["type"], joined["user"], joined["role"]) == ("join", "cleo", "member")
    assert (left["type"], left["user"], left["by"]) == ("leave", "cleo", "cleo")


def test_whoever_joins_begins_with_nothing_unread() -> None:
    room = cast.room("ben")
    cast.say(room, "ben", "long ago")

    join(room, "cleo")

    assert Membership.objects.get(room=room, person__username="cleo").read_seq == 2


@pytest.mark.parametrize("kind", ["private", "staff"])
def test_a_hidden_room_is_not_joined(kind: str) -> None:
    room = cast.room("ada", kind=kind)

    with pytest.raises(NotFound):
        join(room, "cleo")
    assert role(room, "cleo") is None


def test_managers_add_promote_and_remove() -> None:
    room = cast.room("ben", kind="private")

    [added] = assert_events_catch_up(room, lambda: cast.add(room, "ben", "cleo"))
    assert assert_events_catch_up(room, lambda: cast.add(room, "ben", "cleo")) == []
    [promoted] = assert_events_catch_up(room, lambda: cast.add(room, "ben", "cleo", "manager"))
    assert assert_events_catch_up(room, lambda: cast.add(room, "ben", "cleo")) == []
    assert role(room, "cleo") == "manager"
    [removed] = assert_events_catch_up(room, lambda: cast.remove(room, "cleo", "ben"))
    assert assert_events_catch_up(room, lambda: cast.remove(room, "cleo", "ben")) == []

    assert (added["user"], added["role"], promoted["role"]) == ("cleo", "member", "manager")
    assert (removed["type"], removed["user"], removed["by"]) == ("leave", "ben", "cleo")


def test_a_promotion_keeps_the_read_position() -> None:
    room = cast.room("ben")
    cast.add(room, "ben", "cleo")
    for number in range(3):
        cast.say(room, "ben", f"{number}")
    read(room, "cleo", 3)

    cast.add(room, "ben", "cleo", "manager")

    assert Membership.objects.get(room=room, person__username="cleo").read_seq == 3


def test_nobody_but_managers_changes_members() -> None:
    room = cast.room("ben")
    cast.add(room, "ben", "cleo")

    with pytest.raises(Forbidden):
        cast.add(room, "cleo", "dot")
    with pytest.raises(Forbidden):
        cast.remove(room, "cleo", "ben")
    with pytest.raises(NotFound):
        journal.run(
            journal.each(actions.set_member), actions.ChangeMember(cast.actor("ben"), room.pk, "nobody")
        )
    assert role(room, "dot") is None


def test_a_direct_room_is_one_for_its_people() -> None:
    room = cast.direct_room("ben", "cleo")

    assert cast.direct_room("cleo", "ben").pk == room.pk
    assert cast.direct_room("ben", "cleo", "ben").pk == room.pk
    assert cast.direct_room("ben", "cleo", "dot").pk != room.pk
    assert sorted(event["user"] for event in events_after(room.pk, 0)) == ["ben", "cleo"]
    for attempt in (
        lambda: leave(room, "ben"),
        lambda: change(room, "ben", name="Us"),
        lambda: cast.add(room, "ben", "ada"),
        lambda: cast.remove(room, "ben", "cleo"),
    ):
        with pytest.raises(Refused):
            attempt()
    with pytest.raises(TooMany):
        cast.direct_room("ben", *(f"person{number}" for number in range(20)))


def test_own_notes_are_a_room_of_one() -> None:
    notes = cast.direct_room("ben")

    assert notes.pk == cast.direct_room("ben", "ben").pk
    assert [event["user"] for event in events_after(notes.pk, 0)] == ["ben"]


def test_the_read_position_moves_forwards_and_on_demand_backwards() -> None:
    room = cast.room("ben")
    cast.say(room, "ben", "one")

    assert read(room, "ben", 1) == 1
    assert read(room, "ben", 99) == 2
    assert read(room, "ben", 1) == 2
    assert read(room, "ben", 1, unread=True) == 1
    with pytest.raises(Forbidden):
        read(room, "cleo", 1)


def test_people_whose_rooms_or_positions_change_get_another_version() -> None:
    room = cast.room("ben")
    cast.actor("cleo")

    for act in (
        lambda: cast.add(room, "ben", "cleo"),
        lambda: read(room, "cleo", 2),
        lambda: change(room, "ben", topic="x"),
        lambda: cast.remove(room, "ben", "cleo"),
    ):
        before = version("cleo")
        act()
        assert version("cleo") > before
    before = version("cleo")
    change(room, "ben", topic="y")
    assert version("cleo") == before
