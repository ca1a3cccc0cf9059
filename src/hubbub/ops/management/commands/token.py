"""`hubbub token`: new bearer tokens for programs, told this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from hubbub.ops.complaints import CannotDo, complaining
from hubbub.ops.known_users import user_named
from hubbub.people.actions import create_token, person_for

NAME_CHARS = 80


class Command(BaseCommand):
    help = "Print a new bearer token of a user (of each, on a line), as the last word. It is not shown again."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usernames", metavar="NAME", nargs="+", help="whose token it is")
        parser.add_argument("--name", default="", help="what it is for, to tell it from others later")

    def handle(self, *args: Any, **options: Any) -> None:
        with complaining(), transaction.atomic():
            if len(options["name"]) > NAME_CHARS:
                raise CannotDo(f"The name of a token has at most {NAME_CHARS} characters.")
            made = [_made(username, name=options["name"]) for username in options["usernames"]]
        for username, token in made:
            self.stdout.write(f"Token of {username}, not shown again: {token}")


def _made(username: str, *, name: str) -> tuple[str, str]:
    """How the site calls the user, and the token."""
    user = user_named(username)
    if not user.is_active:
        raise CannotDo(f"{user.get_username()} is deactivated.")
    return user.get_username(), create_token(person_for(user), name=name)
