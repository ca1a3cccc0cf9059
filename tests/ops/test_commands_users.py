"""`createuser`, `deactivate`, `token`: what they make, and how they refuse."""

import io
import json
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from hubbub.people.access import caller_of_token, confirm_one
from hubbub.people.models import Person, Token

pytestmark = pytest.mark.django_db
PASSWORD = "a horse, a battery"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Any:
    def give(text: str | bytes) -> None:
        raw = text if isinstance(text, bytes) else text.encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return give


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    """The one sentence of a command that fails as all of ours do."""
    with pytest.raises(CommandError) as failed:
        run(*arguments)
    assert failed.value.returncode == 2
    assert "\n" not in str(failed.value)
    return str(failed.value)


def test_a_user_is_made_with_their_person(given: Any) -> None:
    given(f"{PASSWORD}\n")

    run("createuser", "ben")

    user = authenticate(username="ben", password=PASSWORD)
    assert user is not None
    assert not user.is_staff
    assert Person.objects.get(user=user).username == "ben"


def test_a_password_loses_its_newline_and_nothing_else(given: Any) -> None:
    given("  двойной  пробел \nsecond line\n")

    run("createuser", "ben")

    assert authenticate(username="ben", password="  двойной  пробел ") is not None


def test_an_admin_and_a_bot_are_made_as_such(given: Any) -> None:
    given(PASSWORD)
    run("createuser", "ada", "--admin")
    given(PASSWORD)
    run("createuser", "dot", "--bot")

    ada = Person.objects.select_related("user").get(username="ada")
    assert getattr(ada.user, "is_staff", False)
    assert getattr(ada.user, "is_superuser", False)
    assert (ada.is_bot, Person.objects.get(username="dot").is_bot) == (False, True)


@pytest.mark.parametrize("name", ["no spaces", "a/b", "all", "", "..", "x" * 65])
def test_a_name_that_the_chat_refuses_makes_nobody(given: Any, name: str) -> None:
    given(PASSWORD)

    refused("createuser", name)

    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("again", ["ben", "Ben", "BEN"])
def test_a_name_is_given_once_in_any_case(given: Any, again: str) -> None:
    given(PASSWORD)
    run("createuser", "ben")

    given(PASSWORD)

    assert "already" in refused("createuser", again)
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("nothing", ["", "\n", b"\xff\xfe\n"])
def test_no_password_makes_nobody(given: Any, nothing: str | bytes) -> None:
    given(nothing)

    refused("createuser", "ben")

    assert not get_user_model().objects.exists()


def test_many_are_made_from_lines(given: Any) -> None:
    lines = [
        {"username": "ada", "password": PASSWORD, "admin": True},
        {"username": "ben", "password": "another one", "admin": False},
        {"username": "dot", "password": PASSWORD, "bot": True},
    ]
    given("\n".join(json.dumps(line) for line in lines) + "\n\n")

    assert "3" in run("createuser", "--bulk")

    assert authenticate(username="ben", password="another one") is not None
    assert Person.objects.filter(user__is_staff=True).values_list("username", flat=True).get() == "ada"
    assert Person.objects.get(username="dot").is_bot


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "[1]",
        '{"username": "cleo"}',
        '{"username": 5, "password": "x"}',
        '{"username": "cleo", "password": ""}',
        '{"username": "c l e o", "password": "x"}',
        '{"username": "BEN", "password": "x"}',
        '{"username": "cleo", "password": "x", "admin": "yes"}',
    ],
)
def test_one_bad_line_makes_nobody_and_is_named(given: Any, bad: str) -> None:
    good = json.dumps({"username": "ben", "password": PASSWORD, "admin": False})
    given(f"{good}\n{bad}\n")

    assert refused("createuser", "--bulk").startswith("Line 2:")

    assert not get_user_model().objects.exists()


def test_a_name_or_bulk_is_asked_for() -> None:
    refused("createuser")
    refused("createuser", "ben", "--bulk")


def test_a_token_is_the_last_word_and_works(given: Any) -> None:
    given(PASSWORD)
    run("createuser", "dot", "--bot")

    token = run("token", "dot").split()[-1]

    assert confirm_one(caller_of_token(f"Bearer {token}")).username == "dot"


def test_several_users_get_a_token_each_in_their_order_or_nobody_does(given: Any) -> None:
    for name in ("ada", "ben"):
        given(PASSWORD)
        run("createuser", name)

    tokens = [line.split()[-1] for line in run("token", "ben", "ada").splitlines()]

    assert [confirm_one(caller_of_token(f"Bearer {token}")).username for token in tokens] == ["ben", "ada"]
    assert "cleo" in refused("token", "ada", "cleo")
    assert Token.objects.count() == 2


def test_a_deactivated_user_is_shut_out_and_gets_no_token(given: Any) -> None:
    given(PASSWORD)
    run("createuser", "ben")
    run("token", "ben")
    assert Token.objects.count() == 1

    run("deactivate", "ben")

    assert not Token.objects.exists()
    assert authenticate(username="ben", password=PASSWORD) is None
    assert "deactivated" in refused("token", "ben")
    run("deactivate", "ben")  # once more changes nothing


def test_nobody_is_an_error_in_one_sentence() -> None:
    assert "cleo" in refused("token", "cleo")
    assert "cleo" in refused("deactivate", "cleo")
