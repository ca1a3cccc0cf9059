"""The SQLite backend on real files: how it is set up, and that writers take turns while readers never wait."""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction

from hubbub.lib.sqlite.connection import may_write
from tests.lib.sqlite_store import ALIAS, Worker, ask, run, store

WRITER = Path(__file__).with_name("sqlite_writer.py")
QUICK = 0.2


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite3"


@pytest.fixture
def connection(file: Path) -> Iterator[Any]:
    with store(file) as opened:
        yield opened


def has_turn(connection: Any) -> bool:
    return bool(connection.connection.has_turn)


def add_one(connection: Any, writer: str, number: int) -> None:
    with transaction.atomic(using=ALIAS):
        run(connection, "UPDATE tally SET total = total + 1")
        run(connection, "INSERT INTO entry (writer, number) VALUES (%s, %s)", writer, number)


def test_commits_are_durable_and_readers_have_the_log(connection: Any) -> None:
    assert ask(connection, "PRAGMA synchronous") == 2
    assert ask(connection, "PRAGMA journal_mode") == "wal"
    assert ask(connection, "PRAGMA foreign_keys") == 1
    assert ask(connection, "PRAGMA busy_timeout") == 20_000
    assert connection.transaction_mode == "IMMEDIATE"


def test_a_second_connection_is_set_up_alike(connection: Any) -> None:
    assert Worker(lambda other: ask(other, "PRAGMA synchronous")).finish() == 2
    assert Worker(lambda other: ask(other, "PRAGMA journal_mode")).finish() == "wal"


def test_a_database_in_memory_needs_no_turns(tmp_path: Path) -> None:
    for name in (":memory:", "file:shared_by_threads?mode=memory&cache=shared"):
        with store(name) as connection:
            assert connection.connection.turn is None
            with transaction.atomic(using=ALIAS):
                run(connection, "UPDATE tally SET total = 1")
            assert ask(connection, "SELECT total FROM tally") == 1


def test_a_file_named_by_a_uri_has_its_lock_beside_it(tmp_path: Path) -> None:
    with store(f"file:{tmp_path}/uri.sqlite3?mode=rwc"):
        assert (tmp_path / "uri.sqlite3-turn").exists()


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "SELECT 1",
            " select 1",
            "\n-- why\n/* x */ SELECT 1",
            "VALUES (1)",
            "EXPLAIN DELETE FROM t",
            "",
            ";",
        ),
        *(
            "BEGIN",
            "BEGIN DEFERRED",
            "begin transaction",
            "COMMIT",
            "ROLLBACK TO s",
            "SAVEPOINT s",
            "RELEASE s",
        ),
        *("WITH x AS (SELECT 1) SELECT * FROM x", "PRAGMA table_info(t)", "PRAGMA foreign_keys = ON"),
        *("PRAGMA journal_mode", "PRAGMA foreign_key_check", "VACUUM INTO 'x'", "PRAGMA query_only = ON"),
    ],
)
def test_what_only_reads_is_known(sql: str) -> None:
    assert not may_write(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("INSERT INTO t VALUES (1)", "update t set n = 1", "DELETE FROM t", "REPLACE INTO t VALUES (1)"),
        *("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "begin immediate transaction", "/* x */ UPDATE t SET n = 1"),
        *(
            "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
            "CREATE TABLE t (n)",
            "DROP TABLE t",
            "ANALYZE",
        ),
        *("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA main.wal_checkpoint", "PRAGMA journal_mode = DELETE"),
        *(
            "PRAGMA user_version = 3",
            "PRAGMA user_version(3)",
            "PRAGMA optimize",
            "VACUUM",
            "REINDEX",
            "SELECTED",
        ),
    ],
)
def test_what_may_write_waits_for_its_turn(sql: str) -> None:
    assert may_write(sql)


def test_the_turn_lasts_from_begin_to_commit_and_to_rollback(connection: Any) -> None:
    with transaction.atomic(using=ALIAS):
        assert has_turn(connection)
    assert not has_turn(connection)

    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        run(connection, "UPDATE tally SET total = NULL")
    assert not has_turn(connection)
    with pytest.raises(OperationalError):
        run(connection, "UPDATE no_such_table SET total = 1")
    assert not has_turn(connection)


