"""Many who arrive at once: each is who they are, or is refused, as if they had come alone."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from pytest_django import DjangoAssertNumQueries

from hubbub.lib.refusals import Forbidden, Unauthenticated
from hubbub.people.access import Admitted, Presented, admit
from hubbub.people.models import Ban, Person, Token
from tests import cast

pytestmark = pytest.mark.django_db


def session_of(username: str) -> Presented:
    cast.actor(username)
    user = get_user_model()._default_manager.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return Presented(None, session.session_key or "")


def token_of(username: str) -> Presented:
    return Presented(f"Bearer {cast.token(username)}")


def test_everybody_of_a_crowd_is_told_apart() -> None:
    presented = [token_of("ada"), session_of("ben"), Presented(None, "no such session"), token_of("dot")]

    admitted = admit([*presented, presented[0]])

    names = [each.actor.username if isinstance(each, Admitted) else each for each in admitted]
    assert names == ["ada", "ben", None, "dot", "ada"]
    assert [isinstance(each, Admitted) and each.actor.is_admin for each in admitted[:2]] == [True, False]


def test_one_who_may_not_come_in_does_not_keep_others_out() -> None:
    fine, banned, gone, unknown = (
        token_of("ada"),
        session_of("ben"),
        token_of("cleo"),
        Presented("Bearer " + "x" * 43),
    )
    assert all(isinstance(each, Admitted) for each in admit([fine, banned, gone]))  # the premise
    Ban.objects.create(person=Person.objects.get(username="ben"))
    Token.objects.filter(person__username="cleo").delete()

    first, second, third, fourth = admit([fine, banned, gone, unknown])

    assert isinstance(first, Admitted)
    assert isinstance(second, Forbidden)
    assert isinstance(third, Unauthenticated)
    assert isinstance(fourth, Unauthenticated)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another one"}])
def test_a_session_of_an_account_that_changed_opens_nothing(change: dict[str, object]) -> None:
    presented = session_of("ben")
    assert isinstance(admit([presented])[0], Admitted)  # the premise

    get_user_model()._default_manager.filter(username="ben").update(**change)

    assert admit([presented]) == [None]


def test_a_crowd_costs_no_more_queries_than_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    crowd = [session_of("ben"), *(token_of(name) for name in ("ada", "cleo", "dot"))]

    with django_assert_max_num_queries(
        8
    ):  # tokens; sessions, users, people; accounts, bans, both credentials
        admit(crowd * 5)
