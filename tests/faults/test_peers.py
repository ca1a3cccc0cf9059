"""Slow, silent, greedy and hostile peers: whatever they do, the others notice nothing, and the server lives."""

import json
import random
import socket
import time
from collections.abc import Iterator
from statistics import quantiles

import pytest
from websockets.frames import Frame, Opcode

from tests.faults.conftest import UNHURRIED
from tests.faults.house import House
from tests.faults.raw import RawPeer
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import SessionSocket
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
STALLED, READING = 1, 9  # a tenth of all
FLOODS, FLOOD = 14, 50  # of 8 kB each: more than kernel and server keep for one reader
LETTERS = "x" * 4_000
GHOST_SECONDS = 60.0
GENERATED = 400


def talking(server: HubbubServer, ada: HttpClient) -> tuple[SessionSocket, Json]:
    room = ada.make_room("canary")
    talker = server.session_socket(ada)
    talker.hello()
    return talker, room


def flood(speaker: SessionSocket, readers: list[SessionSocket], room: Json) -> float:
    """How long many long messages take to reach everybody who reads."""
    begun = time.monotonic()
    for ref in [speaker.post_op("send", room["id"], body=LETTERS) for _ in range(FLOOD)]:
        last = speaker.answer(ref, 60)
        assert last["type"] == "ack"
    for reader in readers:
        while reader.expect_event("message", room["id"], 60)["seq"] < last["seq"]:
            pass
    return time.monotonic() - begun


def quicker(times: list[float]) -> float:
    """What at most a quarter of them fall below."""
    return quantiles(times, n=4)[0]


