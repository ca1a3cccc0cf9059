"""Rooms over HTTP: making, changing, joining, members, direct rooms, read positions."""

from urllib.parse import quote

import pytest

from tests import cast
from tests.api.asking import content, done, of, refused, signed_in, visitor

pytestmark = pytest.mark.django_db

FIELDS = {
    "id",
    "name",
    "kind",
    "topic",
    "visitors",
    "archived",
    "head",
    "member",
    "role",
    "unread",
    "mentions",
    "read",
}


def made(by: str, name: str = "Atelier", kind: str = "public", **fields: object) -> str:
    room: str = done(of(by).post("rooms", {"name": name, "kind": kind, **fields}), 201)["id"]
    return room


def log_of(room: str, by: str = "ada") -> list[dict[str, object]]:
    events: list[dict[str, object]] = done(of(by).get(f"rooms/{room}/events"))["events"]
    return events


def test_a_new_room_has_its_maker_as_manager_and_first_event() -> None:
    room = done(of("ben").post("rooms", {"name": " Ателье 🎨 ", "kind": "private", "topic": "paint"}), 201)

    assert set(room) == FIELDS
    assert room | {"id": "r"} == {
        "id": "r", "name": "Ателье 🎨", "kind": "private", "topic": "paint", "visitors": False, "archived": False,
        "head": 1, "member": True, "role": "manager", "unread": 0, "mentions": 0, "read": 0,
    }  # fmt: skip
    [event] = log_of(room["id"], "ben")
    assert (event["seq"], event["type"], event["by"], event["user"], event["role"]) == (
        1, "join", "ben", "ben", "manager",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "public"}, "bad_field"),
        ({"name": "x"}, "bad_field"),
        ({"name": "x", "kind": "secret"}, "bad_field"),
        ({"name": "x", "kind": "direct"}, "bad_field"),
        ({"name": 5, "kind": "public"}, "bad_field"),
        ({"name": "x", "kind": "public", "visitors": "yes"}, "bad_field"),
        ({"name": "x", "kind": "public", "topic": None}, "bad_field"),
        ({"name": "a/b", "kind": "public"}, "bad_name"),
        ({"name": "  ", "kind": "public"}, "bad_name"),
        ({"name": "", "kind": "public"}, "bad_name"),
        ({"name": "..", "kind": "public"}, "bad_name"),
        ({"name": "x" * 81, "kind": "public"}, "bad_name"),
        ({"name": "x\0", "kind": "public"}, "bad_text"),
        ({"name": "x", "kind": "public", "topic": "x" * 251}, "too_large"),
        ({"name": "x", "kind": "staff"}, "forbidden"),
    ],
)
def test_a_room_that_cannot_be_is_refused(body: object, code: str) -> None:
    cast.actor("ben")

    refused(of("ben").post("rooms", body), code)


@pytest.mark.parametrize("same", ["Café", "café", "CAFÉ", " cafe\u0301 "])
@pytest.mark.parametrize("kind", ["public", "private", "staff"])
def test_a_taken_name_is_a_conflict_even_if_its_room_is_hidden(same: str, kind: str) -> None:
    made("ada", "Café", kind)

    refused(of("ben").post("rooms", {"name": same, "kind": "public"}), "conflict")


def test_a_room_is_changed_by_its_managers_only() -> None:
    room = made("ben")
    cast.add(cast.room_of(room), "ben", "cleo")

    changed = done(of("ben").patch(f"rooms/{room}", {"name": "Studio", "topic": "light", "visitors": True}))
    told = refused(of("cleo").patch(f"rooms/{room}", {"name": "Mine"}), "forbidden")

    assert (changed["name"], changed["topic"], changed["visitors"]) == ("Studio", "light", True)
    assert "manager" in told["detail"]
    last = log_of(room)[-1]
    assert {key: last[key] for key in ("type", "by", "name", "topic", "kind", "visitors", "archived")} == {
        "type": "room", "by": "ben", "name": "Studio", "topic": "light", "kind": "public", "visitors": True,
        "archived": False,
    }  # fmt: skip


def test_a_change_that_changes_nothing_makes_no_event() -> None:
    room = made("ada", topic="paint")

    done(of("ada").patch(f"rooms/{room}", {}))
    done(of("ada").patch(f"rooms/{room}", {"topic": "paint", "name": "Atelier", "archived": False}))

    assert len(log_of(room)) == 1


def test_a_room_cannot_take_another_rooms_name() -> None:
    made("ben", "Taken", "private")
    room = made("cleo")

    refused(of("cleo").patch(f"rooms/{room}", {"name": "taken"}), "conflict")
    done(of("cleo").patch(f"rooms/{room}", {"name": "ATELIER"}))


def test_an_admin_does_not_hide_a_room_from_themselves() -> None:
    room = made("ben")

    refused(of("ada").patch(f"rooms/{room}", {"kind": "private"}), "forbidden")
    assert done(of("ben").get(f"rooms/{room}"))["kind"] == "public"


