"""The shortest way to the store gives what Django's gives, fails as it fails, and is told to who listens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from hubbub.lib.asking import ask, asked, do, do_for_each, keep_plans, together
from hubbub.people.models import Person
from tests import cast

pytestmark = pytest.mark.django_db

NAMES = "SELECT username FROM hubbub_person WHERE username_key = %s ORDER BY id"
RENAME = "UPDATE hubbub_person SET username = %s WHERE username_key = %s"


def test_what_was_written_is_read() -> None:
    cast.actor("ben")
    cast.actor("cleo")

    do_for_each(RENAME, [("Ben!", "ben"), ("100 %s?", "cleo")])

    assert ask(NAMES, ["ben"]) == [("Ben!",)]
    assert ask(NAMES, ["cleo"]) == [("100 %s?",)]
    do(RENAME, ["Ben", "ben"])
    assert Person.objects.get(username_key="ben").username == "Ben"


def test_whoever_listens_is_told_of_each_statement() -> None:
    cast.actor("ben")
    heard: list[str] = []

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        heard.append(sql)
        return execute(sql, *rest)

    with CaptureQueriesContext(connection) as captured:
        assert ask(NAMES, ["ben"]) == [("ben",)]
        do_for_each(RENAME, [("Ben", "ben")])
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


def test_what_is_asked_together_is_answered_in_its_order_and_sees_what_was_done_before_it() -> None:
    cast.actor("ben")

    with together():
        before = asked(NAMES, ["ben"])
        do(RENAME, ["Benjamin", "ben"])
        after = asked(NAMES, ["ben"])

    assert after() == [("Benjamin",)]
    assert before() == [("ben",)]


def test_whoever_asks_for_an_answer_at_once_gets_it_among_others() -> None:
    cast.actor("ben")

    with together():
        do(RENAME, ["Benjamin", "ben"])
        assert ask(NAMES, ["ben"]) == [("Benjamin",)]
        assert list(Person.objects.values_list("username", flat=True)) == ["Benjamin"]
        with together():
            do(RENAME, ["Ben", "ben"])
        later = asked(NAMES, ["ben"])

    assert later() == [("Ben",)]


def test_one_that_fails_among_others_fails_them_all_with_its_own_error() -> None:
    cast.actor("ben")

    def rename_around_a_stream_below_its_floor() -> None:
        with transaction.atomic(), together():
            do(RENAME, ["Benjamin", "ben"])
            do("INSERT INTO hubbub_stream (id, head, floor) VALUES (%s, 1, 2)", [1])
            do(RENAME, ["Benny", "ben"])

    with pytest.raises(IntegrityError):
        rename_around_a_stream_below_its_floor()

    assert ask(NAMES, ["ben"]) == [("ben",)]


def test_who_listens_is_told_of_what_is_asked_together() -> None:
    with CaptureQueriesContext(connection) as captured, together():
        later = asked(NAMES, ["ben"])

    assert len(captured) == 1
    assert later() == []


def test_plans_are_kept_for_who_wants_them_and_only_there() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's driver keeps what it prepared by itself")

    def kept(*, wanted: bool) -> int:
        if wanted:
            keep_plans()
        for _ in range(10):
            ask(NAMES, ["ben"])
        ((count,),) = ask(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%username_key%"]
        )
        connection.close()
        return int(count)

    assert in_a_new_thread(lambda: kept(wanted=False)) == 0
    assert in_a_new_thread(lambda: kept(wanted=True)) == 1


def in_a_new_thread(act: Callable[[], int]) -> int:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()
