"""One view for several reads; on SQLite here, on PostgreSQL in the tests that run there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from hubbub.lib.snapshot import reading_snapshot
from tests.lib.sqlite_store import ALIAS, Worker, ask, run, store


@pytest.fixture
def opened(tmp_path: Path, django_db_blocker: Any) -> Iterator[Any]:
    with django_db_blocker.unblock(), store(tmp_path / "chat.sqlite3") as connection:
        yield connection


def raise_total(connection: Any) -> None:
    run(connection, "UPDATE tally SET total = total + 1")


def test_reads_see_one_moment_while_others_write(opened: Any) -> None:
    with reading_snapshot(using=ALIAS):
        assert ask(opened, "SELECT total FROM tally") == 0

        Worker(raise_total).finish(5)

        assert ask(opened, "SELECT total FROM tally") == 0
    assert ask(opened, "SELECT total FROM tally") == 1


def test_a_snapshot_takes_no_turn_from_writers(opened: Any) -> None:
    with reading_snapshot(using=ALIAS):
        ask(opened, "SELECT total FROM tally")
        assert not opened.connection.has_turn

    with transaction.atomic(using=ALIAS):
        assert opened.connection.has_turn


def test_writing_in_a_snapshot_is_refused_and_possible_after_it(opened: Any) -> None:
    with pytest.raises(OperationalError, match="readonly"), reading_snapshot(using=ALIAS):
        raise_total(opened)
    assert not opened.connection.has_turn

    raise_total(opened)
    assert ask(opened, "SELECT total FROM tally") == 1


def test_inside_a_transaction_it_is_that_transaction(opened: Any) -> None:
    with transaction.atomic(using=ALIAS):
        raise_total(opened)
        with reading_snapshot(using=ALIAS):
            assert ask(opened, "SELECT total FROM tally") == 1
        raise_total(opened)

    assert ask(opened, "SELECT total FROM tally") == 2


@pytest.mark.django_db(transaction=True)
def test_the_default_database_reads_in_a_snapshot_and_writes_after_it() -> None:
    with reading_snapshot():
        assert connection.get_autocommit() is False
        assert ask(connection, "SELECT 1") == 1
        if connection.vendor == "postgresql":
            assert ask(connection, "SHOW transaction_isolation") == "repeatable read"
            assert ask(connection, "SHOW transaction_read_only") == "on"

    assert connection.get_autocommit() is True
    if connection.vendor == "postgresql":
        assert ask(connection, "SHOW transaction_read_only") == "off"
