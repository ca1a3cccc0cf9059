"""Whoever may not see a room gets, on every address, exactly the answer for a room that does not exist."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub.people.access import caller_of_token
from hubbub.realtime import person_view, room_opening
from hubbub.rooms.models import Room
from tests import cast
from tests.api.asking import Asker, content, done, of, refused, signed_in, visitor

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


def outside(kind: str) -> tuple[str, Asker]:
    """A room and somebody for whom it is not there."""
    room, outsider = hidden(kind)
    cast.actor(outsider)
    return room, of(outsider)


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
    room, stranger = outside(kind)

    answer = ask(stranger, method, room, path, body)

    assert answer[0] == 404
    assert answer[1]["code"] == "not_found"
    assert answer == ask(stranger, method, ABSENT, path, body)


def statements(question: Callable[[], object]) -> list[str]:
    """What the store is asked for it, without the values."""
    with CaptureQueriesContext(connection) as captured:
        question()
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured.captured_queries]


@pytest.mark.parametrize("kind", ["private", "staff", "direct"])
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=str)
def test_a_hidden_room_costs_the_statements_of_an_absent_one(
    kind: str, method: str, path: str, body: dict[str, object] | None
) -> None:
    room, stranger = outside(kind)
    ask(stranger, method, room, path, body)  # the first question of a person may cost more

    asked = statements(lambda: ask(stranger, method, room, path, body))

    assert asked
    assert asked == statements(lambda: ask(stranger, method, ABSENT, path, body))


@pytest.mark.parametrize("kind", ["private", "staff", "direct"])
def test_a_hidden_room_costs_the_statements_of_an_absent_one_on_sockets_and_pages(kind: str) -> None:
    room, outsider = hidden(kind)
    actor = cast.actor(outsider)
    caller = caller_of_token(f"Bearer {cast.token(outsider)}")
    name = cast.room_of(room).name or "no such room"
    page = signed_in(outsider).client
    ways: list[Callable[[str, str], object]] = [
        lambda wire_id, _: person_view.openings([(caller, [Room.pk_of(wire_id) or 0])]),
        lambda wire_id, _: person_view.states_of(actor, [Room.pk_of(wire_id) or 0]),
        lambda wire_id, _: room_opening.standings_now([(caller, Room.pk_of(wire_id) or 0)]),
        lambda _, named: room_opening.openings([room_opening.Asked(caller, named, {})]),
        lambda _, named: room_opening.openings([room_opening.Asked(None, named, {})]),
        lambda wire_id, _: page.get(f"/chat/-/{wire_id}/"),
        lambda _, named: page.get(f"/chat/{named}/"),
    ]
    for number, way in enumerate(ways):
        way(ABSENT, "absent")

        assert statements(partial(way, room, name)) == statements(partial(way, ABSENT, "absent")), number


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


def without_a_way_in(kind: str) -> tuple[str, Asker, Asker]:
    """A room that Cleo just lost, Cleo by token and by cookie."""
    room = cast.room("ben", kind=kind)
    cast.add(room, "ben", "cleo")
    cast.say(room, "ben", "for Cleo's eyes @cleo")
    by_token, by_cookie = of("cleo"), signed_in("cleo")
    assert by_token.say(room.wire_id, "mine")["seq"]
    cast.remove(room, "ben", "cleo")
    return room.wire_id, by_token, by_cookie


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=str)
def test_once_a_removal_is_acknowledged_every_address_refuses_as_for_an_absent_room(
    method: str, path: str, body: dict[str, object] | None
) -> None:
    room, *ways = without_a_way_in("private")

    for cleo in ways:
        answer = ask(cleo, method, room, path, body)

        assert answer[0] == 404
        assert answer == ask(cleo, method, ABSENT, path, body)


def test_once_a_removal_is_acknowledged_no_list_page_or_poll_names_the_room() -> None:
    room, *ways = without_a_way_in("private")
    name = cast.room_of(room).name

    for cleo in ways:
        assert room not in {listed["id"] for listed in done(cleo.get("rooms"))["rooms"]}
        for named in ({"rooms": {room: 2}}, {"rooms": {}, "subs": {room: 2}}):
            polled = done(cleo.post("poll", {"epoch": "", **named}))
            assert polled["frames"] == [{"type": "revoked", "room": room}]
    page, absent = (ways[1].client.get(f"/chat/{wanted}/") for wanted in (name, "No such room"))
    assert page.status_code == absent.status_code
    assert "Cleo's eyes" not in page.text
    assert json_island(page.text)["rooms"] == []
    assert json_island(page.text)["room"] is None
    assert ways[1].client.get(f"/chat/-/{room}/").status_code == 404


def test_once_a_removal_is_acknowledged_a_socket_that_resumes_is_told_nothing_of_the_room() -> None:
    room, *_ = without_a_way_in("private")
    pk = cast.room_of(room).pk
    cleo = caller_of_token(f"Bearer {cast.token('cleo')}")

    [opening], [belonging] = person_view.openings([(cleo, [pk])]), person_view.belongings([cleo])

    assert isinstance(opening, person_view.Opening)
    assert isinstance(belonging, person_view.Belonging)
    assert room not in {state.id for state in opening.rooms}
    assert pk not in belonging.rooms
    assert person_view.states_of(cast.actor("cleo"), [pk]) == {}


def json_island(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, flags=re.DOTALL)
    return dict(json.loads(text))


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
