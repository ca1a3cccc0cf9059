"""`hubbub createuser`: one user with the password on the standard input, or many from lines of JSON."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.ops.complaints import UNUSABLE, complaining, make_tables
from hubbub.ops.newcomers import Newcomer, make_users, read_lines, read_password


class Command(BaseCommand):
    help = (
        "Make a user; the password is the first line of the standard input. "
        'With --bulk: many, from lines like {"username": "ann", "password": "…", "admin": false}.'
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?", metavar="NAME", help="the name of the new user")
        parser.add_argument("--admin", action="store_true", help="an administrator of the whole place")
        parser.add_argument("--bot", action="store_true", help="a program, shown as such")
        parser.add_argument("--bulk", action="store_true", help="read lines of JSON from the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bulk"] == bool(options["username"]):
            raise CommandError("Give the name of one user, or --bulk.", returncode=UNUSABLE)
        with complaining():
            newcomers = read_lines() if options["bulk"] else [_one(options)]
            make_tables()
            people = make_users(newcomers)
        if options["bulk"]:
            self.stdout.write(f"Made {len(people)} users.")
        else:
            self.stdout.write(f"Made the user {people[0].username}.")


def _one(options: dict[str, Any]) -> Newcomer:
    return Newcomer(options["username"], read_password(), admin=options["admin"], bot=options["bot"])
