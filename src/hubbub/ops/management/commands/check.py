"""`hubbub check`: Django's own check of the settings and the code, then whether the store is consistent."""

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import check
from django.db import DatabaseError

from hubbub.ops import consistency
from hubbub.ops.complaints import first_line

# Whoever asks for less than everything is Django, or asks for Django's own.
NARROWED = ("args", "tags", "list_tags", "databases", "settings_only")


class Command(check.Command):
    help = f"{check.Command.help} Then check that the store is consistent; this may be done while serving."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--settings-only", action="store_true", help="leave the store alone")

    def handle(self, *app_labels: Any, **options: Any) -> None:
        super().handle(*app_labels, **options)
        if app_labels or any(options.get(name) for name in NARROWED):
            return
        if self._report():
            sys.exit(1)

    def _report(self) -> int:
        """Print each finding; how many there were."""
        try:
            if not consistency.is_set_up():
                self.stdout.write("There is no store yet.")
                return 0
        except DatabaseError as error:
            self.stderr.write(f"The database cannot be reached: {first_line(error)}")
            return 1
        found = 0
        for finding in consistency.findings():
            found += 1
            self.stderr.write(str(finding))
        if not found:
            self.stdout.write("The store is consistent.")
        return found
