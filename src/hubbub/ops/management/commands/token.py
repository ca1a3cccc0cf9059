"""`hubbub token`: a new bearer token for a program, told this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.ops.complaints import CannotDo, complaining
from hubbub.ops.known_users import user_named
from hubbub.people.actions import create_token, person_for

NAME_CHARS = 80


class Command(BaseCommand):
    help = "Print a new bearer token of a user, as the last word. It is not shown again."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="NAME", help="whose token it is")
        parser.add_argument("--name", default="", help="what it is for, to tell it from others later")

    def handle(self, *args: Any, **options: Any) -> None:
        with complaining():
            user = user_named(options["username"])
            if not user.is_active:
                raise CannotDo(f"{user.get_username()} is deactivated.")
            if len(options["name"]) > NAME_CHARS:
                raise CannotDo(f"The name of a token has at most {NAME_CHARS} characters.")
            token = create_token(person_for(user), name=options["name"])
        self.stdout.write(f"Token of {user.get_username()}, not shown again: {token}")
