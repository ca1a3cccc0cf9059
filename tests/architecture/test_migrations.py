"""What a migration may do, so that the release before goes on while the next one has changed the tables already."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

import hubbub

# The tables of the first release. What was done before it nobody ran side by side.
FIRST_RELEASE = {
    "hubbub_accounts": "0001_accounts",
    "hubbub_events": "0001_initial",
    "hubbub_messages": "0003_message_indexes",
    "hubbub_people": "0002_rate_bucket",
    "hubbub_rooms": "0002_room_kind",
}
ADDITIVE = (migrations.CreateModel, migrations.AddIndex, migrations.RemoveIndex, migrations.RemoveConstraint)
DROPS = (migrations.RemoveField, migrations.DeleteModel)
WITHOUT_TABLES = (migrations.AlterModelOptions, migrations.AlterModelManagers)
DATA = (migrations.RunPython, migrations.RunSQL)


def since_the_first_release(loader: MigrationLoader) -> Iterator[migrations.Migration]:
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in FIRST_RELEASE and name > FIRST_RELEASE[app]:
            yield migration


def complaints(migration: migrations.Migration, before: ProjectState) -> list[str]:
    """What of it the code of the release before would not survive."""
    found = []
    for operation in migration.operations:
        found.append(_complaint(operation, migration, before))
        operation.state_forwards(migration.app_label, before)
    if {isinstance(one, DATA) for one in migration.operations} == {True, False}:
        found.append("tables and data are changed in one migration")
    return [complaint for complaint in found if complaint]


def _complaint(operation: Operation, migration: migrations.Migration, before: ProjectState) -> str | None:
    says = operation.describe()
    if isinstance(operation, (*ADDITIVE, *WITHOUT_TABLES, *DATA)):
        return None
    if isinstance(operation, migrations.AddField):
        return None if _stands_alone(operation.field) else f"{says}: who does not know it cannot add a row"
    if isinstance(operation, migrations.AlterField):
        known = before.models[migration.app_label, operation.model_name_lower].fields[operation.name]
        return f"{says}: it may refuse what was allowed before" if _tightens(known, operation.field) else None
    if isinstance(operation, DROPS):
        since = getattr(migration, "unused_since", None)
        return None if _is_before_this(since) else f"{says}: `unused_since` names no release before this one"
    return f"{says}: neither release could do without it"


def _stands_alone(field: Any) -> bool:
    """Whether a row can be put in without naming the column."""
    return bool(field.null or field.has_db_default() or field.many_to_many)


def _tightens(known: Any, changed: Any) -> bool:
    required = known.null and not changed.null
    unique = changed.unique and not known.unique
    return bool(required or unique or known.db_type(connection) != changed.db_type(connection))


def _is_before_this(release: str | None) -> bool:
    return release is not None and _numbers(release) < _numbers(hubbub.__version__)


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def test_every_app_with_tables_is_held_to_it() -> None:
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("hubbub")}

    with_tables = {app for app, _ in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    assert with_tables & ours == FIRST_RELEASE.keys()


def test_each_migration_leaves_the_tables_usable_to_the_release_before() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = {
        str(one): complaints(one, loader.project_state((one.app_label, one.name), at_end=False))
        for one in since_the_first_release(loader)
    }

    assert {name: said for name, said in found.items() if said} == {}


NUMBER, NAME = models.BigIntegerField(), models.CharField(max_length=9)
TO_NULL, TO_DEFAULT = models.BigIntegerField(null=True), models.BigIntegerField(db_default=0)


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("message", "weight", TO_NULL)],
        [migrations.AddField("message", "weight", TO_DEFAULT)],
        [migrations.AlterField("message", "ordinal", TO_NULL)],
        [migrations.AlterField("message", "ordinal", models.BigIntegerField(verbose_name="place"))],
        [migrations.CreateModel("File", [("id", models.BigAutoField(primary_key=True)), ("name", NAME)])],
        [migrations.AddIndex("message", models.Index(fields=["at"], name="at"))],
        [migrations.RunSQL("UPDATE hubbub_message SET ordinal = 0")],
    ],
    ids=str,
)
def test_what_adds_is_allowed(operations: list[Operation]) -> None:
    assert complaints_of(operations) == []


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("message", "weight", NUMBER)],
        [migrations.AddField("message", "weight", models.BigIntegerField(default=0))],  # of Python alone
        [migrations.AlterField("message", "edited_at", models.DateTimeField())],
        [migrations.AlterField("message", "ordinal", models.IntegerField())],
        [migrations.AlterField("message", "ordinal", models.BigIntegerField(unique=True))],
        [migrations.RenameField("message", "body", "text")],
        [migrations.RenameModel("Message", "Post")],
        [migrations.RemoveField("message", "body")],
        [migrations.DeleteModel("Message")],
        [migrations.AlterModelTable("Message", "message")],
        [migrations.AddConstraint("message", models.UniqueConstraint(fields=["at"], name="at"))],
        [migrations.AddField("message", "weight", TO_NULL), migrations.RunSQL("SELECT 1")],
    ],
    ids=str,
)
def test_what_the_release_before_would_not_survive_is_refused(operations: list[Operation]) -> None:
    assert len(complaints_of(operations)) == 1


@pytest.mark.parametrize(("unused_since", "allowed"), [("0.0.9", True), (hubbub.__version__, False)])
def test_what_is_dropped_was_unused_in_a_release_before(unused_since: str, allowed: bool) -> None:
    drop = migrations.RemoveField("message", "body")

    assert (complaints_of([drop], unused_since) == []) is allowed


def complaints_of(operations: list[Operation], unused_since: str | None = None) -> list[str]:
    content = {"operations": operations, "unused_since": unused_since}
    migration = type("Migration", (migrations.Migration,), content)("0004_next", "hubbub_messages")
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return complaints(migration, loader.project_state(("hubbub_messages", FIRST_RELEASE["hubbub_messages"])))
