"""Whoever may not see a room gets, on every address, exactly the answer for a room that does not exist."""

import pytest

from tests import cast
from tests.api.asking import Asker, content, done, of, refused, visitor

pytestmark = pytest.mark.django_db

ABSENT = "r999999"
REQUESTS = [
    ("GET", "", None),
    ("PATCH", "", {"name": "Mine"}),
    ("GET", "/members", None),
    ("POST", "/members", {"username": "ada"}),
    ("DELETE", "/members/ada", None),
    ("POST", "/join", None),
    ("POST", "/leave", None),
    ("PUT", "/read", {"seq": 1}),
    ("GET", "/events", None),
    ("GET", "/messages", None),
    ("POST", "/ops", {"op": "send", "body": "hi"}),
    ("POST", "/ops", {"op": "edit", "target": "m1", "body": "hi"}),
    ("POST", "/ops", {"op": "delete", "target": "m1"}),
    ("POST", "/ops", {"op": "react", "target": "m1", "emoji": "👍"}),
    ("POST", "/ops", {"op": "unreact", "target": "m1", "emoji": "👍"}),
]


def hidden(kind: str) -> tuple[str, str]:
    """A room of this kind with a message in it, and somebody who may not see it."""
    if kind == "direct":
        room, member = cast.direct_room("ben", "cleo"), "ben"
        cast.say(room, member, "between us")
        return room.wire_id, "ada"
    room = cast.room("ada" if kind == "staff" else "ben", kind=kind)
    cast.say(room, "ada" if kind == "staff" else "ben", "between us")
    return room.wire_id, "cleo" if kind == "staff" else "ada"


def ask(
    who: Asker, method: str, room: str, path: str, body: dict[str, object] | None
) -> tuple[int, dict[str, object]]:
    sent = {**body, "client_id": cast.new_id()} if body and "op" in body else body
    answer = who.ask(method, f"rooms/{room}{path}", sent)
    return answer.status_code, content(answer)


@pytest.mark.parametrize("kind", ["private", "staff", "direct"])
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=str)
def test_a_hidden_room_looks_absent(
    kind: str, method: str, path: str, body: dict[str, object] | None
) -> None:
    room, outsider = hidden(kind)
    cast.actor(outsider)
    stranger = of(outsider)

    answer = ask(stranger, method, room, path, body)

    assert answer[0] == 404
    assert answer[1]["code"] == "not_found"
    assert answer == ask(stranger, method, ABSENT, path, body)


@pytest.mark.parametrize("kind", ["private", "staff", "direct"])
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=str)
def test_a_hidden_room_looks_absent_to_visitors(
    kind: str, method: str, path: str, body: dict[str, object] | None
) -> None:
    room, _ = hidden(kind)

    answer = ask(visitor(), method, room, path, body)

    assert answer[0] == 401
    assert answer == ask(visitor(), method, ABSENT, path, body)


@pytest.mark.parametrize(
    "room",
    [
        "r0",
        "r01",
        "r-1",
        "1",
        "rr1",
        "r1 ",
        "r٣",
        "r" + "9" * 30,
        "r9223372036854775808",
        "m1",
        "%00",
        "r1%00",
    ],
)
def test_an_id_that_was_never_given_out_is_not_found(room: str) -> None:
    cast.room("ada")

    refused(of("ada").get(f"rooms/{room}"), "not_found")
    refused(of("ada").operate(room, "send", body="hi"), "not_found")


def test_whoever_was_removed_finds_nothing_any_more_not_even_a_repeat() -> None:
    room = cast.room("ben", kind="private")
    cast.add(room, "ben", "cleo")
    cleo = of("cleo")
    cleo.say(room.wire_id, "mine", "same-id")
    assert cleo.say(room.wire_id, "mine", "same-id")["duplicate"]

    cast.remove(room, "ben", "cleo")

    refused(cleo.operate(room.wire_id, "send", "same-id", body="mine"), "not_found")
    for path in ("", "/events", "/messages", "/members"):
        refused(cleo.get(f"rooms/{room.wire_id}{path}"), "not_found")
    assert room.wire_id not in {listed["id"] for listed in done(cleo.get("rooms"))["rooms"]}


def test_a_message_of_another_room_is_not_found() -> None:
    secret, open_room = cast.room("ben", "Secret", "private"), cast.room("ben", "Open")
    target = cast.say(secret, "ben", "between us").id
    there = open_room.wire_id

    for fields in (
        {"op": "edit", "target": target, "body": "x"},
        {"op": "delete", "target": target},
        {"op": "react", "target": target, "emoji": "👍"},
        {"op": "send", "body": "x", "reply_to": target},
    ):
        refused(of("ada").post(f"rooms/{there}/ops", {**fields, "client_id": cast.new_id()}), "not_found")
