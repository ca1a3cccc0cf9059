"""Brings the tables up to date so that a death at any moment leaves each migration done and recorded, or neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor


class WholeMigrations(MigrationExecutor):
    """Django commits a migration that adds foreign keys and records it afterwards.

    Whoever was killed in between found its tables there already at every later start, and could not serve any more.
    """

    def apply_migration(self, state: Any, migration: Any, *args: Any, **kwargs: Any) -> Any:
        if not migration.atomic:
            return super().apply_migration(state, migration, *args, **kwargs)
        # Checks are off before the transaction begins: SQLite cannot turn them off in the midst of one.
        with self.connection.constraint_checks_disabled(), transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, *args, **kwargs)


def migrate() -> None:
    """Apply what is missing; does nothing where nothing is."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with _whole_migrations():
            call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _whole_migrations() -> Iterator[None]:
    """The command makes its executor by this name, and there is no other door to it."""
    command: Any = import_module("django.core.management.commands.migrate")
    usual = command.MigrationExecutor
    command.MigrationExecutor = WholeMigrations
    try:
        yield
    finally:
        command.MigrationExecutor = usual
