"""A process that lives on sockets takes the highest limit of open files that it may choose, and no other limit."""

import resource
from collections.abc import Iterator

import pytest

from hubbub.lib.open_files import ENOUGH, open_as_many_files_as_allowed

FILES = resource.RLIMIT_NOFILE


@pytest.fixture(autouse=True)
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(FILES)
    yield before
    resource.setrlimit(FILES, before)


def test_a_low_limit_is_raised_to_the_highest_that_is_allowed(limits: tuple[int, int]) -> None:
    _, highest = limits
    resource.setrlimit(FILES, (256, highest))

    given = open_as_many_files_as_allowed()

    assert given == (ENOUGH if highest == resource.RLIM_INFINITY else min(highest, ENOUGH))
    assert resource.getrlimit(FILES) == (given, highest)


def test_a_limit_that_cannot_be_raised_is_kept(limits: tuple[int, int]) -> None:
    _, highest = limits
    resource.setrlimit(FILES, (highest, highest))

    open_as_many_files_as_allowed()

    assert resource.getrlimit(FILES) == (highest, highest)