def test_rows_that_a_write_returns_do_not_keep_the_turn(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO entry (number) VALUES (1), (2), (3), (4), (5) RETURNING number")

        assert not has_turn(connection)
        assert Worker(lambda other: ask(other, "SELECT count(*) FROM entry")).finish() == 5
        assert cursor.fetchone() == (1,)
        assert cursor.fetchmany(2) == [(2,), (3,)]
        assert cursor.fetchall() == [(4,), (5,)]
        assert cursor.fetchone() is None
        cursor.execute("SELECT 7")
        assert list(cursor) == [(7,)]


def test_a_script_and_many_statements_end_their_turn(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO entry (number) VALUES (%s)", [[1], [2]])
        assert not has_turn(connection)
    connection.connection.executescript("INSERT INTO entry (number) VALUES (3); SELECT 1;")
    assert not has_turn(connection)

    with connection.connection as raw:
        raw.execute("BEGIN IMMEDIATE")
        assert has_turn(connection)
    assert not has_turn(connection)
    assert ask(connection, "SELECT count(*) FROM entry") == 3


def test_a_reader_never_waits_for_a_writer(connection: Any) -> None:
    with transaction.atomic(using=ALIAS):
        run(connection, "UPDATE tally SET total = 5")

        seen = Worker(lambda other: ask(other, "SELECT total FROM tally")).finish(5)

        assert seen == 0
    assert Worker(lambda other: ask(other, "SELECT total FROM tally")).finish(5) == 5


@pytest.mark.parametrize(
    "sql", ["UPDATE tally SET total = 9", "PRAGMA wal_checkpoint(TRUNCATE)", "BEGIN IMMEDIATE"]
)
def test_whoever_waits_too_long_is_told_that_the_database_is_locked(file: Path, sql: str) -> None:
    with store(file, timeout=QUICK) as connection:
        with transaction.atomic(using=ALIAS):
            late = Worker(lambda other: run(other, sql))
            with pytest.raises(OperationalError, match="database is locked"):
                late.finish(10)

        Worker(lambda other: run(other, "UPDATE tally SET total = 2")).finish(10)
        assert ask(connection, "SELECT total FROM tally") == 2


def test_writers_are_served_in_the_order_of_asking(connection: Any) -> None:
    order: list[int] = []
    turnstile = connection.connection.turn._turnstile

    def write(number: int, other: Any) -> None:
        with transaction.atomic(using=ALIAS):
            order.append(number)

    with transaction.atomic(using=ALIAS):
        workers = []
        for number in range(5):
            workers.append(Worker(partial(write, number)))
            while len(turnstile._queue) <= number:
                threading.Event().wait(0.001)
    for worker in workers:
        worker.finish()

    assert order == [0, 1, 2, 3, 4]


def test_closing_does_not_wait_and_garbage_collection_closes(connection: Any) -> None:
    def leave_open(other: Any) -> None:
        run(other, "UPDATE tally SET total = total + 1")
        connections[ALIAS].connection = None  # nobody closes it: only garbage collection will

    with transaction.atomic(using=ALIAS):
        Worker(lambda other: ask(other, "SELECT 1")).finish(5)
    Worker(leave_open).finish()
    gc.collect()

    add_one(connection, "ada", 1)
    assert ask(connection, "SELECT total FROM tally") == 2


def test_threads_and_processes_write_read_and_checkpoint_at_once(connection: Any, file: Path) -> None:
    processes = [subprocess.Popen([sys.executable, WRITER, file, name, "60"]) for name in ("p1", "p2")]
    writers = [Worker(partial(_write_many, name)) for name in ("t1", "t2", "t3")]
    readers = [Worker(_read_many) for _ in range(2)]

    for worker in writers + readers:
        worker.finish()
    assert [process.wait(60) for process in processes] == [0, 0]

    assert ask(connection, "SELECT total FROM tally") == 2 * 60 + 3 * 40
    assert (
        ask(connection, "SELECT count(*) FROM (SELECT DISTINCT writer, number FROM entry)") == 2 * 60 + 3 * 40
    )
    assert ask(connection, "PRAGMA integrity_check") == "ok"


def _write_many(name: str, connection: Any) -> None:
    for number in range(40):
        add_one(connection, name, number)
        if number % 7 == 0:
            run(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
        if number % 13 == 0:
            connection.close()


def _read_many(connection: Any) -> None:
    for _ in range(200):
        total, entries = run(connection, "SELECT (SELECT total FROM tally), (SELECT count(*) FROM entry)")[0]
        assert total == entries


def test_a_killed_writer_frees_its_turn_and_leaves_nothing_half_done(connection: Any, file: Path) -> None:
    with subprocess.Popen(
        [sys.executable, WRITER, file, "hold"], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        waiting = Worker(lambda other: add_one(other, "ben", 1))
        waiting.join(QUICK)
        assert waiting.is_alive()

        holder.send_signal(signal.SIGKILL)

        waiting.finish(10)
    assert ask(connection, "SELECT total FROM tally") == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_forked_child_neither_keeps_nor_frees_its_parents_turn(connection: Any, file: Path) -> None:
    go, told = os.pipe()
    with transaction.atomic(using=ALIAS):
        child = os.fork()
        if child == 0:
            os.close(told)
            os.read(go, 1)  # lives on until the parent is done
            os._exit(0)
        os.close(go)
        assert subprocess.run([sys.executable, "-c", TRY_LOCK, f"{file}-turn"], check=False).returncode == 1
    assert subprocess.run([sys.executable, "-c", TRY_LOCK, f"{file}-turn"], check=False).returncode == 0

    os.close(told)
    assert os.waitpid(child, 0)[1] == 0
    add_one(connection, "ada", 1)


TRY_LOCK = """
import fcntl, os, sys
try:
    fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(1)
"""
