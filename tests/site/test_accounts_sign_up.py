"""Signing up: open, by invitation, closed; which names may be had; words for each refusal."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from hubbub.lib import clock
from hubbub.people.actions import person_for
from hubbub.site.accounts.models import Invitation, User
from tests.site.accounts_cast import PASSWORD, member, owner, set_sign_up, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada() -> User:
    cache.clear()  # allauth counts there how often one address signs up
    return owner("Ada")


def sign_up(
    username: str, *, path: str = "/accounts/signup/", **asked: str
) -> tuple[str, dict[str, list[str]]]:
    """Where the form leads, and what it complains of."""
    answer = Client().post(path, {"username": username, "password1": PASSWORD, **asked})
    form = (answer.context or {}).get("form") if answer.status_code == 200 else None
    return str(answer.headers.get("Location", "")), dict(form.errors) if form else {}


def link(ada: User, *, uses: int = 1, valid_for: timedelta = timedelta(days=1)) -> str:
    _row, token = Invitation.make(ada, uses=uses, valid_for=valid_for)
    return f"/join/{token}/"


@pytest.mark.parametrize("username", ["Ben", "Бен", "ben.b+1@home_2-x", "李", "b" * 64])
def test_a_stranger_signs_up_where_the_door_is_open(username: str) -> None:
    assert sign_up(username) == ("/chat/", {})

    user = User.objects.get(username=username)
    assert (user.is_staff, user.is_superuser, user.email) == (False, False, "")
    assert person_for(user).username == username


@pytest.mark.parametrize("username", ["", "b en", "b/en", "b" * 65, "<b>", "b\x00", "\u202eben", "..."])
def test_what_is_not_a_name_is_refused(username: str) -> None:
    where, errors = sign_up(username)

    assert (where, list(errors)) == ("", ["username"])
    assert User.objects.count() == 1


@pytest.mark.parametrize("username", ["all", "Here", "EVERYONE", "channel"])
def test_reserved_names_are_refused(username: str) -> None:
    assert sign_up(username) == ("", {"username": ["This name is reserved. Choose another."]})


@pytest.mark.parametrize("username", ["ada", "ADA", "Ａｄａ"])
def test_a_name_is_taken_in_every_spelling(username: str) -> None:
    assert sign_up(username) == ("", {"username": ["This name is taken."]})


def test_the_name_of_a_deleted_person_stays_theirs() -> None:
    ben = member("Ben")
    person_for(ben)
    ben.delete()

    assert sign_up("ben") == ("", {"username": ["This name is taken."]})


def test_an_email_is_had_by_one() -> None:
    assert sign_up("Ben", email="Ada@example.org") == ("", {"email": ["This e-mail is in use."]})


@pytest.mark.parametrize("password", ["short", "password123", "12345678901", "benjamin1"])
def test_easy_passwords_are_refused(password: str) -> None:
    where, errors = sign_up("Benjamin1", password1=password)

    assert (where, list(errors)) == ("", ["password1"])


@pytest.mark.parametrize(
    ("policy", "words"), [("invite", "An invitation is needed"), ("closed", "Sign-up is closed")]
)
def test_where_the_door_is_not_open_the_page_says_why(policy: str, words: str) -> None:
    assert sign_up("Ben")[0] == "/chat/"
    set_sign_up(policy)

    answer = Client().post("/accounts/signup/", {"username": "Cleo", "password1": PASSWORD})

    assert words in answer.content.decode()
    assert not User.objects.filter(username="Cleo").exists()


def test_an_invitation_opens_the_door_as_often_as_it_says(ada: User) -> None:
    set_sign_up("invite")
    path = link(ada, uses=2)

    assert "invited you" in Client().get(path).content.decode()
    assert sign_up("Ben", path=path)[0] == "/chat/"
    assert sign_up("ada", path=path) == ("", {"username": ["This name is taken."]})
    assert sign_up("Cleo", path=path)[0] == "/chat/"
    assert Client().get(path).status_code == 404
    assert sign_up("Dot", path=path) == ("", {})
    assert not User.objects.filter(username="Dot").exists()


def test_an_invitation_that_ran_out_or_was_revoked_does_not_work(ada: User) -> None:
    set_sign_up("invite")
    old, fresh = link(ada, valid_for=timedelta(0)), link(ada)
    assert Client().get(fresh).status_code == 200
    Invitation.objects.update(revoked_at=clock.now())

    for path in (old, fresh, "/join/never-made/"):
        assert "This invitation does not work" in Client().get(path).content.decode()


def test_a_closed_door_stays_closed_for_invitations(ada: User) -> None:
    path = link(ada)
    assert Client().get(path).status_code == 200
    set_sign_up("closed")

    assert "not even with an invitation" in Client().get(path).content.decode()
    assert sign_up("Ben", path=path)[0] == ""


def test_only_the_hash_of_an_invitation_is_kept(ada: User) -> None:
    token = link(ada).split("/")[2]

    assert token not in str(Invitation.objects.values().get())


def test_whoever_is_signed_in_is_not_asked_to_join(ada: User) -> None:
    assert signed_in(ada).get(link(ada))["Location"] == "/"
