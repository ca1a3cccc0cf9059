"""A power cut loses nothing that was acknowledged: what was written has been flushed when the ack goes out."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import UNHURRIED
from tests.faults.flushes import NoTrace, unflushed, watched
from tests.support.fixtures import Servers
from tests.support.hubbub_process import HubbubServer
from tests.support.postgres import PostgresServer

SAID = 20
GOOD = r"""
10 pwrite64(7</data/hubbub.sqlite3-wal>, "..one..", 4096, 32) = 4096
10 fdatasync(7</data/hubbub.sqlite3-wal>) = 0
11 sendto(9<socket:[1]>, "{\"type\":\"ack\",\"client_id\":\"c1\"}", 90, 0, NULL, 0) = 90
10 pwrite64(7</data/hubbub.sqlite3-wal>, "..two..", 4096, 32) = 4096
10 fdatasync(7</data/hubbub.sqlite3-wal> <unfinished ...>
11 sendto(9<socket:[1]>, "{\"type\":\"pong\"}", 90, 0, NULL, 0) = 90
10 <... fdatasync resumed>) = 0
11 sendto(9<socket:[1]>, "{\"type\":\"ack\",\"client_id\":\"c2\"}", 90, 0, NULL, 0) = 90
"""


def test_the_judge_of_flushes_finds_acks_that_were_not_waited_for() -> None:
    lines = GOOD.strip().splitlines()
    early = [*lines[:6], lines[7], lines[6]]  # the second ack leaves before its flush has come back
    later = [*lines[:2], lines[3], *lines[2:3], *lines[4:]]  # something was written after the flush
    failed = [line.replace("= 0", "= -1 EIO") for line in lines]

    assert unflushed(lines, ".sqlite3-wal", ["c1", "c2"]) == []
    assert unflushed(early, ".sqlite3-wal", ["c1", "c2"]) == ["c2"]
    assert unflushed(later, ".sqlite3-wal", ["c1", "c2"])[:1] == ["c1"]
    assert unflushed(failed, ".sqlite3-wal", ["c1", "c2"]) == ["c1", "c2"]
    assert unflushed(lines, ".sqlite3-wal", ["c1", "c2", "c3"]) == ["c3"]


def acked_while_watched(
    server: HubbubServer, trace: Path, backends: Callable[[], list[int]] = list
) -> list[str]:
    """The client ids of what was said one after the other, each after the ack of the one before."""
    room_id = server.client("ada").make_room("general")["id"]
    socket = server.session_socket(server.token("ada"))
    socket.hello()
    socket.say(room_id, "whatever has to be opened is open")
    said = [f"flushed-{number}." for number in range(SAID)]
    try:
        with watched([server.pid, *backends()], trace):
            for client_id in said:
                socket.say(room_id, "x", client_id=client_id)
    except NoTrace as absent:
        pytest.skip(str(absent))
    return said


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_on_sqlite_whatever_is_acknowledged_was_flushed_before(
    hubbub_server: Servers, tmp_path: Path
) -> None:
    server = hubbub_server(env=UNHURRIED)
    said = acked_while_watched(server, tmp_path / "trace")

    assert unflushed((tmp_path / "trace").read_text().splitlines(), ".sqlite3-wal", said) == []


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_on_postgres_whatever_is_acknowledged_was_flushed_before(
    hubbub_server: Servers, tmp_path: Path, postgres: PostgresServer
) -> None:
    server = hubbub_server(store="postgres", env=UNHURRIED)

    def backends() -> list[int]:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            return [postgres.pid, *(pid for (pid,) in found)]

    said = acked_while_watched(server, tmp_path / "trace", backends)

    assert unflushed((tmp_path / "trace").read_text().splitlines(), "/pg_wal/", said) == []
