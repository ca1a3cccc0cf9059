"""Two processes on PostgreSQL and Redis are one Hubbub to whoever connects to either."""

import pytest

from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json, accepted, refused
from tests.support.hubbub_process import HubbubServer
from tests.support.redis import RedisServer
from tests.support.sockets import SessionSocket
from tests.support.waiting import wait_until

Nodes = tuple[HubbubServer, HubbubServer, HttpClient, HttpClient, Json]


@pytest.fixture
def nodes(hubbub_server: Servers) -> Nodes:
    """Two nodes of one store; Ada at the first, Ben at the second, and a room with both."""
    one = hubbub_server(store="postgres")
    two = hubbub_server(place=one.place)
    ada, ben = one.client("ada"), two.client("ben")
    room = ada.make_room("general")
    ben.join(room["id"])
    return one, two, ada, ben, room


def greeted(server: HubbubServer, who: HttpClient) -> SessionSocket:
    socket = server.session_socket(who)
    socket.hello()
    return socket


def test_people_at_two_nodes_talk_in_one_order_and_see_each_other(nodes: Nodes) -> None:
    one, two, ada, ben, room = nodes
    first, second = greeted(one, ada), greeted(two, ben)

    for number in range(10):
        first.say(room["id"], f"ada {number}")
        second.say(room["id"], f"ben {number}")
    second.send({"type": "typing", "room": room["id"]})

    assert first.expect("typing", room=room["id"])["user"] == "ben"
    wait_until("both are online for both", lambda: _online(ada, room) == _online(ben, room) == {"ada", "ben"})
    for socket in (first, second):
        seqs = [socket.expect_event("message", room["id"])["seq"] for _ in range(20)]
        assert seqs == list(range(3, 23))
    assert first.events_of(room["id"]) == second.events_of(room["id"])


def test_a_repeat_at_another_node_has_no_second_effect(nodes: Nodes) -> None:
    _, two, ada, _, room = nodes
    elsewhere = two.client("ada")

    first = ada.say(room["id"], "once", client_id="c1")
    again = elsewhere.say(room["id"], "once", client_id="c1")

    assert again == first | {"duplicate": True}
    refused(elsewhere.operate(room["id"], "send", "c1", body="other"), 409, "conflict")


def test_what_is_acknowledged_by_one_node_is_true_at_the_other_at_once(nodes: Nodes) -> None:
    _, two, ada, ben, _ = nodes
    hidden = ada.make_room("plans", "private")
    accepted(ada.post(f"/api/v1/rooms/{hidden['id']}/members", {"username": "ben"}))
    socket = greeted(two, ben)
    for number in range(5):
        seq = ada.say(hidden["id"], f"{number}")["seq"]
        assert accepted(ben.get(f"/api/v1/rooms/{hidden['id']}/messages"))["seq"] == seq

    accepted(ada.delete(f"/api/v1/rooms/{hidden['id']}/members/ben"))

    refused(ben.get(f"/api/v1/rooms/{hidden['id']}/messages"), 404, "not_found")
    ada.say(hidden["id"], "without him")
    socket.expect("revoked", 5, room=hidden["id"])
    socket.settle()
    assert all(event.get("body") != "without him" for event in socket.events_of(hidden["id"]))


def test_a_sign_out_at_one_node_closes_the_socket_at_the_other(nodes: Nodes) -> None:
    one, two, _, ben, _ = nodes
    socket = greeted(two, ben)

    accepted(one.client("ben").delete("/api/v1/sessions"))

    assert socket.expect_close(5) == 4401


@pytest.mark.waits
def test_a_killed_node_leaves_no_ghost(hubbub_server: Servers) -> None:
    one = hubbub_server(store="postgres", env={"HUBBUB_LIMITS": "presence_lease_ms=3000"})
    two = hubbub_server(place=one.place, env={"HUBBUB_LIMITS": "presence_lease_ms=3000"})
    ada, ben = one.client("ada"), two.client("ben")
    room = ada.make_room("general")
    ben.join(room["id"])
    watching, gone = greeted(one, ada), greeted(two, ben)
    gone.expect("presence", room=room["id"])
    wait_until("Ben is online", lambda: _online(ada, room) == {"ada", "ben"})

    two.kill()

    wait_until("Ben's lease lapsed", lambda: _online(ada, room) == {"ada"}, timeout=8)
    watching.expect("presence", room=room["id"], left=["ben"])


def test_without_redis_everything_goes_on_through_the_store(nodes: Nodes, redis: RedisServer) -> None:
    one, two, ada, ben, room = nodes
    first, second = greeted(one, ada), greeted(two, ben)
    first.say(room["id"], "with Redis")
    second.expect_event("message", room["id"])

    redis.kill()
    for number in range(5):
        first.say(room["id"], f"without Redis {number}")
    received = [second.expect_event("message", room["id"], 10)["body"] for _ in range(5)]
    late = greeted(two, ben)
    late.say(room["id"], "a new socket meanwhile")
    first_again = [first.expect_event("message", room["id"], 10)["body"] for _ in range(7)]
    redis.start()

    assert received == [f"without Redis {number}" for number in range(5)]
    assert first_again[-1] == "a new socket meanwhile"
    wait_until("the hint is back", lambda: "is back" in one.log or "is back" in two.log, timeout=20)
    first.say(room["id"], "healed")
    second.expect_event("message", room["id"])
    second.expect_event("message", room["id"])


def test_two_workers_share_one_port(hubbub_server: Servers) -> None:
    server = hubbub_server(store="postgres", workers=2)
    ada = server.client("ada")
    room = ada.make_room("general")
    sockets = [greeted(server, ada) for _ in range(6)]

    ack = sockets[0].say(room["id"], "to all workers")

    for socket in sockets:
        assert socket.expect_event("message", room["id"])["seq"] == ack["seq"]


def _online(client: HttpClient, room: Json) -> set[str]:
    members = accepted(client.get(f"/api/v1/rooms/{room['id']}/members"))["members"]
    return {member["username"] for member in members if member["online"]}
