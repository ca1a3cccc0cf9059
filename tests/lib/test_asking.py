"""The shortest way to the store gives what Django's gives, fails as it fails, and is told to who listens."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from hubbub.lib.asking import ask, ask_for_each
from hubbub.people.models import Person
from tests import cast

pytestmark = pytest.mark.django_db

NAMES = "SELECT username FROM hubbub_person WHERE username_key = %s ORDER BY id"
RENAME = "UPDATE hubbub_person SET username = %s WHERE username_key = %s"


def test_what_was_written_is_read() -> None:
    cast.actor("ben")
    cast.actor("cleo")

    ask_for_each(RENAME, [("Ben!", "ben"), ("100 %s?", "cleo")])

    assert ask(NAMES, ["ben"]) == [("Ben!",)]
    assert ask(NAMES, ["cleo"]) == [("100 %s?",)]
    assert ask(RENAME, ["Ben", "ben"]) == []
    assert Person.objects.get(username_key="ben").username == "Ben"


def test_whoever_listens_is_told_of_each_statement() -> None:
    cast.actor("ben")
    heard: list[str] = []

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        heard.append(sql)
        return execute(sql, *rest)

    with CaptureQueriesContext(connection) as captured:
        assert ask(NAMES, ["ben"]) == [("ben",)]
        ask_for_each(RENAME, [("Ben", "ben")])
    with connection.execute_wrapper(listen):
        assert ask(NAMES, ["ben"]) == [("Ben",)]

    assert len(captured) == 2
    assert heard == [NAMES]


def test_errors_are_djangos() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ask("INSERT INTO hubbub_stream (id, head, floor) VALUES (%s, 1, 2)", [1])


def test_nothing_is_asked_in_a_broken_transaction() -> None:
    with transaction.atomic():
        assert ask(NAMES, ["nobody"]) == []
        transaction.set_rollback(True)

        with pytest.raises(TransactionManagementError):
            ask(NAMES, ["nobody"])
