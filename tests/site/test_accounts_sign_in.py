"""Signing in and out: by name or e-mail, throttled together with the JSON API, back to where one came from."""

import pytest
from django.core import mail
from django.test import Client

from hubbub.lib.refusals import RateLimited
from hubbub.people import sign_in
from hubbub.site.accounts.models import User
from tests.site.accounts_cast import PASSWORD, member, owner, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ben() -> User:
    owner()
    return member("Ben")


def attempt(login: str, password: str = PASSWORD, *, to: str = "", client: Client | None = None) -> str:
    """Where the sign-in form leads; empty if it stays."""
    answer = (client or Client()).post("/accounts/login/", {"login": login, "password": password, "next": to})
    return str(answer.headers.get("Location", ""))


@pytest.mark.parametrize("login", ["Ben", "ben", "BEN", "ben@example.org", "Ben@Example.org"])
def test_one_signs_in_by_name_or_mail_in_any_case(login: str) -> None:
    assert attempt(login) == "/chat/"


@pytest.mark.parametrize(
    ("login", "password"), [("Ben", "wrong"), ("Nobody", PASSWORD), ("", PASSWORD), ("Ben", "")]
)
def test_wrong_names_and_passwords_look_alike(login: str, password: str) -> None:
    assert attempt(login, password) == ""


def test_a_deactivated_person_does_not_get_in(ben: User) -> None:
    assert attempt("Ben") == "/chat/"
    ben.is_active = False
    ben.save(update_fields=["is_active"])

    assert attempt("Ben") == ""


@pytest.mark.parametrize("to", ["/chat/general/", "/chat/%D1%80%D0%B5%D0%BB%D0%B8%D0%B7%D1%8B/"])
def test_one_returns_to_where_one_came_from(to: str) -> None:
    assert attempt("Ben", to=to) == to


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example/",
    ],
)
def test_one_is_never_sent_to_another_site(to: str) -> None:
    assert attempt("Ben", to=to) == "/chat/"


def test_guessing_is_refused_in_words_and_shared_with_the_api() -> None:
    for _ in range(sign_in.TRIES_OF_ONE_NAME_FROM_ONE_ADDRESS):
        assert attempt("Ben", "wrong") == ""

    answer = Client().post("/accounts/login/", {"login": "Ben", "password": PASSWORD})

    assert "Too many wrong passwords" in answer.content.decode()
    with pytest.raises(RateLimited):
        sign_in.check("ben", PASSWORD, "127.0.0.1")


def test_sign_out_needs_a_post(ben: User) -> None:
    client = signed_in(ben)

    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session

    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_the_admin_site_has_no_way_in_of_its_own() -> None:
    answer = Client().post("/admin/login/?next=/admin/", {"username": "Ada", "password": PASSWORD})

    assert answer["Location"] == "/accounts/login/?next=/admin/"
    assert Client().get("/admin/")["Location"].startswith("/admin/login/")


def test_a_changed_password_ends_every_other_session(ben: User) -> None:
    here, elsewhere = signed_in(ben), signed_in(ben)
    assert elsewhere.get("/account/").status_code == 200
    new = "quite another phrase"

    answer = here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new})

    assert answer["Location"] == "/account/"
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert (attempt("Ben"), attempt("Ben", new)) == ("", "/chat/")


def test_a_password_is_not_changed_without_the_present_one(ben: User) -> None:
    answer = signed_in(ben).post(
        "/accounts/password/change/", {"oldpassword": "wrong", "password1": "quite another phrase"}
    )

    assert "This is not the present password." in answer.content.decode()
    assert attempt("Ben") == "/chat/"


def test_a_forgotten_password_is_set_anew_by_mail(ben: User) -> None:
    elsewhere, client = signed_in(ben), Client()
    assert elsewhere.get("/account/").status_code == 200

    asked = client.post("/accounts/password/reset/", {"email": "BEN@example.org"})

    assert asked["Location"] == "/accounts/password/reset/done/"
    [letter] = mail.outbox
    assert [address.lower() for address in letter.to] == ["ben@example.org"]
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    form = client.get(link)["Location"]
    assert client.post(form, {"password1": "quite another phrase"}).status_code == 302
    assert attempt("Ben", "quite another phrase") == "/chat/"
    assert elsewhere.get("/account/").status_code == 302
    assert "This link does not work" in client.get(link).content.decode()


def test_a_reset_does_not_tell_whether_somebody_has_the_mail() -> None:
    known = Client().post("/accounts/password/reset/", {"email": "ben@example.org"})
    unknown = Client().post("/accounts/password/reset/", {"email": "cleo@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(mail.outbox) == 1
