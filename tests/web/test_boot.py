"""The island that the client starts from, and the policy and the head of its page."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from hubbub.web.boot import island as written
from tests.web import chat_cast
from tests.web.chat_cast import answered, island, joined, room, signed_in, told

pytestmark = pytest.mark.django_db

NASTY = "</script><script>alert(1)</script><!--\u2028&amp;"


@pytest.fixture
def ada() -> Any:
    return chat_cast.user("ada", admin=True)


@pytest.fixture
def ben() -> Any:
    return chat_cast.user("ben")


def test_the_island_holds_what_the_client_needs(ada: Any, ben: Any) -> None:
    room(ada, "general")

    boot = island(signed_in(ben).get("/chat/general/"))

    assert boot["me"] == {"username": "ben", "name": "ben", "admin": False}
    assert [(listed["name"], listed["online"]) for listed in boot["rooms"]] == [("general", 0)]
    assert boot["room"] == boot["rooms"][0]
    assert boot["page"]["seq"] == boot["room"]["head"] == 1
    assert boot["page"]["epoch"] == boot["epoch"]
    assert boot["members"] == [{"username": "ada", "role": "manager", "online": False}]
    assert boot["csrf"]
    assert (boot["locale"], boot["dir"], boot["theme"]) == ("en", "ltr", "system")
    assert boot["limits"]["body_chars"] == 5000
    assert boot["urls"]["chat"] == "/chat/"
    assert boot["urls"]["api"] == "/api/v1/"
    assert boot["urls"]["ws"] == "/ws/v1"
    assert boot["urls"]["sign_in"] == "/accounts/login/"
    assert boot["urls"]["admin"] is None


def test_only_admins_are_shown_the_way_to_the_admin_site(ada: Any) -> None:
    boot = island(signed_in(ada).get("/chat/"))

    assert (boot["me"]["admin"], boot["urls"]["admin"]) == (True, "/admin/")


def test_no_content_can_leave_the_island() -> None:
    text = written({"name": NASTY})

    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"name": NASTY}


def test_a_nasty_topic_stays_a_topic(ada: Any, ben: Any) -> None:
    made = room(ada, "general")
    type(made).objects.update(topic=NASTY)

    answer = signed_in(ben).get("/chat/general/")

    assert island(answer)["room"]["topic"] == NASTY
    assert "<script>alert" not in answer.content.decode()


def test_the_policy_is_exactly_as_tight_as_promised(ben: Any) -> None:
    client = signed_in(ben)

    first, second = client.get("/chat/"), client.get("/chat/")

    nonces = [re.search(r'importmap" nonce="([^"]+)"', page.content.decode()) for page in (first, second)]
    assert nonces[0] is not None
    assert nonces[1] is not None
    assert nonces[0][1] != nonces[1][1]
    assert first["Content-Security-Policy"] == (
        f"default-src 'self'; script-src 'self' 'nonce-{nonces[0][1]}'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self' ws://testserver wss://testserver; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; require-trusted-types-for 'script'; trusted-types hubbub"
    )
    assert first["Cache-Control"] == "private, no-cache"


def test_a_visitor_page_makes_no_session(ada: Any) -> None:
    room(ada, "lobby", visitors=True)

    answer = Client().get("/chat/lobby/")

    assert answer.status_code == 200
    assert not answer.cookies


def test_the_page_takes_as_many_queries_for_many_rooms_as_for_one(
    ada: Any, ben: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(ben)
    room(ada, "general")
    client.get("/chat/general/")
    with django_assert_max_num_queries(40) as of_one:
        client.get("/chat/general/")

    for number in range(15):
        room(ada, f"room {number}")

    with django_assert_max_num_queries(len(of_one)):
        client.get("/chat/general/")


def test_the_island_holds_what_lies_around_the_message_that_the_address_names(ada: Any, ben: Any) -> None:
    made = room(ada, "general")
    told(ada, made, *(f"message {number}" for number in range(100)))
    client = signed_in(ben)

    far, near, none = (
        island(client.get(f"/chat/general/{query}")) for query in ("?at=20", "?at=95", "?at=x")
    )

    assert 20 in [message["seq"] for message in far["context"]["messages"]]
    assert far["page"]["messages"][-1]["body"] == "message 99"
    assert near["context"] is None, "the newest page holds it"
    assert none["context"] is None


def test_the_island_holds_what_its_newest_messages_answer(ada: Any, ben: Any) -> None:
    made = room(ada, "general")
    told(ada, made, *(f"message {number}" for number in range(100)))
    client = signed_in(ben)
    far = island(client.get("/chat/general/?at=2"))["context"]["messages"][0]
    answered(ada, made, far["id"], "about that")

    page = island(client.get("/chat/general/"))["page"]

    assert page["messages"][-1]["reply_to"] == far["id"]
    assert [message["body"] for message in page["quoted"]] == [far["body"]]


def test_the_island_holds_the_first_unread_message_however_far_back(ada: Any, ben: Any) -> None:
    made = room(ada, "general")
    joined(ben, made)
    told(ada, made, *(f"message {number}" for number in range(100)))

    boot = island(signed_in(ben).get("/chat/general/"))

    assert boot["context"]["messages"][0]["body"] == "message 0"
    assert boot["page"]["messages"][0]["body"] == "message 40"


@pytest.mark.parametrize("asked", ["-1", "1e3", "٣", "9" * 40, "0", "<b>"])
def test_a_position_that_is_none_is_no_position(ada: Any, ben: Any, asked: str) -> None:
    told(ada, room(ada, "general"), *(f"message {number}" for number in range(70)))

    assert island(signed_in(ben).get("/chat/general/", {"at": asked}))["context"] is None
