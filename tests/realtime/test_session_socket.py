"""The session socket on a real server: contract section 6."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.realtime.conftest import Own
from tests.support.http_client import HttpClient, Json, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.people import PASSWORD
from tests.support.sockets import SessionSocket
from tests.support.waiting import wait_until

NEW_PASSWORD = {"current": PASSWORD, "new": "quite another one 7"}
Cast = tuple[HubbubServer, HttpClient, HttpClient, Json]


@pytest.fixture
def cast(server: HubbubServer, own: Own) -> Cast:
    """The server, Ada and Ben signed in, and a public room of Ada's that Ben joined."""
    ada, ben = server.client("ada"), server.client("ben")
    room = ada.make_room(own("general"))
    ben.join(room["id"])
    return server, ada, ben, room


def greeted(
    server: HubbubServer, who: HttpClient | str, resume: dict[str, Any] | None = None
) -> SessionSocket:
    socket = server.session_socket(who)
    socket.hello(resume)
    return socket


def _told_online(socket: SessionSocket, room_id: str) -> set[str]:
    socket.settle()
    told = [frame for frame in socket.received if frame["type"] == "presence" and frame["room"] == room_id]
    return {name for frame in told for name in [*frame.get("online", []), *frame.get("joined", [])]}


def test_two_people_talk_in_one_order_with_acks_and_presence(cast: Cast, own: Own) -> None:
    server, ada, ben, room = cast
    first, second = greeted(server, ada), greeted(server, ben)
    wait_until("Ada hears of Ben", lambda: "ben" in _told_online(first, room["id"]))

    ack = first.say(room["id"], "hello", client_id=own("c1"))
    again = first.operate("send", room["id"], client_id=own("c1"), body="hello")
    second.say(room["id"], "hi")

    assert (ack["duplicate"], again["duplicate"], again["seq"]) == (False, True, ack["seq"])
    for socket in (first, second):
        assert socket.expect_event("message", room["id"])["body"] == "hello"
        assert socket.expect_event("message", room["id"])["body"] == "hi"


def test_ready_tells_who_one_is_and_the_rooms(cast: Cast, own: Own) -> None:
    server, ada, _, room = cast
    ada.make_room(own("hidden"), "private")

    ready = server.session_socket(server.client("ben"))
    told = ready.hello()

    assert told["user"]["username"] == "ben"
    mine = {found["name"]: found["head"] for found in told["rooms"]}
    assert mine[own("general")] == 2
    assert own("hidden") not in mine
    assert told["limits"]["replay_events"] >= 1000
    assert "ben" in ready.expect("presence", room=room["id"])["online"]


def test_a_resume_brings_exactly_what_was_missed(cast: Cast) -> None:
    server, ada, ben, room = cast
    socket = server.session_socket(ben)
    epoch = socket.hello()["epoch"]
    socket.close()
    said = [ada.say(room["id"], f"message {number}")["seq"] for number in range(5)]

    resumed = greeted(server, ben, {"epoch": epoch, "rooms": {room["id"]: said[1]}})

    resumed.expect("synced", room=room["id"], head=said[-1])
    assert [event["seq"] for event in resumed.events_of(room["id"])] == said[2:]


@pytest.mark.parametrize(("epoch", "seq"), [("another", 1), (None, 10_000), (None, -1)])
def test_a_position_that_means_nothing_here_is_reset(cast: Cast, epoch: str | None, seq: int) -> None:
    server, ada, ben, room = cast
    plain = server.session_socket(ben)
    known = plain.hello()["epoch"]

    resumed = greeted(server, ben, {"epoch": epoch or known, "rooms": {room["id"]: seq}})

    assert resumed.expect("reset", room=room["id"])["head"] == 2
    ada.say(room["id"], "after the reset")
    assert resumed.expect_event("message", room["id"])["seq"] == 3


def test_a_room_that_is_named_in_resume_and_not_visible_is_revoked(cast: Cast, own: Own) -> None:
    server, ada, ben, room = cast
    hidden = ada.make_room(own("hidden"), "private")

    socket = greeted(server, ben, {"epoch": "x", "rooms": {hidden["id"]: 0, "r999": 0, "nonsense": 3}})

    for lost in (hidden["id"], "r999", "nonsense"):
        socket.expect("revoked", room=lost)
    ada.say(hidden["id"], "secret")
    ada.say(room["id"], "public")
    socket.expect_event("message", room["id"])
    assert socket.events_of(hidden["id"]) == []