def test_an_archived_room_is_read_and_not_changed() -> None:
    room = made("ben")
    said = of("ben").say(room, "before")

    assert done(of("ben").patch(f"rooms/{room}", {"archived": True}))["archived"]

    cast.actor("cleo")
    refused(of("ben").operate(room, "send", body="after"), "forbidden")
    refused(of("ben").operate(room, "react", target=said["id"], emoji="👍"), "forbidden")
    refused(of("ben").operate(room, "edit", target=said["id"], body="x"), "forbidden")
    refused(of("ben").operate(room, "delete", target=said["id"]), "forbidden")
    refused(of("cleo").post(f"rooms/{room}/join"), "forbidden")
    refused(of("ben").post(f"rooms/{room}/members", {"username": "cleo"}), "forbidden")
    refused(of("ben").patch(f"rooms/{room}", {"topic": "x"}), "forbidden")
    assert done(of("cleo").get(f"rooms/{room}/messages"))["messages"][0]["body"] == "before"
    assert not done(of("ben").patch(f"rooms/{room}", {"archived": False}))["archived"]
    of("ben").say(room, "again")


def test_joining_and_leaving_twice_makes_one_event_each() -> None:
    room = made("ada")
    cast.actor("cleo")
    cleo = of("cleo")

    assert done(cleo.post(f"rooms/{room}/join"))["member"]
    assert done(cleo.post(f"rooms/{room}/join"))["role"] == "member"
    done(cleo.post(f"rooms/{room}/leave"))
    done(cleo.post(f"rooms/{room}/leave"))

    assert [(event["type"], event["user"]) for event in log_of(room)] == [
        ("join", "ada"), ("join", "cleo"), ("leave", "cleo"),
    ]  # fmt: skip
    assert not done(cleo.get(f"rooms/{room}"))["member"]


def test_speaking_in_a_public_room_joins_it() -> None:
    room = made("ada")
    cast.actor("cleo")

    answer = of("cleo").say(room, "hello")

    assert answer["seq"] == 3
    assert [event["type"] for event in log_of(room)] == ["join", "join", "message"]
    assert done(of("cleo").get(f"rooms/{room}"))["member"]


def test_managers_add_people_and_change_their_roles() -> None:
    room = made("ben", kind="private")
    cast.actor("cleo")
    ben = of("ben")

    for body in [{"username": "cleo"}, {"username": "cleo"}, {"username": "CLEO"}]:
        done(ben.post(f"rooms/{room}/members", body))
    done(ben.post(f"rooms/{room}/members", {"username": "cleo", "role": "manager"}))
    done(ben.post(f"rooms/{room}/members", {"username": "cleo"}))

    assert [(event["user"], event["role"]) for event in log_of(room, "ben")] == [
        ("ben", "manager"), ("cleo", "member"), ("cleo", "manager"),
    ]  # fmt: skip
    assert done(of("cleo").get(f"rooms/{room}/members")) == {
        "members": [
            {"username": "ben", "role": "manager", "online": False},
            {"username": "cleo", "role": "manager", "online": False},
        ]
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"username": "nobody"}, "not_found"),
        ({"username": ""}, "bad_field"),
        ({"username": "x" * 151}, "bad_field"),
        ({"username": "ben", "role": "owner"}, "bad_field"),
        ({"username": "ben", "role": None}, "bad_field"),
        ({"role": "member"}, "bad_field"),
    ],
)
def test_a_member_that_cannot_be_is_refused(body: object, code: str) -> None:
    room = made("ada")
    cast.actor("ben")

    refused(of("ada").post(f"rooms/{room}/members", body), code)


@pytest.mark.parametrize("username", ["cleo", "ann.o@example.org", "a+b_c-d", "Жанна", "日本"])
def test_managers_remove_people_of_any_name(username: str) -> None:
    room = made("ben", kind="private")
    cast.actor(username)
    done(of("ben").post(f"rooms/{room}/members", {"username": username}))
    done(of(username).get(f"rooms/{room}"))

    for _ in range(2):
        done(of("ben").delete(f"rooms/{room}/members/{quote(username, safe='')}"))

    refused(of(username).get(f"rooms/{room}"), "not_found")
    assert [event["type"] for event in log_of(room, "ben")] == ["join", "join", "leave"]


@pytest.mark.parametrize("username", ["nobody", "%00", "x" * 2000, "%F0%9F%90%8E", "..%2F"])
def test_removing_somebody_unknown_is_not_found(username: str) -> None:
    room = made("ada")

    refused(of("ada").delete(f"rooms/{room}/members/{username}"), "not_found")


def test_members_who_do_not_manage_change_nobody() -> None:
    room = made("ada")
    cast.actor("ben")
    done(of("ben").post(f"rooms/{room}/join"))

    refused(of("ben").post(f"rooms/{room}/members", {"username": "ada", "role": "member"}), "forbidden")
    refused(of("ben").delete(f"rooms/{room}/members/ada"), "forbidden")


def test_only_admins_are_added_to_a_staff_room() -> None:
    room = made("ada", kind="staff")
    cast.actor("ben")

    refused(of("ada").post(f"rooms/{room}/members", {"username": "ben"}), "forbidden")
    refused(of("ben").get(f"rooms/{room}"), "not_found")


