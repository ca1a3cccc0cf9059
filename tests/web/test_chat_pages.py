"""The chat's addresses: whom they let in, which names work, what they never tell."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from hubbub.people.actions import ban, person_for
from tests.web import chat_cast
from tests.web.chat_cast import island, room, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada() -> Any:
    return chat_cast.user("ada", admin=True)


@pytest.fixture
def ben() -> Any:
    return chat_cast.user("ben")


@pytest.fixture
def cleo() -> Any:
    return chat_cast.user("cleo")


def address(name: str) -> str:
    return f"/chat/{quote(name, safe='')}/"


@pytest.mark.parametrize(
    "path", ["/chat/", "/chat/general/", "/chat/nothing/", "/chat/-/r1/", "/chat/-/r999/"]
)
def test_visitors_are_sent_to_sign_in_and_back(path: str, ada: Any) -> None:
    room(ada, "general")

    answer = Client().get(path)

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_visitors_read_a_room_that_is_open_to_them(ada: Any) -> None:
    room(ada, "lobby", visitors=True)
    room(ada, "general")

    boot = island(Client().get("/chat/lobby/"))

    assert (boot["me"], boot["room"]["name"], boot["csrf"]) == (None, "lobby", "")
    assert boot["rooms"] == []
    assert boot["can"] == {"create_rooms": False}
    assert Client().get("/chat/general/").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "релизы",
        "two words",
        "🦉 owls",
        "100%",
        "a?b#c",
        "a&b=c",
        "it's",
        '"<b>"',
        "الفريق",
        "a+b",
        "a\\b",
        "-",
        "%41",
    ],
)
def test_any_name_that_a_person_would_type_works(name: str, ada: Any, ben: Any) -> None:
    made = room(ada, name)
    client = signed_in(ben)

    boot = island(client.get(address(name)))

    assert (boot["room"]["id"], boot["room"]["name"], boot["missing"]) == (made.wire_id, name, None)
    asked = client.get("/chat/", {"room": name})
    assert unquote(asked["Location"]) == f"/chat/{name}/"
    assert island(client.get(asked["Location"]))["room"]["id"] == made.wire_id


def test_a_name_is_found_in_any_spelling(ada: Any, ben: Any) -> None:
    made = room(ada, "Релизы")

    for spelling in ("релизы", "РЕЛИЗЫ", " Релизы "):
        assert island(signed_in(ben).get(address(spelling)))["room"]["id"] == made.wire_id


@pytest.mark.parametrize("name", [".", "..", "a\x00b", "x" * 81, "\u202e", " "])
def test_what_is_not_a_name_is_not_there(name: str, ben: Any) -> None:
    assert signed_in(ben).get(address(name)).status_code == 404


def test_a_room_that_is_missing_is_offered(ben: Any) -> None:
    boot = island(signed_in(ben).get("/chat/new%20room/"))

    assert (boot["missing"], boot["room"], boot["page"], boot["members"]) == ("new room", None, None, None)
    assert boot["can"] == {"create_rooms": True}


@pytest.mark.parametrize("kind", ["private", "staff"])
def test_a_hidden_room_looks_exactly_like_a_missing_one(kind: str, ada: Any, cleo: Any) -> None:
    room(ada, "hidden", kind)
    assert island(signed_in(ada).get("/chat/hidden/"))["room"]["name"] == "hidden"
    client = signed_in(cleo)

    hidden, absent = client.get("/chat/hidden/"), client.get("/chat/absent/")

    assert (hidden.status_code, hidden.headers.keys()) == (absent.status_code, absent.headers.keys())
    seen, unseen = island(hidden), island(absent)
    assert {**seen, "missing": "", "csrf": ""} == {**unseen, "missing": "", "csrf": ""}


def test_a_direct_room_opens_by_its_id_for_its_people_only(ada: Any, ben: Any, cleo: Any) -> None:
    direct = chat_cast.direct_room(ada, "ben")
    path = f"/chat/-/{direct.wire_id}/"

    assert island(signed_in(ben).get(path))["room"]["usernames"] == ["ada", "ben"]
    assert signed_in(cleo).get(path).status_code == 404
    assert signed_in(cleo).get("/chat/-/r999/").status_code == 404
    assert signed_in(cleo).get("/chat/-/nonsense/").status_code == 404


def test_a_named_room_has_one_address(ada: Any, ben: Any) -> None:
    made = room(ada, "two words")

    assert signed_in(ben).get(f"/chat/-/{made.wire_id}/")["Location"] == "/chat/two%20words/"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/chat", "/chat/"),
        ("/chat?room=a%20b", "/chat/?room=a%20b"),
        ("/chat/a%20b", "/chat/a%20b/"),
        ("/chat/%D1%80", "/chat/%D1%80/"),
        ("/chat/-/r1", "/chat/-/r1/"),
    ],
)
def test_a_forgotten_slash_is_put_there(path: str, to: str, ben: Any) -> None:
    answer = signed_in(ben).get(path)

    assert (answer.status_code // 100, answer["Location"]) == (3, to)


def test_the_banned_see_a_refusal_and_no_room(ada: Any, ben: Any) -> None:
    room(ada, "general")
    client = signed_in(ben)
    assert client.get("/chat/general/").status_code == 200
    ban(person_for(ben), by=person_for(ada))

    assert client.get("/chat/general/").status_code == 403
    assert client.get("/chat/").status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(method: str, ben: Any) -> None:
    assert getattr(signed_in(ben), method)("/chat/").status_code == 405


def test_the_page_works_without_a_script(ada: Any, ben: Any) -> None:
    room(ada, "релизы")

    page = signed_in(ben).get("/chat/").content.decode()

    assert "<noscript>" in page
    assert '<input name="room"' in page
    assert 'href="/chat/%D1%80%D0%B5%D0%BB%D0%B8%D0%B7%D1%8B/"' in page
