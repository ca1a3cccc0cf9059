"""How a command fails: with one sentence and exit code 2, whatever it was below. Knows no command."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import DatabaseError, connection

from hubbub.lib.refusals import Refused
from hubbub.ops.migrating import migrate

UNUSABLE = 2


class CannotDo(Exception):
    """The command cannot be carried out; the text is the sentence that the operator reads."""


@contextmanager
def complaining() -> Iterator[None]:
    """What is refused inside ends the command with one sentence."""
    try:
        yield
    except Refused as refusal:
        raise CommandError(refusal.detail, returncode=UNUSABLE) from None
    except CannotDo as reason:
        raise CommandError(str(reason), returncode=UNUSABLE) from None
    except ValidationError as error:
        raise CommandError(" ".join(error.messages), returncode=UNUSABLE) from None
    except DatabaseError as error:
        raise CommandError(f"The database cannot be used: {first_line(error)}", returncode=UNUSABLE) from None


def make_tables() -> None:
    """Set up a database that holds nothing at all, so that the first command may be any; others stay as they are."""
    if not connection.introspection.table_names():
        migrate()


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".") + "."
