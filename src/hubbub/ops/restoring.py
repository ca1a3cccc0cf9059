"""Restoring a backup onto an empty place, as it was, and beginning another life of the log."""

from collections.abc import Iterable
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from hubbub.events import log
from hubbub.ops import archive, tables
from hubbub.ops.complaints import CannotDo
from hubbub.ops.preparation import hold_store

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
        held = hold_store()
        try:
            _restore(backup)
        finally:
            if held is not None:
                held.close()
        return backup.manifest


def _restore(backup: archive.Archive) -> None:
    nodes = _nodes(backup.manifest)
    is_blank = not connection.introspection.table_names()
    if not is_blank:
        _check_empty()
    known = _migrate_to(nodes, is_blank=is_blank)
    with transaction.atomic():
        tables.clear(list(known.values()))
        for part in backup.manifest.parts:
            tables.insert(_table(known, part), part.columns, backup.rows(part))
        tables.reset_sequences(list(known.values()))
        log.new_epoch()
    ContentType.objects.clear_cache()
    call_command("migrate", interactive=False, verbosity=0)


def _nodes(manifest: archive.Manifest) -> list[Node]:
    """The newest migrations that the backup was taken after."""
    graph = MigrationExecutor(connection).loader.graph
    applied = {(app, name) for app, name in manifest.migrations}
    unknown = sorted(applied - set(graph.nodes))
    if unknown:
        app, name = unknown[0]
        raise CannotDo(
            f"The backup is of a newer version, or of another project: {app}.{name} is unknown here."
        )
    return [node for node in sorted(applied) if not _children(graph.node_map[node].children) & applied]


def _children(nodes: Iterable[object]) -> set[Node]:
    """Those of the same app would be the rest of its line; those of others need it and come with it."""
    return {(node[0], node[1]) for node in nodes}  # type: ignore[index]


def _check_empty() -> None:
    there = set(connection.introspection.table_names())
    for table in tables.all_tables():
        label = table._meta.label_lower
        if label not in _NOBODYS and table._meta.db_table in there and not tables.is_empty(table):
            raise CannotDo(
                f"The database is not empty: there are rows in {table._meta.db_table}; nothing was changed."
            )


def _migrate_to(nodes: list[Node], *, is_blank: bool) -> dict[str, tables.Table]:
    """The tables as they were when the backup was taken, by model."""
    executor = MigrationExecutor(connection)
    ahead = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    leaves = set(executor.loader.graph.leaf_nodes())
    if leaves == _leaves_of(executor, nodes):
        call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
        return {table._meta.label_lower: table for table in tables.all_tables()}
    if not is_blank or ahead:
        raise CannotDo("The backup is of an older version: restore it onto a database without any tables.")
    executor.migrate(nodes)
    historical = executor.loader.project_state(nodes).apps
    models = historical.get_models(include_auto_created=True)
    return {
        model._meta.label_lower: model for model in models if model._meta.managed and not model._meta.proxy
    }


def _leaves_of(executor: MigrationExecutor, nodes: list[Node]) -> set[Node]:
    reached = {step for node in nodes for step in executor.loader.graph.forwards_plan(node)}
    return {leaf for leaf in executor.loader.graph.leaf_nodes() if leaf in reached}


def _table(known: dict[str, tables.Table], part: archive.Part) -> tables.Table:
    if part.model not in known:
        raise CannotDo(f"The backup holds {part.model}, which is not installed here; nothing was changed.")
    return known[part.model]
