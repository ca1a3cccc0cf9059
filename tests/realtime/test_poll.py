"""News without a socket, on a real server: it waits, wakes for what the person may see, and holds no thread."""

import json
import select
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.realtime.conftest import Own
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.people import PASSWORD
from tests.support.waiting import wait_until

Cast = tuple[HubbubServer, HttpClient, HttpClient, Json]
LOOK_SECONDS = 0.25  # looking takes a place itself for a moment
WOKEN = 5.0  # what is promised for taking away; everything else is told at once


@pytest.fixture
def cast(server: HubbubServer, own: Own) -> Cast:
    """The server, Ada and Ben signed in, and a private room of Ada's with Ben in it."""
    ada, ben = server.client("ada"), server.client("ben")
    room = ada.make_room(own("atelier"), "private")
    accepted(ada.post(f"/api/v1/rooms/{room['id']}/members", {"username": "ben"}))
    return server, ada, ben, room


def known(who: HttpClient) -> dict[str, Any]:
    """Where somebody is who has applied everything up to now."""
    start = accepted(who.post("/api/v1/poll", {**known_nothing(), "wait_ms": 0}))
    rooms = [frame["room"] for frame in start["frames"]]
    return {
        "epoch": start["epoch"],
        "rooms": {room["id"]: room["head"] for room in rooms},
        "reads": {room["id"]: room["read"] for room in rooms},
    }


class Waiting:
    """A poll under way on a thread, with a connection of its own."""

    def __init__(self, who: HttpClient, question: dict[str, Any]) -> None:
        self._pool = ThreadPoolExecutor(1)
        headers = {"Cookie": who.cookie_header, "X-CSRFToken": who.csrf_token}
        self._http = httpx2.Client(base_url=who.base_url, headers=headers, timeout=40)
        self._answer: Future[httpx2.Response] = self._pool.submit(self._ask, question)

    def _ask(self, question: dict[str, Any]) -> httpx2.Response:
        """Again where the place was taken, by whoever looks whether all are."""
        while (answer := self._http.post("/api/v1/poll", json=question)).status_code == 429:
            continue
        return answer

    @property
    def is_over(self) -> bool:
        return self._answer.done()

    def answer(self, within: float = WOKEN) -> httpx2.Response:
        try:
            return self._answer.result(timeout=within)
        finally:
            self.leave()

    def frames(self, within: float = WOKEN) -> list[Json]:
        return list(accepted(self.answer(within))["frames"])

    def leave(self) -> None:
        self._http.close()
        self._pool.shutdown(wait=False)


def is_full(who: HttpClient) -> bool:
    """Whether somebody waits in as many places as one may."""
    return who.post("/api/v1/poll", {**known_nothing(), "wait_ms": 0}).status_code == 429


def known_nothing() -> dict[str, Any]:
    return {"epoch": "", "rooms": {}}


def surely_waiting(who: HttpClient, question: dict[str, Any]) -> list[Waiting]:
    """As many as may wait at once: that one more is refused tells that they do wait."""
    waiting = [Waiting(who, question) for _ in range(8)]
    wait_until("all of them wait", lambda: is_full(who), timeout=30, every=LOOK_SECONDS)
    return waiting


def test_it_waits_and_tells_what_is_said(cast: Cast) -> None:
    _, ada, ben, room = cast
    waiting = surely_waiting(ben, known(ben))

    ada.say(room["id"], "hello")

    for one in waiting:
        [frame] = one.frames()
        assert (frame["type"], frame["event"]["body"]) == ("event", "hello")


def test_it_waits_no_longer_than_asked(cast: Cast) -> None:
    _, _, ben, _ = cast

    told = accepted(ben.post("/api/v1/poll", {**known(ben), "wait_ms": 300}))

    assert (told["frames"], told["again_ms"]) == ([], 0)


def test_other_rooms_do_not_wake_it(cast: Cast, own: Own) -> None:
    _, ada, ben, room = cast
    elsewhere = ada.make_room(own("elsewhere"))
    waiting = Waiting(ben, known(ben))

    ada.say(elsewhere["id"], "not for Ben")
    ada.say(room["id"], "for Ben")

    assert [frame["event"]["body"] for frame in waiting.frames()] == ["for Ben"]


def test_a_room_that_is_gained_is_told(cast: Cast, own: Own) -> None:
    _, ada, ben, _ = cast
    fresh = ada.make_room(own("fresh"), "private")
    waiting = Waiting(ben, known(ben))

    accepted(ada.post(f"/api/v1/rooms/{fresh['id']}/members", {"username": "ben"}))

    [frame] = waiting.frames()
    assert (frame["type"], frame["room"]["id"]) == ("room", fresh["id"])


def test_a_removed_member_is_told_within_five_seconds_and_hears_nothing_after(cast: Cast) -> None:
    _, ada, ben, room = cast
    waiting = Waiting(ben, known(ben))
    position = known(ben)

    accepted(ada.delete(f"/api/v1/rooms/{room['id']}/members/ben"))
    ada.say(room["id"], "he is gone")

    assert waiting.frames() == [{"type": "revoked", "room": room["id"]}]
    again = accepted(ben.post("/api/v1/poll", {**position, "wait_ms": 0}))["frames"]
    assert again == [{"type": "revoked", "room": room["id"]}]


