"""A log line: one line whatever is in it, and nothing of what people wrote or of what lets them in."""

import logging
import sys
from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from hubbub.site.logs import OneLine, Routes


class Violation(Exception):
    """As a driver raises it."""

    sqlstate = "23514"


class BadValue(Violation):
    sqlstate = "22P02"


def line_of(error: Exception, cause: Exception | None = None) -> str:
    try:
        raise error from cause
    except type(error):
        record = logging.LogRecord("x", logging.ERROR, "", 0, "It failed", (), sys.exc_info())
    return OneLine("{message}", style="{").format(record)


def test_what_a_database_says_of_a_row_is_left_out() -> None:
    said = "new row violates constraint\nDETAIL:  Failing row contains (1, dear diary)."
    line = line_of(IntegrityError(said), Violation(said))

    assert "dear diary" not in line
    assert "new row violates constraint [23514]" in line
    assert "test_logs.py" in line
    assert "\n" not in line


def test_what_a_database_says_of_a_value_is_left_out_wholly() -> None:
    line = line_of(BadValue('invalid input syntax for type bigint: "dear diary"'))

    assert "dear diary" not in line
    assert "[22P02]" in line


def test_what_others_say_is_kept() -> None:
    assert "nothing of a database" in line_of(RuntimeError("nothing of a database"))


@pytest.mark.parametrize(
    ("path", "named"),
    [("/join/let-me-in/", "/join/<str:token>/"), ("/no/such/thing", "an address that is not there")],
)
def test_a_request_that_failed_is_named_by_its_route(path: str, named: str) -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("It failed", path), None)
    record.request = SimpleNamespace(path=path, path_info=path)

    assert Routes().filter(record)
    assert record.getMessage() == f"It failed: {named}"
