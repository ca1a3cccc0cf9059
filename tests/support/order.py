"""In which order tests run, and how many at once: so that no core idles while something is waited for.

Most of them keep a core busy. Some only wait, for a time that is promised or for an outage to end: they begin first,
and there is one more process than there are cores, so that others use the cores meanwhile.
"""

import os

import pytest


def pytest_xdist_auto_num_workers() -> int:
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After they were shuffled; those who wait stay shuffled among themselves."""
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)
