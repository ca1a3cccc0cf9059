"""The room socket on a real server: the simple protocol that stays for ever."""

import pytest

from tests.realtime.conftest import Own
from tests.support.http_client import accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import RoomSocket

NAMES = ["general", "Общая комната", "кофе ☕ и 👩‍👩‍👧", "50% & more? #1", "a.b", "имя+плюс", "日本語"]


@pytest.mark.parametrize("name", NAMES)
def test_any_room_name_that_a_person_would_type_connects(server: HubbubServer, name: str) -> None:
    socket = server.room_socket(server.token("ada"), name)

    assert socket.expect("user_list")["users"] == ["ada"]
    assert socket.expect("message_history") == {"type": "message_history", "messages": [], "version": 1}
    assert server.client("ada").room_named(name)["kind"] == "public"


@pytest.mark.parametrize("name", ["a/b", "..", " ", "a\u202eb", "x" * 81])
def test_a_name_that_no_room_can_have_is_refused(server: HubbubServer, name: str) -> None:
    socket = server.room_socket(server.token("ada"), name)

    assert socket.expect_close() == 4404


def test_two_people_talk_edit_delete_react_and_type(server: HubbubServer, own: Own) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ada.expect("message_history")
    ben = server.room_socket(server.token("ben"), own("general"))

    assert ben.expect("user_list")["users"] == ["ada", "ben"]
    assert ada.expect("user_join")["user"] == "ben"
    ada.say("hello", key=own("k1"))
    said = ben.expect_message("hello")
    assert (said["user"], said["key"], said["number"]) == ("ada", own("k1"), 2)
    ada.send({"type": "edit_message", "id": said["id"], "message": "hello all"})
    edited = ben.expect("message_edited")
    assert (edited["message"], edited["number"], edited["version"]) == ("hello all", 2, 3)
    assert edited["edited_at"]
    ben.send({"type": "react", "id": said["id"], "emoji": "👍"})
    assert ada.expect("reactions")["reactions"] == {"👍": ["ben"]}
    ben.send({"type": "unreact", "id": said["id"], "emoji": "👍"})
    assert ada.expect("reactions", version=5)["reactions"] == {}
    ben.send({"type": "typing"})
    assert ada.expect("typing")["user"] == "ben"
    ada.send({"type": "delete_message", "id": said["id"]})
    deleted = ben.expect("message_deleted")
    assert (deleted["message"], deleted["id"]) == (None, said["id"])
    assert deleted["deleted_at"]


def test_a_repeated_key_stores_one_message_and_another_text_is_a_conflict(
    server: HubbubServer, own: Own
) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ben = server.room_socket(server.token("ben"), own("general"))
    ben.expect("message_history")

    ada.say("once", key=own("k1"))
    first = ada.expect_message("once")
    ada.say("once", key=own("k1"))
    again = ada.expect_message("once")
    ada.say("twice", key=own("k1"))

    assert again["id"] == first["id"]
    refused = ada.expect("error")
    assert (refused["code"], refused["key"]) == ("conflict", own("k1"))
    ada.say("the end")
    ben.expect_message("the end")
    assert [frame["message"] for frame in ben.received if frame["type"] == "chat_message"] == [
        "once",
        "the end",
    ]


def test_presence_counts_people_and_not_tabs(server: HubbubServer, own: Own) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ada.expect("message_history")
    token = server.token("ben")
    tab, other_tab = server.room_socket(token, own("general")), server.room_socket(token, own("general"))
    ada.expect("user_join", user="ben")
    assert other_tab.expect("user_list")["users"] == ["ada", "ben"]

    tab.close()
    ada.say("still two of us")
    ada.expect_message("still two of us")
    assert ada.untaken("user_leave") == []
    other_tab.close()

    assert ada.expect("user_leave")["user"] == "ben"
    assert len([frame for frame in ada.received if frame["type"] == "user_join"]) == 1


def test_history_is_the_last_ten_or_as_many_as_asked(server: HubbubServer, own: Own) -> None:
    client = server.client("ada")
    room = client.make_room(own("general"))
    for number in range(15):
        client.say(room["id"], f"message {number}")
    token = server.token("ada")

    told = server.room_socket(token, own("general")).expect("message_history")
    more = server.room_socket(token, own("general"), "?history=12").expect("message_history")
    bounded = server.room_socket(token, own("general"), "?history=100000").expect("message_history")

    assert [message["message"] for message in told["messages"]] == [f"message {n}" for n in range(5, 15)]
    assert told["version"] == 16
    assert (len(more["messages"]), len(bounded["messages"])) == (12, 15)


def test_a_client_resumes_after_its_version_edits_and_reactions_too(server: HubbubServer, own: Own) -> None:
    client = server.client("ada")
    room = client.make_room(own("general"))
    first = client.say(room["id"], "first")
    accepted(client.operate(room["id"], "edit", target=first["id"], body="first, edited"))
    accepted(client.operate(room["id"], "react", target=first["id"], emoji="👍"))
    client.say(room["id"], "second")

    socket = server.room_socket(server.token("ben"), own("general"), f"?after={first['seq']}")

    socket.expect("user_list")
    socket.expect_message("second")
    kinds = [frame["type"] for frame in socket.received]
    assert kinds == ["user_list", "message_edited", "reactions", "chat_message"]