def test_stalled_readers_slow_nobody_cost_little_and_miss_nothing(hubbub_server: Servers) -> None:
    server = hubbub_server(env=UNHURRIED)
    house = House(server.place, {"n1": server})
    ada, token = server.client("ada"), server.token("ada")
    speaker, room = talking(server, ada)
    readers = [server.session_socket(token) for _ in range(READING)]
    for reader in readers:
        reader.hello()
    flood(speaker, readers, room)
    alone = [flood(speaker, readers, room) for _ in range(FLOODS // 2)]
    stalled = RawPeer(server, token)
    stalled.hello()
    position = speaker.say(room["id"], "from here on one of them does not read")["seq"]
    memory = house.megabytes("n1") or 0.0
    beside = [flood(speaker, readers, room) for _ in range(FLOODS)]
    grown = (house.megabytes("n1") or 0.0) - memory
    assert stalled.is_cut_off(20), "a stalled reader was kept"
    stalled.close()
    again_alone = [flood(speaker, readers, room) for _ in range(FLOODS // 2)]

    # A stalled reader would cost in every flood, what the machine does besides in some: the quicker quarter counts.
    usual = sorted((quicker(alone), quicker(again_alone)))
    assert quicker(beside) <= 1.25 * usual[1] * (usual[1] / usual[0]), (alone, beside, again_alone)
    assert grown <= 1.0 + 0.1 * memory + 10, grown  # the recent events of the room are kept too
    log = ada.log_of(room["id"], position)
    resumed = server.session_socket(token)
    epoch = accepted(ada.get(f"/api/v1/rooms/{room['id']}/events"))["epoch"]
    resumed.hello(resume={"epoch": epoch, "rooms": {room["id"]: position}})
    resumed.expect("synced", 30, room=room["id"])
    assert resumed.events_of(room["id"]) == log


@pytest.mark.waits
def test_whoever_vanishes_without_a_word_is_not_online_for_long(hubbub_server: Servers) -> None:
    server = hubbub_server(env=UNHURRIED)
    ada, ben = server.client("ada"), server.client("ben")
    watching, room = talking(server, ada)
    ben.join(room["id"])
    vanishing = RawPeer(server, server.token("ben"))
    vanishing.hello()
    wait_until("Ben is online", lambda: _online(ada, room) == {"ada", "ben"})

    gone = time.monotonic()  # half open: he neither reads nor answers any more, and nothing tells the server
    watching.expect("presence", GHOST_SECONDS + 10, room=room["id"], left=["ben"])

    assert time.monotonic() - gone <= GHOST_SECONDS
    assert _online(ada, room) == {"ada"}
    vanishing.close()


def test_too_much_at_once_is_refused_and_what_was_acked_is_there(hubbub_server: Servers) -> None:
    server = hubbub_server()
    ada, ben = server.client("ada"), server.client("ben")
    calm, room = talking(server, ada)
    ben.join(room["id"])
    greedy = server.session_socket(ben)
    greedy.hello()

    refs = {
        f"g{n}": greedy.post_op("send", room["id"], client_id=f"g{n}", body=f"much {n}") for n in range(300)
    }
    calm_ack = calm.answer(calm.post_op("send", room["id"], body="calm"), 5)
    answers = {client_id: greedy.answer(ref, 30) for client_id, ref in refs.items()}

    refused = [one for one in answers.values() if one["type"] == "err"]
    acked = {client_id for client_id, one in answers.items() if one["type"] == "ack"}
    assert calm_ack["type"] == "ack"
    assert {one["code"] for one in refused} == {"rate_limited"}
    assert all(one["retry_after_ms"] > 0 for one in refused)
    stored = {event["client_id"] for event in ada.log_of(room["id"]) if event["by"] == "ben"} - {""}
    assert stored & set(answers) == acked
    wait_until(
        "he may go on",
        lambda: greedy.operate("send", room["id"], client_id="later", body="later")["type"] == "ack",
        timeout=30,
    )


CATALOGUE: tuple[str | bytes, ...] = (
    "", " ", "null", "true", "0", "[]", "{}", "[[]]", '"text"', "{", '{"type"', '{"type": }', "NaN",
    '{"type": NaN}', '{"type": 1e999}', '{"type": "hello", "type": "ping"}', '{"type": null}', '{"type": []}',
    '{"type": "ping", "x": 123456789012345678901234567890}', '{"type": "op"}', '{"type": "op", "op": "send"}',
    '{"type": "op", "ref": {}, "op": "send", "room": 1, "client_id": [], "body": {}}',
    '{"type": "op", "ref": 1, "op": "drop", "room": "r1", "client_id": "x"}',
    '{"type": "op", "ref": 1, "op": "send", "room": "r1", "client_id": "x", "body": "\\u0000"}',
    '{"type": "op", "ref": 1, "op": "send", "room": "r1", "client_id": "x", "body": "\\ud800"}',
    '{"type": "op", "ref": 1, "op": "send", "room": "r1", "client_id": "x", "body": "\\u202e"}',
    '{"type": "op", "ref": 1, "op": "send", "room": "r99999999999999999999", "client_id": "x", "body": "x"}',
    '{"type": "op", "ref": 1, "op": "edit", "room": "r1", "client_id": "y", "target": "m0", "body": "x"}',
    '{"type": "op", "ref": 1, "op": "react", "room": "r1", "client_id": "y", "target": "m1", "emoji": "<b>"}',
    '{"type": "sub", "room": "r1", "after": -1}', '{"type": "sub", "room": "r1", "after": 1.5}',
    '{"type": "sub", "room": "../../etc/passwd"}', '{"type": "read", "room": "r1", "seq": 9223372036854775808}',
    '{"type": "typing", "room": null}', '{"type": "hello", "v": 1, "resume": {"rooms": {"r1": -5}}}',
    '{"message": "' + "a" * 70_000 + '"}', "[" * 5_000, '{"a":' * 3_000, '{"message": "/pm"}',
    '{"type": "react", "id": "m1", "emoji": ""}', "\ufeff{}", "'; DROP TABLE hubbub_message; --",
    b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80",
)  # fmt: skip
TAILS = (
    b"\x81", b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x83\x80abcd", b"\xf1\x80abcd", b"\x89\xfe\x01\x00",
    b"\x81\x05hello", b"\x08\x82\x00\x00\x00\x00\x00\x01", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)),
)  # fmt: skip
REQUESTS = (
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET /api/v1/rooms/%ff%fe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n{}",
    b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /api/v1/rooms?limit=%F0%9F HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid=%00\xff\r\n\r\n",
)  # fmt: skip


def hostile_texts(seed: int) -> Iterator[str | bytes]:
    """The catalogue, then good frames damaged by dice."""
    yield from CATALOGUE
    dice = random.Random(seed)
    good: list[Json] = [
        {
            "type": "op",
            "ref": 1,
            "op": "send",
            "room": "r1",
            "client_id": "c",
            "body": "hi",
            "reply_to": "m1",
        },
        {"type": "sub", "room": "r1", "after": 3},
        {"type": "read", "room": "r1", "seq": 3},
        {"message": "hi", "key": "k"},
        {"type": "edit_message", "id": "m1", "message": "x"},
    ]
    odd: list[object] = [
        None,
        True,
        -1,
        2**63,
        1e308,
        "",
        "\u0000",
        "\U0010ffff" * 100,
        [],
        {},
        [[[[]]]],
        {"a": {"b": []}},
    ]
    for _ in range(GENERATED):
        frame = dict(dice.choice(good))
        frame[dice.choice(list(frame))] = dice.choice(odd)
        text = json.dumps(frame).encode()
        if dice.random() < 0.4:
            at = dice.randrange(len(text))
            text = text[:at] + bytes([dice.randrange(256)]) + text[at + dice.randrange(3) :]
        yield text


@pytest.mark.parametrize("path", ["/ws/v1", "/ws/chat/hostile/"])
def test_no_frame_breaks_the_server_or_is_felt_by_others(hubbub_server: Servers, path: str) -> None:
    server = hubbub_server(env=UNHURRIED)
    canary, room = talking(server, server.client("ada"))
    token = server.token("ben")
    peer = RawPeer(server, token, path)
    for number, text in enumerate(hostile_texts(1)):
        if number % 7 == 0:  # ten malformed frames would end it; the next hostile one comes as somebody new
            peer.close()
            peer = RawPeer(server, token, path)
            if path == "/ws/v1":
                peer.hello()
        peer.say(text)
        if number % 40 == 0:
            _sings(canary, room, number)
    for tail in TAILS:
        peer.close()
        peer = RawPeer(server, token, path)
        peer.send(tail)
    for data in (Frame(Opcode.BINARY, b"x").serialize(mask=True), b"\x00" * 200_000):
        peer.send(data)
    peer.close()

    _sings(canary, room, -1)
    assert server.status_of("/healthz") == 200
    assert _failures(server) == []
    assert "consistent" in server.command("check")


def test_no_request_breaks_the_server_or_is_felt_by_others(hubbub_server: Servers) -> None:
    server = hubbub_server(env=UNHURRIED)
    ada = server.client("ada")
    canary, room = talking(server, ada)
    dice = random.Random(1)
    for number, text in enumerate(hostile_texts(2)):
        data = text if isinstance(text, bytes) else text.encode()
        path = dice.choice(
            ("/api/v1/rooms", f"/api/v1/rooms/{room['id']}/ops", "/api/v1/session", "/api/v1/direct")
        )
        headers = {"X-CSRFToken": ada.csrf_token, "Content-Type": "application/json"}
        answer = ada.http.post(path, content=data, headers=headers)
        assert answer.status_code < 500, (path, data, answer.text)
        assert answer.is_success or answer.json()["code"], (path, data)
        if number % 40 == 0:
            _sings(canary, room, number)
    for request in REQUESTS:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
            peer.sendall(request)

    _sings(canary, room, -1)
    assert server.status_of("/healthz") == 200
    assert _failures(server) == []


def _sings(canary: SessionSocket, room: Json, number: int) -> None:
    """The others go on, and quickly."""
    begun = time.monotonic()
    seq = canary.say(room["id"], f"canary {number}")["seq"]
    while canary.expect("event")["event"]["seq"] < seq:
        pass
    assert canary.events_of(room["id"])[-1]["body"] == f"canary {number}"
    assert time.monotonic() - begun < 10


def _failures(server: HubbubServer) -> list[str]:
    """Tracebacks in the log; that a foreign `Host` was refused is told with one by Django."""
    lines = server.log.splitlines()
    return [line for line in lines if "Traceback" in line and "Invalid HTTP_HOST header" not in line]


def _online(client: HttpClient, room: Json) -> set[str]:
    members = accepted(client.get(f"/api/v1/rooms/{room['id']}/members"))["members"]
    return {member["username"] for member in members if member["online"]}
