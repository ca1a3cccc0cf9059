"""Taking a backup: one file, one moment, while others go on writing. See `archive` and `tables` for its shape."""

from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import hubbub
from hubbub.events import log
from hubbub.lib import clock
from hubbub.lib.snapshot import reading_snapshot
from hubbub.ops import archive, tables
from hubbub.ops.complaints import CannotDo


def take(path: Path) -> archive.Manifest:
    """Write a backup of everything to `path`, which does not exist yet. Raises CannotDo."""
    _check_migrated()
    log.epoch()  # made now if there is none, since nothing is written inside
    with archive.writing(path) as file, reading_snapshot():
        manifest = _manifest([_part(file, table) for table in tables.all_tables()])
        file.finish(manifest)
    return manifest


def _part(file: archive.Writing, table: tables.Table) -> archive.Part:
    return file.add_part(table._meta.label_lower, tables.columns(table), tables.rows(table))


def _manifest(parts: list[archive.Part]) -> archive.Manifest:
    return archive.Manifest(
        format=archive.FORMAT,
        version=archive.VERSION,
        hubbub=hubbub.__version__,
        created=clock.wire(clock.now()),
        epoch=log.epoch(),
        migrations=sorted(MigrationExecutor(connection).loader.applied_migrations),
        parts=parts,
    )


def _check_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotDo("The database is not up to date: run `hubbub migrate` first.")
