"""The tables of a next release under nodes of this one: they go on storing, and start again on them.

There is one release, so the next one is made here: every table gets the columns that a migration may add
(tests/architecture/test_migrations.py holds that no migration does anything else), a new table, and a record of it.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.history import Opened
from tests.faults.house import ENVIRONMENT, House
from tests.faults.judge import judge
from tests.faults.plan import NODES, Fault, Plan
from tests.faults.report import report
from tests.faults.running import run
from tests.support.fixtures import Servers
from tests.support.hubbub_process import Place, run_hubbub

pytestmark = [pytest.mark.slow, pytest.mark.waits, pytest.mark.timeout(300)]
SECONDS, CHANGED_AT, REPLACED_AT = 12.0, 2.0, 6.0
# Each step for itself, as each migration is a transaction of its own.
CHANGE = """
from django.db import connection, models
from django.db.migrations import AddField, AddIndex, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
state = MigrationLoader(connection).project_state()
tables = [key for key in state.models if key[0].startswith("hubbub")]
steps = [("hubbub_messages", CreateModel("NextThing", [("id", models.BigAutoField(primary_key=True))]))]
for number, (app, model) in enumerate(tables):
    steps += [
        (app, AddField(model, "next_number", models.BigIntegerField(null=True))),
        (app, AddField(model, "next_name", models.CharField(max_length=9, db_default="usual"))),
        (app, AddIndex(model, models.Index(fields=["next_number"], name=f"next_{number}"))),
    ]
for app, step in steps:
    before, state = state, state.clone()
    step.state_forwards(app, state)
    with connection.schema_editor() as editor:
        step.database_forwards(app, editor, before, state)
MigrationRecorder(connection).record_applied("hubbub_messages", "9999_next")
print("changed", len(tables))
"""
LOOK = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT next_number, next_name, count(*) FROM hubbub_message GROUP BY 1, 2")
    print("rows", cursor.fetchall())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])])
def house(request: pytest.FixtureRequest, hubbub_server: Servers) -> House:
    store = str(request.param)
    place = hubbub_server.place(store=store)
    nodes = {name: hubbub_server(place=place, env=ENVIRONMENT, start=False) for name in NODES[store]}
    if store == "sqlite":
        return House(place, nodes)
    return House(place, nodes, request.getfixturevalue("postgres"), request.getfixturevalue("redis"))


def change_tables(place: Place) -> str:
    return run_hubbub(place, "shell", "-v", "0", "-c", CHANGE)


async def later(seconds: float, what: Callable[[Place], str], place: Place) -> str:
    await asyncio.sleep(seconds)
    return await asyncio.to_thread(what, place)


async def test_nodes_go_on_over_the_tables_of_the_next_release_and_start_on_them(house: House) -> None:
    """On SQLite the one process is replaced; its tables are changed while it serves all the same."""
    faults = tuple(
        Fault(REPLACED_AT + 0.1 * number, "node_terminated", name, 1.0)
        for number, name in enumerate(house.nodes)
    )
    house.start()

    history, changed = await asyncio.gather(
        run(Plan(11, house.store, SECONDS, faults, one_by_one=True), house),
        later(CHANGED_AT, change_tables, house.place),
    )

    assert changed.startswith("changed")
    verdict = judge(history)
    assert verdict.findings == (), report(history, verdict)
    opened = [one.node for one in history.of(Opened)]
    assert all(opened.count(name) > 1 for name in house.nodes), "nobody came to a node that had started again"
    said = run_hubbub(house.place, "shell", "-v", "0", "-c", LOOK)
    assert "(None, 'usual', " in said
    assert said.count("usual") == 1


def test_a_backup_taken_on_the_tables_of_the_next_release_is_refused_by_this_one(
    hubbub_server: Servers, tmp_path: Path
) -> None:
    """One step back is to go on with the store as it is, not to restore what the next release has backed up."""
    server = hubbub_server()
    change_tables(server.place)
    assert "consistent" in server.command("check")
    server.command("backup", str(tmp_path / "next.hubbub"))
    empty = tmp_path / "empty" / "data"
    empty.mkdir(parents=True)

    with pytest.raises(AssertionError, match="of a newer version"):
        run_hubbub(Place(empty), "restore", str(tmp_path / "next.hubbub"))
