"""Death between the tables of a migration and the record that they are made: the next start knows what is there."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.fixtures import Servers
from tests.support.hubbub_process import COMMAND_SECONDS, HUBBUB, Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
# What `hubbub serve` does before it serves, ended by kill -9 in the one moment that matters.
DIES = """
import os, signal
from django.db.migrations.recorder import MigrationRecorder
from hubbub.ops.preparation import prepare
usual = MigrationRecorder.record_applied
def record(self, app, name):
    if (app, name) == {which}:
        os.kill(os.getpid(), signal.SIGKILL)
    usual(self, app, name)
MigrationRecorder.record_applied = record
prepare()
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    data = tmp_path / "data"
    data.mkdir()
    if request.param == "sqlite":
        return Place(data)
    database_url: str = request.getfixturevalue("postgres_url")
    return Place(data, database_url, request.getfixturevalue("redis_url"))


@pytest.mark.parametrize("migration", [("auth", "0001_initial"), ("hubbub_messages", "0001_initial")])
def test_a_node_killed_before_it_could_record_a_migration_starts_the_next_time(
    hubbub_server: Servers, empty_place: Place, migration: tuple[str, str]
) -> None:
    died = subprocess.run(
        [str(HUBBUB), "shell", "-c", DIES.format(which=migration)],
        env=empty_place.environment(),
        cwd=empty_place.data.parent,
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr

    server = hubbub_server(place=empty_place, start=False)
    server.start()

    assert "consistent" in server.command("check")