def test_only_managers_speak_in_an_announcement_room() -> None:
    room = made("ada", kind="announcement")
    cast.actor("ben")
    done(of("ben").post(f"rooms/{room}/join"))

    refused(of("ben").operate(room, "send", body="hi"), "forbidden")
    said = of("ada").say(room, "hear")
    done(of("ben").operate(room, "react", target=said["id"], emoji="👍"))
    done(of("ada").post(f"rooms/{room}/members", {"username": "ben", "role": "manager"}))
    of("ben").say(room, "now I may")


def test_the_one_direct_room_of_the_same_people() -> None:
    for name in ("ada", "ben", "cleo"):
        cast.actor(name)

    first = done(of("ada").post("direct", {"usernames": ["ben"]}), 201)
    again = [
        done(of("ada").post("direct", {"usernames": ["ben"]})),
        done(of("ben").post("direct", {"usernames": ["ada"]})),
        done(of("ben").post("direct", {"usernames": ["ADA", "ben", "ada"]})),
    ]
    three = done(of("ben").post("direct", {"usernames": ["ada", "cleo"]}), 201)

    assert {room["id"] for room in again} == {first["id"]} != {three["id"]}
    assert set(first) == FIELDS | {"usernames"}
    assert (first["kind"], first["name"], first["usernames"], first["head"]) == (
        "direct",
        "",
        ["ada", "ben"],
        2,
    )
    assert three["usernames"] == ["ada", "ben", "cleo"]
    refused(of("cleo").get(f"rooms/{first['id']}"), "not_found")


def test_a_direct_room_of_nobody_else_is_ones_own_notes() -> None:
    cast.actor("ada")

    notes = done(of("ada").post("direct", {"usernames": []}), 201)
    same = done(of("ada").post("direct", {"usernames": ["ada"]}))

    assert notes["id"] == same["id"]
    assert notes["usernames"] == ["ada"]
    of("ada").say(notes["id"], "remember")
    assert done(of("ada").get(f"rooms/{notes['id']}"))["unread"] == 0


@pytest.mark.parametrize(
    ("usernames", "code"),
    [
        (["nobody"], "not_found"),
        (["ben", "nobody"], "not_found"),
        ([f"u{n}" for n in range(20)], "too_many"),
        ("ben", "bad_field"),
        ([1], "bad_field"),
        ([""], "bad_field"),
        (None, "bad_field"),
    ],
)
def test_a_direct_room_that_cannot_be_is_refused(usernames: object, code: str) -> None:
    cast.actor("ada")
    cast.actor("ben")

    refused(of("ada").post("direct", {"usernames": usernames}), code)


def test_a_direct_room_is_neither_left_nor_joined_nor_changed() -> None:
    cast.actor("ben")
    cast.actor("cleo")
    room = done(of("ben").post("direct", {"usernames": ["cleo"]}), 201)["id"]

    refused(of("ben").post(f"rooms/{room}/leave"), "forbidden")
    refused(of("ben").patch(f"rooms/{room}", {"name": "Us"}), "forbidden")
    refused(of("ben").post(f"rooms/{room}/members", {"username": "ada"}), "forbidden")
    refused(of("ben").delete(f"rooms/{room}/members/cleo"), "forbidden")
    done(of("ben").post(f"rooms/{room}/join"))


def test_the_list_has_what_the_caller_may_see() -> None:
    made("ada", "Staff", "staff")
    made("ada", "News", "announcement")
    made("ben", "Secret", "private")
    made("ben", "Open")
    cast.actor("cleo")

    names = {
        who: {room["name"] for room in done(of(who).get("rooms"))["rooms"]} for who in ("ada", "ben", "cleo")
    }

    assert names == {
        "ada": {"Staff", "News", "Open"},
        "ben": {"News", "Secret", "Open"},
        "cleo": {"News", "Open"},
    }
    refused(visitor().get("rooms"), "unauthenticated")


def test_visitors_read_rooms_that_are_open_to_them_and_nothing_else() -> None:
    shown, hidden = made("ada", "Shown", visitors=True), made("ada", "Hidden")
    of("ada").say(shown, "welcome")

    for path in ("", "/events", "/messages"):
        done(visitor().get(f"rooms/{shown}{path}"))
        refused(visitor().get(f"rooms/{hidden}{path}"), "unauthenticated")
        assert content(visitor().get(f"rooms/{hidden}{path}")) == content(visitor().get(f"rooms/r999{path}"))
    refused(visitor().get(f"rooms/{shown}/members"), "unauthenticated")
    refused(visitor().operate(shown, "send", body="hi"), "unauthenticated")
    refused(visitor().post(f"rooms/{shown}/join"), "unauthenticated")
    refused(visitor().put(f"rooms/{shown}/read", {"seq": 1}), "unauthenticated")


def test_a_session_works_like_a_token_in_rooms() -> None:
    ben = signed_in("ben")

    room = done(ben.post("rooms", {"name": "Atelier", "kind": "public"}), 201)["id"]

    ben.say(room, "by cookie")
    assert len(log_of(room, "ben")) == 2
