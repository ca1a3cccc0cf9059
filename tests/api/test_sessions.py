"""Signing in and out over HTTP, the password, CSRF and origins."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from pytest_django.fixtures import Settings

from hubbub.people.actions import ban, deactivate
from hubbub.people.models import Person
from tests import cast
from tests.api.asking import content, done, of, refused, signed_in, visitor

pytestmark = pytest.mark.django_db

NEW = "another horse and a paperclip"
ORIGIN = {"Origin": "http://testserver"}
FOREIGN = {"Origin": "https://elsewhere.example"}


@pytest.fixture(autouse=True)
def _own_host(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def test_signing_in_gives_the_user_a_csrf_token_and_a_cookie() -> None:
    cast.actor("ada")
    asker = visitor()

    answer = asker.post("session", {"username": "ada", "password": cast.PASSWORD})

    told = done(answer)
    assert told["user"] == {"username": "ada", "admin": True, "bot": False}
    assert told["csrf_token"]
    cookie = answer.cookies["hubbub_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_session_is_shown_again_with_a_token_that_works() -> None:
    ada = signed_in("ada")

    told = done(ada.get("session"))

    assert told["user"]["username"] == "ada"
    ada.csrf_token = told["csrf_token"]
    done(ada.post("rooms", {"name": "Atelier", "kind": "public"}), 201)


def test_a_visitor_has_no_session() -> None:
    answer = visitor().get("session")

    refused(answer, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_says_whose_it_is() -> None:
    cast.actor("dot")

    assert done(of("dot").get("session")) == {
        "user": {"username": "dot", "admin": False, "bot": True},
        "csrf_token": "",
    }


@pytest.mark.parametrize(
    ("username", "password"),
    [("ada", "wrong"), ("nobody", cast.PASSWORD), ("ada", "я" * 4000), ("Жанна", "пароль"), ("ada'--", "x")],
)
def test_a_wrong_name_or_password_is_not_told_apart(username: str, password: str) -> None:
    cast.actor("ada")

    told = refused(visitor().post("session", {"username": username, "password": password}), "unauthenticated")

    assert told["detail"] == "The username or the password is wrong."


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"username": "ada"}, "bad_field"),
        ({"username": 1, "password": "x"}, "bad_field"),
        ({"username": None, "password": "x"}, "bad_field"),
        ({"username": "a" * 151, "password": "x"}, "bad_field"),
        ({"username": "ada", "password": "x" * 5000}, "bad_field"),
        ({"username": "ada\0", "password": "x"}, "bad_text"),
        ([], "bad_field"),
        ("ada", "bad_field"),
    ],
)
def test_a_sign_in_of_the_wrong_shape_is_refused(body: object, code: str) -> None:
    refused(visitor().post("session", body), code)


def test_names_and_passwords_are_of_any_script() -> None:
    cast.user("Жанна")
    users = get_user_model()
    zhanna = users._default_manager.get(username="Жанна")
    zhanna.set_password("пароль из слов 🐎")
    zhanna.save()

    assert done(visitor().post("session", {"username": "Жанна", "password": "пароль из слов 🐎"}))


def test_guessing_is_slowed_and_leaves_sessions_alone() -> None:
    ada = signed_in("ada")
    guesser = visitor()

    codes = [
        content(guesser.post("session", {"username": "ada", "password": f"x{n}"}))["code"] for n in range(30)
    ]

    assert codes[0] == "unauthenticated"
    assert codes[-1] == "rate_limited"
    answer = guesser.post("session", {"username": "ada", "password": cast.PASSWORD})
    told = refused(answer, "rate_limited")
    assert int(answer.headers["Retry-After"]) * 1000 >= told["retry_after_ms"] > 0
    done(ada.get("session"))


def test_a_session_that_somebody_planted_is_not_signed_in() -> None:
    cast.actor("ada")
    planted = SessionStore()
    planted.create()
    asker, thief = visitor(), visitor()
    for holder in (asker, thief):
        holder.client.cookies["hubbub_session"] = str(planted.session_key)

    asker.sign_in("ada")

    done(asker.get("session"))
    refused(thief.get("session"), "unauthenticated")


def test_ending_a_session_ends_only_that_one() -> None:
    here, there = signed_in("ada"), signed_in("ada")

    done(here.delete("session"))

    refused(here.get("session"), "unauthenticated")
    done(there.get("session"))


def test_a_cookie_kept_from_an_ended_session_is_worth_nothing() -> None:
    ada = signed_in("ada")
    kept = ada.client.cookies["hubbub_session"].value
    done(ada.delete("session"))

    thief = visitor()
    thief.client.cookies["hubbub_session"] = kept

    refused(thief.get("session"), "unauthenticated")


def test_ending_all_sessions_leaves_tokens_and_other_people() -> None:
    here, there, program = signed_in("ada"), signed_in("ada"), of("ada")
    ben = signed_in("ben")

    done(here.delete("sessions"))

    refused(here.get("session"), "unauthenticated")
    refused(there.get("session"), "unauthenticated")
    done(program.get("session"))
    done(ben.get("session"))


def test_a_token_ends_all_sessions_too() -> None:
    there, program = signed_in("ada"), of("ada")

    done(program.delete("session"))
    done(there.get("session"))
    done(program.delete("sessions"))

    refused(there.get("session"), "unauthenticated")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    here, there, program = signed_in("ada"), signed_in("ada"), of("ada")

    told = done(here.put("password", {"current": cast.PASSWORD, "new": NEW}))

    assert told["csrf_token"] != here.csrf_token
    refused(there.get("session"), "unauthenticated")
    done(program.get("session"))
    here.csrf_token = told["csrf_token"]
    done(here.post("rooms", {"name": "Atelier", "kind": "public"}), 201)
    refused(visitor().post("session", {"username": "ada", "password": cast.PASSWORD}), "unauthenticated")
    done(visitor().post("session", {"username": "ada", "password": NEW}))


def test_the_token_from_before_a_new_password_is_worth_nothing() -> None:
    ada = signed_in("ada")
    done(ada.put("password", {"current": cast.PASSWORD, "new": NEW}))

    refused(ada.post("rooms", {"name": "Atelier", "kind": "public"}), "forbidden")


def test_a_weak_password_is_refused_with_the_reason() -> None:
    ada = signed_in("ada")

    told = refused(ada.put("password", {"current": cast.PASSWORD, "new": "1234"}), "bad_field")

    assert "too short" in told["detail"]
    done(visitor().post("session", {"username": "ada", "password": cast.PASSWORD}))


def test_the_password_is_not_changed_without_the_present_one() -> None:
    ada = signed_in("ada")

    codes = [content(ada.put("password", {"current": f"x{n}", "new": NEW}))["code"] for n in range(30)]

    assert codes[0] == "unauthenticated"
    assert codes[-1] == "rate_limited"
    done(ada.get("session"))


def test_unsafe_requests_with_the_cookie_need_the_csrf_token() -> None:
    ada = signed_in("ada")
    ada.csrf_token = ""

    for method, path in [
        ("POST", "rooms"),
        ("DELETE", "session"),
        ("PUT", "password"),
        ("POST", "rooms/r1/ops"),
    ]:
        refused(ada.ask(method, path, {"name": "Atelier", "kind": "public"}), "forbidden")
    done(ada.get("session"))


def test_the_csrf_token_of_another_session_is_worth_nothing() -> None:
    ada, ben = signed_in("ada"), signed_in("ben")
    ada.csrf_token = ben.csrf_token

    refused(ada.post("rooms", {"name": "Atelier", "kind": "public"}), "forbidden")


def test_another_sites_page_changes_nothing_even_with_a_token() -> None:
    ada = signed_in("ada")
    room = {"name": "Atelier", "kind": "public"}

    refused(ada.ask("POST", "rooms", room, headers=FOREIGN), "forbidden")
    done(ada.ask("POST", "rooms", room, headers=ORIGIN), 201)


def test_a_cookie_works_over_https_without_a_referer() -> None:
    ada = signed_in("ada")

    answer = ada.client.post(
        "/api/v1/rooms",
        {"name": "Atelier", "kind": "public"},
        content_type="application/json",
        headers={"X-CSRFToken": ada.csrf_token},
        secure=True,
    )

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "http://testserver:81",
        "https://testserver",
        "null",
        "http://x.testserver",
    ],
)
def test_another_sites_page_cannot_sign_anybody_in(origin: str) -> None:
    cast.actor("ada")
    body = {"username": "ada", "password": cast.PASSWORD}

    refused(visitor().ask("POST", "session", body, headers={"Origin": origin}), "forbidden")
    done(visitor().ask("POST", "session", body, headers=ORIGIN))


def test_a_bearer_token_needs_no_csrf_token_and_no_origin() -> None:
    ada = of("ada")

    done(ada.ask("POST", "rooms", {"name": "Atelier", "kind": "public"}, headers=FOREIGN), 201)


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer " + "x" * 43, "Basic YTpi", "", "Bearer"])
def test_a_bad_token_is_refused_even_with_a_good_cookie(header: str) -> None:
    ada = signed_in("ada")

    refused(ada.ask("GET", "rooms", headers={"Authorization": header}), "unauthenticated")
    refused(visitor().ask("GET", "rooms/r1", headers={"Authorization": header}), "unauthenticated")
    done(ada.get("rooms"))


def test_a_token_wins_over_a_cookie() -> None:
    ada = signed_in("ada")

    told = done(ada.ask("GET", "session", headers={"Authorization": f"Bearer {cast.token('dot')}"}))

    assert told["user"]["username"] == "dot"


def test_deactivation_ends_everything() -> None:
    ben, program = signed_in("ben"), of("ben")

    deactivate(get_user_model()._default_manager.get(username="ben"))

    refused(ben.get("rooms"), "unauthenticated")
    refused(program.get("rooms"), "unauthenticated")
    refused(visitor().post("session", {"username": "ben", "password": cast.PASSWORD}), "unauthenticated")


def test_whoever_is_banned_is_told_so() -> None:
    ben, program = signed_in("ben"), of("ben")

    ban(Person.objects.get(username="ben"), by=None)

    refused(ben.get("rooms"), "forbidden")
    refused(program.get("rooms"), "forbidden")
    fresh = visitor()
    refused(fresh.post("session", {"username": "ben", "password": cast.PASSWORD}), "forbidden")
    refused(fresh.get("session"), "unauthenticated")


@pytest.mark.parametrize("cookie", ["x", "x" * 32, '"abcdefgh\\000ijklmnop"', "\xd1\x8b"])
def test_a_cookie_that_was_never_given_out_is_a_visitors(cookie: str) -> None:
    asker = visitor()
    asker.client.cookies["hubbub_session"] = "x"

    refused(asker.ask("GET", "session", headers={"Cookie": f"hubbub_session={cookie}"}), "unauthenticated")
