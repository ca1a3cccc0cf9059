"""`hubbub restore`: a backup onto an empty data folder or database, checked before and after."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.ops import consistency, restoring
from hubbub.ops.complaints import complaining


class Command(BaseCommand):
    help = "Restore a backup onto an empty data folder or database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the file that `backup` made")

    def handle(self, *args: Any, **options: Any) -> None:
        with complaining():
            manifest = restoring.restore(options["path"])
            found = list(consistency.findings())
        for finding in found:
            self.stderr.write(str(finding))
        if found:
            sys.exit(1)
        rows = sum(part.rows for part in manifest.parts)
        self.stdout.write(f"Restored {rows} rows of {manifest.created}; the store is consistent.")
