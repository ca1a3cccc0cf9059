"""`hubbub deactivate`: ends an account with all its sign-ins and tokens, on every node."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.ops.complaints import complaining
from hubbub.ops.known_users import user_named
from hubbub.people.actions import deactivate


class Command(BaseCommand):
    help = "Deactivate a user: no sign-in, session or token of theirs works any more, anywhere."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="NAME", help="the name of the user")

    def handle(self, *args: Any, **options: Any) -> None:
        with complaining():
            user = user_named(options["username"])
            deactivate(user)
        self.stdout.write(f"{user.get_username()} is deactivated.")