def test_private_messages_reach_every_connection_and_nobody_else(server: HubbubServer, own: Own) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    token = server.token("ben")
    here, elsewhere = server.room_socket(token, own("general")), server.room_socket(token, own("another"))
    cleo = server.room_socket(server.token("cleo"), own("general"))
    for socket in (ada, here, elsewhere, cleo):
        socket.expect("message_history")

    ada.say("/pm ben between us", key=own("p1"))
    ada.say("/pm BEN second")

    delivered = ada.expect("private_message_delivered", message="between us")
    assert delivered["target"] == "ben"
    for socket in (here, elsewhere):
        told = socket.expect("private_message", message="between us")
        assert (told["user"], told["id"]) == ("ada", delivered["id"])
        socket.expect("private_message", message="second")
    ada.say("for all")
    cleo.expect_message("for all")
    assert cleo.untaken("private_message") == []
    assert cleo.untaken("private_message_delivered") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/pm", "bad_field"),
        ("/pm ben", "bad_field"),
        ("/pm nobody hi", "not_found"),
        ("/pm a@b+c hi", "not_found"),
    ],
)
def test_a_private_message_that_cannot_be_is_a_clear_error(
    server: HubbubServer, own: Own, text: str, code: str
) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ada.expect("message_history")

    ada.say(text, key=own("p1"))

    refused = ada.expect("error")
    assert (refused["code"], refused["key"]) == (code, own("p1"))


def test_a_private_message_to_oneself_is_a_note(server: HubbubServer, own: Own) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ada.expect("message_history")

    ada.say("/pm ada buy milk")

    assert ada.expect("private_message_delivered")["target"] == "ada"
    assert ada.expect("private_message")["message"] == "buy milk"


def test_a_visitor_reads_where_visitors_may_and_never_speaks(server: HubbubServer, own: Own) -> None:
    client = server.client("ada")
    client.make_room(own("lobby"), visitors=True)
    client.make_room(own("closed"))

    visitor = server.room_socket(None, own("lobby"))
    visitor.expect("message_history")
    visitor.say("let me in")
    visitor.send({"type": "typing"})

    assert visitor.expect("error")["code"] == "unauthenticated"
    assert visitor.expect("error")["code"] == "unauthenticated"
    for name in (own("closed"), own("absent")):
        assert RoomSocket(server.base_url, None, room=name).expect_close() == 4401


def test_hidden_rooms_look_like_rooms_that_cannot_be(server: HubbubServer, own: Own) -> None:
    client = server.client("ada")
    client.make_room(own("board"), "staff")
    client.make_room(own("plans"), "private")
    token = server.token("cleo")

    for name in (own("board"), own("plans")):
        assert server.room_socket(token, name).expect_close() == 4404
    server.room_socket(server.token("ada"), own("board")).expect("message_history")


def test_only_managers_speak_in_an_announcement_room(server: HubbubServer, own: Own) -> None:
    server.client("ada").make_room(own("news"), "announcement")
    ada = server.room_socket(server.token("ada"), own("news"))
    cleo = server.room_socket(server.token("cleo"), own("news"))
    cleo.expect("message_history")

    cleo.say("me too")
    ada.say("the news")

    assert cleo.expect("error")["code"] == "forbidden"
    cleo.expect_message("the news")


def test_strangers_do_not_change_what_is_not_theirs(server: HubbubServer, own: Own) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ada.say("mine")
    said = ada.expect_message("mine")
    cleo = server.room_socket(server.token("cleo"), own("general"))

    cleo.send({"type": "edit_message", "id": said["id"], "message": "hers"})
    cleo.send({"type": "delete_message", "id": said["id"]})
    cleo.send({"type": "react", "id": "m999", "emoji": "👍"})
    cleo.send({"type": "react", "id": said["id"], "emoji": "abc"})

    codes = [cleo.expect("error")["code"] for _ in range(4)]
    assert codes == ["forbidden", "forbidden", "not_found", "bad_field"]


@pytest.mark.parametrize(
    "frame", ["{", "null", "[]", '"x"', '{"message":5}', "{}", '{"type":"x"}', "[" * 999]
)
def test_malformed_frames_get_an_error_and_the_socket_lives(
    server: HubbubServer, own: Own, frame: str
) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))
    ada.expect("message_history")

    ada.send_raw(frame)

    assert ada.expect("error")["code"] in ("bad_json", "bad_frame", "bad_field")
    ada.say("alive")
    ada.expect_message("alive")
    assert "Traceback" not in server.log


def test_a_binary_frame_closes_with_its_reason(server: HubbubServer, own: Own) -> None:
    ada = server.room_socket(server.token("ada"), own("general"))

    ada.send_raw(b"\x00")

    assert ada.expect_close() == 1003


def test_a_member_who_is_removed_is_shut_out(server: HubbubServer, own: Own) -> None:
    client = server.client("ada")
    room = client.make_room(own("plans"), "private")
    accepted(client.post(f"/api/v1/rooms/{room['id']}/members", {"username": "ben"}))
    ben = server.room_socket(server.token("ben"), own("plans"))
    client.say(room["id"], "for both")
    ben.expect_message("for both")

    accepted(client.delete(f"/api/v1/rooms/{room['id']}/members/ben"))
    client.say(room["id"], "for Ada alone")

    assert ben.expect_close() == 4403
    assert ben.untaken("chat_message") == []
