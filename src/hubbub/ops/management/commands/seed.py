"""`hubbub seed`: a small lively workspace to look at, or many messages for measuring."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.lib import clock
from hubbub.ops.bulk import seed_bulk
from hubbub.ops.complaints import CannotDo, complaining, make_tables
from hubbub.ops.seeding import Seeded, seed_story

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Fill the workspace with people, rooms and some days of talk; prints how to sign in, this once. "
        "With --messages: that many messages instead, fast."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=1, help="the same number tells the same story (default: 1)"
        )
        parser.add_argument("--messages", type=int, help="how many messages to store as fast as possible")
        parser.add_argument(
            "--rooms", type=int, default=10, help="in how many rooms (with --messages; default: 10)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = clock.ticks()
        with complaining():
            if options["rooms"] < 1 or (options["messages"] or 0) < 0:
                raise CannotDo("There is at least one room, and no number is negative.")
            make_tables()
            made = _made(options)
        seconds = clock.ticks() - started
        self.stdout.write(f"Stored {made.messages} messages in {made.rooms} rooms in {seconds:.1f} s.")
        shown, others = made.usernames[:SHOWN], made.usernames[SHOWN:]
        rest = f" and {len(others)} more up to {others[-1]}" if others else ""
        self.stdout.write(f"Sign in as {', '.join(shown)}{rest}")
        self.stdout.write(f"with the password {made.password}")


def _made(options: dict[str, Any]) -> Seeded:
    if options["messages"] is None:
        return seed_story(options["seed"])
    return seed_bulk(options["seed"], messages=options["messages"], rooms=options["rooms"])