def test_a_removed_member_stops_receiving(cast: Cast, own: Own) -> None:
    server, ada, ben, _ = cast
    room = ada.make_room(own("secrets"), "private")
    accepted(ada.post(f"/api/v1/rooms/{room['id']}/members", {"username": "ben"}))
    socket = greeted(server, ben)
    ada.say(room["id"], "for both")
    socket.expect_event("message", room["id"])  # the premise: as a member he receives

    accepted(ada.delete(f"/api/v1/rooms/{room['id']}/members/ben"))
    ada.say(room["id"], "for Ada alone")

    socket.expect("revoked", room=room["id"])
    assert socket.operate("send", room["id"], body="still here")["code"] == "not_found"
    socket.settle()
    assert all(event.get("body") != "for Ada alone" for event in socket.events_of(room["id"]))


def test_a_gained_room_is_told_and_followed_from_its_head(cast: Cast, own: Own) -> None:
    server, ada, ben, _ = cast
    socket = greeted(server, ben)
    room = ada.make_room(own("new"), "private")
    accepted(ada.post(f"/api/v1/rooms/{room['id']}/members", {"username": "ben"}))

    gained = socket.expect("room")["room"]
    ack = ada.say(room["id"], "welcome")

    assert (gained["id"], gained["member"], gained["head"]) == (room["id"], True, 2)
    assert socket.expect_event("message", room["id"])["seq"] == ack["seq"] == 3


def test_subscribing_follows_a_readable_room_and_no_other(cast: Cast, own: Own) -> None:
    server, ada, _, room = cast
    hidden = ada.make_room(own("hidden"), "private")
    socket = greeted(server, server.client("cleo"))
    ada.say(room["id"], "before")

    socket.send({"type": "sub", "room": room["id"], "after": 0})
    socket.expect("synced", room=room["id"], head=3)
    socket.send({"type": "sub", "room": hidden["id"], "after": 0, "ref": "h"})

    assert [event["seq"] for event in socket.events_of(room["id"])] == [1, 2, 3]
    assert socket.expect("err", ref="h")["code"] == "not_found"
    socket.send({"type": "unsub", "room": room["id"]})
    socket.settle()
    ada.say(room["id"], "after")
    socket.settle()
    assert [event["seq"] for event in socket.events_of(room["id"])] == [1, 2, 3]


def test_a_read_position_moves_on_every_device(cast: Cast) -> None:
    server, ada, ben, room = cast
    laptop, phone = greeted(server, ben), greeted(server, ben)
    seq = ada.say(room["id"], "@ben look")["seq"]
    ada.say(room["id"], "and this")

    laptop.send({"type": "read", "room": room["id"], "seq": seq})

    for device in (laptop, phone):
        told = device.expect("read", room=room["id"])
        assert (told["seq"], told["unread"], told["mentions"]) == (seq, 1, 0)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"type":"ping"}', 4400),
        ("not json", 4400),
        ("[]", 4400),
        ('{"type":"hello"}', 4400),
        ('{"type":"hello","v":2}', 4406),
        (b"binary", 1003),
        ('{"type":"hello","v":1,"pad":"' + "x" * 70_000 + '"}', 1009),
    ],
)
def test_a_socket_that_does_not_begin_with_hello_is_closed(cast: Cast, first: str | bytes, code: int) -> None:
    server, ada, *_ = cast
    socket = server.session_socket(ada)

    socket.send_raw(first)

    assert socket.expect_close() == code


def test_a_second_hello_is_a_fault(cast: Cast) -> None:
    server, ada, *_ = cast
    socket = greeted(server, ada)

    socket.send({"type": "hello", "v": 1})

    assert socket.expect_close() == 4400


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "bad_json"),
        ('{"type":"ping","type":"ping"}', "bad_json"),
        ('{"type":"ping","n":NaN}', "bad_json"),
        ('{"type":"ping","n":' + "9" * 5000 + "}", "bad_json"),
        ("[" * 500 + "]" * 500, "bad_json"),
        ('{"type":"op","op":"send","room":"ROOM","client_id":"a","body":"\\ud800"}', "bad_text"),
        ('{"type":"op","op":"send","room":"ROOM","client_id":"a","body":"a\\u0000b"}', "bad_text"),
        ('"text"', "bad_frame"),
        ('{"type":"launch"}', "bad_frame"),
        ('{"type":"op","op":"launch","room":"ROOM","client_id":"a"}', "unknown_op"),
        ('{"type":"op","op":"send","room":5,"client_id":"a","body":"x"}', "bad_field"),
        ('{"type":"op","op":"send","room":"ROOM","client_id":"","body":"x"}', "bad_field"),
        ('{"type":"op","op":"send","room":"ROOM","client_id":"a","body":"   "}', "bad_field"),
        ('{"type":"op","op":"send","room":"r999","client_id":"a","body":"x"}', "not_found"),
        ('{"type":"op","op":"send","room":"' + "r" * 500 + '","client_id":"a","body":"x"}', "not_found"),
        ('{"type":"op","op":"send","room":"ROOM","client_id":"a","body":"' + "x" * 5001 + '"}', "too_large"),
        ('{"type":"op","op":"edit","room":"ROOM","client_id":"a","target":"m999","body":"x"}', "not_found"),
        ('{"type":"sub","room":"r99999999999999999999999"}', "not_found"),
        ('{"type":"read","room":"r999","seq":1}', "not_found"),
    ],
)
def test_whatever_arrives_gets_a_code_from_the_list(cast: Cast, frame: str, code: str) -> None:
    server, ada, _, room = cast
    socket = greeted(server, ada)

    socket.send_raw(frame.replace("ROOM", room["id"]))

    assert socket.expect("err")["code"] == code
    assert socket.say(room["id"], "still well")["type"] == "ack"
    assert "Traceback" not in server.log


