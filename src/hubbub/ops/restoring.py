"""Restoring a backup onto an empty place, as it was, and beginning another life of the log."""

from pathlib import Path
from typing import IO

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader

from hubbub.events import log
from hubbub.ops import archive, tables
from hubbub.ops.complaints import CannotDo
from hubbub.ops.preparation import hold_store
from hubbub.ops.refused import CannotServe

Node = tuple[str, str]

# What setting up or a first look at the pages leaves behind; anything else is somebody's.
_NOBODYS = {
    "auth.permission",
    "contenttypes.contenttype",
    "hubbub_events.logstate",
    "hubbub_people.signinfailure",
    "sessions.session",
    "sites.site",
}


def restore(path: Path) -> archive.Manifest:
    """Bring back what is in the file, all or nothing. Raises CannotDo."""
    with archive.reading(path) as backup:
        backup.verify()
        held = _held_store()
        try:
            _restore(backup)
        finally:
            if held is not None:
                held.close()
        return backup.manifest


def _held_store() -> IO[str] | None:
    try:
        return hold_store()
    except CannotServe:
        raise CannotDo("A server uses this place: stop it, then restore onto an empty one.") from None


def _restore(backup: archive.Archive) -> None:
    applied = _applied(backup.manifest)
    is_blank = not connection.introspection.table_names()
    if not is_blank:
        _check_empty()
    known = _tables_as_of(applied, is_blank=is_blank)
    with transaction.atomic():
        tables.clear(list(known.values()))
        for part in backup.manifest.parts:
            tables.insert(_table(known, part), part.columns, backup.rows(part))
        tables.reset_sequences(list(known.values()))
        log.new_epoch()
    ContentType.objects.clear_cache()
    call_command("migrate", interactive=False, verbosity=0)


def _applied(manifest: archive.Manifest) -> set[Node]:
    """The migrations that the backup was taken after."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    applied = {(app, name) for app, name in manifest.migrations}
    unknown = sorted(applied - set(loader.disk_migrations))
    if unknown:
        app, name = unknown[0]
        raise CannotDo(
            f"The backup is of a newer version, or of another project: {app}.{name} is unknown here."
        )
    return applied


def _check_empty() -> None:
    there = set(connection.introspection.table_names())
    for table in tables.all_tables():
        label = table._meta.label_lower
        if label not in _NOBODYS and table._meta.db_table in there and not tables.is_empty(table):
            raise CannotDo(
                f"The database is not empty: there are rows in {table._meta.db_table}; nothing was changed."
            )


def _tables_as_of(applied: set[Node], *, is_blank: bool) -> dict[str, tables.Table]:
    """The tables, made as they were when the backup was taken, by model."""
    executor = MigrationExecutor(connection)
    if set(executor.loader.graph.leaf_nodes()) <= applied:
        call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
        return _by_label(tables.all_tables())
    if not is_blank:
        raise CannotDo("The backup is of an older version: restore it onto a database without any tables.")
    nodes = _newest(executor.loader.graph, applied)
    executor.migrate(nodes)
    historical = executor.loader.project_state(nodes).apps
    return _by_label(tables.of_models(historical.get_models(include_auto_created=True)))


def _newest(graph: MigrationGraph, applied: set[Node]) -> list[Node]:
    """The last of each app: naming an earlier one as well would mean going back to it."""
    there = [node for node in graph.nodes if node in applied]
    return [
        node
        for node in there
        if not {n.key for n in graph.node_map[node].children if n.key[0] == node[0]} & applied
    ]


def _by_label(found: list[tables.Table]) -> dict[str, tables.Table]:
    return {table._meta.label_lower: table for table in found}


def _table(known: dict[str, tables.Table], part: archive.Part) -> tables.Table:
    if part.model not in known:
        raise CannotDo(f"The backup holds {part.model}, which is not installed here; nothing was changed.")
    return known[part.model]
