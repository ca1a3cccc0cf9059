"""`hubbub backup`: everything in one file, taken while running."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.ops import backup
from hubbub.ops.complaints import complaining


class Command(BaseCommand):
    help = "Write a backup of everything to one file; people may go on writing meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the file to be made; nothing is overwritten")

    def handle(self, *args: Any, **options: Any) -> None:
        with complaining():
            manifest = backup.take(options["path"])
        rows = sum(part.rows for part in manifest.parts)
        self.stdout.write(f"{options['path']}: {rows} rows of {len(manifest.parts)} tables.")