def test_ten_malformed_frames_in_a_minute_close_the_socket(cast: Cast) -> None:
    server, ada, *_ = cast
    socket = greeted(server, ada)

    for _ in range(10):
        socket.send_raw("{")

    assert socket.expect_close() == 4400
    assert len([frame for frame in socket.received if frame["type"] == "err"]) >= 9


@pytest.mark.parametrize(
    "end",
    [
        lambda server, who: who.delete("/api/v1/session"),
        lambda server, who: server.client(who.username).delete("/api/v1/sessions"),
        lambda server, who: server.command("deactivate", who.username),
        lambda server, who: server.client(who.username).put("/api/v1/password", NEW_PASSWORD),
    ],
    ids=["sign-out", "sign-out-everywhere", "deactivation", "new-password"],
)
def test_the_end_of_a_sign_in_closes_its_socket(
    cast: Cast, end: Callable[[HubbubServer, HttpClient], object], request: pytest.FixtureRequest
) -> None:
    server, _, _, room = cast
    name = f"eve.{request.node.callspec.id}"
    server.add_people(name)
    eve = server.client(name)
    socket = greeted(server, eve)
    assert socket.say(room["id"], "signed in")["type"] == "ack"  # the premise

    end(server, eve)

    assert socket.expect_close(5) == 4401


def test_a_session_socket_needs_a_sign_in(cast: Cast) -> None:
    server, *_ = cast

    assert SessionSocket(server.base_url, None).expect_close() == 4401
    assert SessionSocket(server.base_url, "no-such-token-no-such-token").expect_close() == 4401


def test_a_page_of_another_site_is_refused_at_the_handshake(cast: Cast) -> None:
    server, ada, *_ = cast

    with pytest.raises(Exception, match="403"):
        SessionSocket(server.base_url, ada, origin="https://evil.example")


def test_a_token_opens_a_socket_from_anywhere(cast: Cast) -> None:
    server, _, _, room = cast

    socket = SessionSocket(server.base_url, server.token("ben"), origin="https://desk.example")

    assert socket.hello()["user"]["username"] == "ben"
    assert socket.say(room["id"], "from a program")["type"] == "ack"
    socket.close()


def test_typing_is_told_to_the_others_alone(cast: Cast) -> None:
    server, ada, ben, room = cast
    first, second = greeted(server, ada), greeted(server, ben)

    second.send({"type": "typing", "room": room["id"]})

    assert first.expect("typing", room=room["id"])["user"] == "ben"
    second.settle()
    assert second.untaken("typing") == []


def test_a_changed_room_is_told_as_event_and_as_room(cast: Cast, own: Own) -> None:
    server, ada, ben, room = cast
    socket = greeted(server, ben)

    accepted(ada.patch(f"/api/v1/rooms/{room['id']}", {"name": own("renamed"), "topic": "news"}))

    assert socket.expect_event("room", room["id"])["name"] == own("renamed")
    assert socket.expect("room")["room"]["topic"] == "news"


def test_a_public_room_made_private_is_lost_by_whoever_only_followed_it(cast: Cast) -> None:
    server, ada, ben, room = cast
    stranger, member = greeted(server, server.client("cleo")), greeted(server, ben)
    stranger.send({"type": "sub", "room": room["id"]})
    stranger.expect("synced", room=room["id"])

    accepted(ada.patch(f"/api/v1/rooms/{room['id']}", {"kind": "private"}))
    ada.say(room["id"], "among us")

    stranger.expect("revoked", room=room["id"])
    member.expect_event("room", room["id"])
    assert member.expect_event("message", room["id"])["body"] == "among us"
    stranger.settle()
    assert stranger.events_of(room["id"]) == []


def test_operations_of_one_socket_are_applied_in_order(cast: Cast, own: Own) -> None:
    server, ada, _, room = cast
    other = ada.make_room(own("other"))
    socket = greeted(server, ada)

    refs = [socket.post_op("send", (room, other)[n % 2]["id"], body=f"n{n}") for n in range(40)]
    answers = [socket.answer(ref) for ref in refs]

    for each in (0, 1):
        seqs = [answer["seq"] for answer in answers[each::2]]
        assert seqs == sorted(seqs)
