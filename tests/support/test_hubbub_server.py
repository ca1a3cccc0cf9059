"""The real server of the tests, on every store: it starts, serves whom it should, is killed and comes back."""

import pytest

from tests.support.fixtures import Servers
from tests.support.http_client import accepted

STORES = pytest.mark.parametrize(("store", "workers"), [("sqlite", None), ("postgres", 2)])


@STORES
def test_a_server_keeps_its_people_over_a_kill(
    hubbub_server: Servers, store: str, workers: int | None
) -> None:
    server = hubbub_server(store=store, workers=workers)
    ada = server.client("ada")
    room = ada.make_room("kitchen")
    ada.say(room["id"], "hi")

    server.kill()
    assert server.status_of("/healthz") is None
    server.start()

    again = server.client("ada")
    assert [event["type"] for event in again.log_of(room["id"])] == ["join", "message"]


@STORES
def test_two_people_hear_each_other_on_both_sockets(
    hubbub_server: Servers, store: str, workers: int | None
) -> None:
    server = hubbub_server(store=store, workers=workers)
    ada, ben = server.client("ada"), server.client("ben")
    room = ada.make_room("kitchen")
    ben.join(room["id"])
    hears, listens = server.session_socket(ben), server.room_socket(ada, "kitchen")
    hears.hello()
    listens.expect("message_history")

    ack = hears.say(room["id"], "hi")
    said = hears.expect_event("message", room["id"])

    assert said["seq"] == ack["seq"]
    assert listens.expect_message("hi")["number"] == ack["seq"]


def test_a_token_opens_what_a_session_opens(hubbub_server: Servers) -> None:
    server = hubbub_server()

    ready = server.session_socket(server.token("dot")).hello()

    assert ready["user"]["username"] == "dot"


def test_sigterm_ends_a_server_with_exit_code_zero(hubbub_server: Servers) -> None:
    server = hubbub_server()

    assert server.terminate() == 0


def test_a_server_without_a_cast_has_nobody(hubbub_server: Servers) -> None:
    server = hubbub_server(cast=False)
    visitor = server.client()

    answer = visitor.post("/api/v1/session", {"username": "ada", "password": "whatever it was"})

    assert answer.status_code == 401


def test_two_servers_of_one_place_see_the_same(hubbub_server: Servers) -> None:
    first = hubbub_server(store="postgres")
    second = hubbub_server(place=first.place)
    room = first.client("ada").make_room("kitchen")

    seen = accepted(second.client("ada").get(f"/api/v1/rooms/{room['id']}"))

    assert seen["name"] == "kitchen"