def test_a_read_position_that_moves_elsewhere_is_told(cast: Cast) -> None:
    _, ada, ben, room = cast
    said = ada.say(room["id"], "hello")
    waiting = Waiting(ben, known(ben))

    accepted(ben.put(f"/api/v1/rooms/{room['id']}/read", {"seq": said["seq"]}))

    assert waiting.frames() == [
        {"type": "read", "room": room["id"], "seq": said["seq"], "unread": 0, "mentions": 0}
    ]


def sign_out(ben: HttpClient, server: HubbubServer) -> None:
    accepted(ben.delete("/api/v1/session"))


def change_password(ben: HttpClient, server: HubbubServer) -> None:
    accepted(server.client("ben").put("/api/v1/password", {"current": PASSWORD, "new": "another one 7 7"}))


@pytest.mark.parametrize("end", [sign_out, change_password])
def test_the_end_of_a_sign_in_ends_the_waiting(
    hubbub_server: Servers, end: Callable[[HttpClient, HubbubServer], None]
) -> None:
    server = hubbub_server(env={"HUBBUB_RATES": "off"})
    ben = server.client("ben")
    waiting = surely_waiting(ben, known(ben))

    end(ben, server)

    for one in waiting:
        answer = one.answer()
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_only_so_many_wait_for_one_person(cast: Cast) -> None:
    _, ada, ben, room = cast
    waiting = surely_waiting(ben, known(ben))

    answer = ben.post("/api/v1/poll", {**known_nothing(), "wait_ms": 0})

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1
    accepted(ada.post("/api/v1/poll", {**known_nothing(), "wait_ms": 0}))
    ada.say(room["id"], "hello")
    assert all(one.frames() for one in waiting)
    assert not is_full(ben)


def test_whoever_left_does_not_count(cast: Cast) -> None:
    server, _, ben, _ = cast
    body = json.dumps(known(ben)).encode()
    head = (
        f"POST /api/v1/poll HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {ben.cookie_header}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(16)]
    for line in lines:
        line.sendall(head.encode() + body)
    wait_until("half of them are refused", lambda: len(select.select(lines, [], [], 0)[0]) == 8, timeout=30)
    assert is_full(ben)

    for line in lines:
        line.close()

    wait_until("there is a place again", lambda: not is_full(ben), timeout=30)


def test_many_wait_while_others_are_served(cast: Cast, own: Own) -> None:
    """More than there are threads to read the store with, or to answer requests with."""
    server, ada, _, room = cast
    names = [f"{own('waiter').replace(' ', '.')}.{number}" for number in range(3)]
    server.add_people(*names)
    people = [server.client(name) for name in names]
    waiting = [one for who in people for one in surely_waiting(who, known(who))]

    ada.say(room["id"], "still served")

    assert not any(one.is_over for one in waiting)
    for one in waiting:
        one.leave()


def test_another_sites_page_gets_nothing(cast: Cast) -> None:
    server, _, ben, _ = cast
    headers = {"Cookie": ben.cookie_header, "Origin": "https://evil.example"}

    answer = httpx2.post(
        f"{server.base_url}/api/v1/poll", headers=headers, json={**known_nothing(), "wait_ms": 0}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "bad_json"),
        (b"[]", "bad_field"),
        (b'{"epoch": NaN}', "bad_json"),
        (b'{"epoch": "x"}', "bad_field"),
        (b'{"epoch": "x", "rooms": {"r1": 1e400}}', "bad_json"),
        (b'{"epoch": "' + b"x" * 70_000 + b'", "rooms": {}}', "too_large"),
    ],
)
def test_nonsense_is_refused(cast: Cast, sent: bytes, code: str) -> None:
    server, _, ben, _ = cast
    headers = {"Cookie": ben.cookie_header, "Origin": server.base_url}

    answer = httpx2.post(f"{server.base_url}/api/v1/poll", headers=headers, content=sent)

    assert answer.json()["code"] == code
    assert answer.headers["Content-Type"] == "application/json"


def test_a_visitor_and_another_method_are_refused_in_json(cast: Cast) -> None:
    server, *_ = cast

    assert (
        httpx2.post(f"{server.base_url}/api/v1/poll", json=known_nothing()).json()["code"]
        == "unauthenticated"
    )
    answer = httpx2.get(f"{server.base_url}/api/v1/poll")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "POST" in answer.headers["Allow"]


def test_a_server_that_goes_says_so(hubbub_server: Servers) -> None:
    server = hubbub_server(env={"HUBBUB_RATES": "off"})
    ben = server.client("ben")
    waiting = surely_waiting(ben, known(ben))
    ending = threading.Thread(target=server.terminate)
    ending.start()

    told = [one.frames()[-1]["type"] for one in waiting]
    ending.join()

    assert told == ["drain"] * 8


def test_news_of_another_node_arrive_and_its_removals_are_felt(hubbub_server: Servers) -> None:
    one = hubbub_server(store="postgres", env={"HUBBUB_RATES": "off"})
    other = hubbub_server(place=one.place, env={"HUBBUB_RATES": "off"})
    ada, ben = one.client("ada"), other.client("ben")
    room = ada.make_room("two nodes", "private")
    accepted(ada.post(f"/api/v1/rooms/{room['id']}/members", {"username": "ben"}))

    waiting = Waiting(ben, known(ben))
    ada.say(room["id"], "hello from there")
    assert [frame["event"]["body"] for frame in waiting.frames()] == ["hello from there"]

    waiting = Waiting(ben, known(ben))
    accepted(ada.delete(f"/api/v1/rooms/{room['id']}/members/ben"))
    assert waiting.frames() == [{"type": "revoked", "room": room["id"]}]
