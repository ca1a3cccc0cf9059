"""A test that drives a browser gets a second try on a machine that is busy with others; the summary names it.

Nothing else does: what breaks nodes, judges histories or asks the store must hold at the first try.
"""

from typing import Any, cast

import pytest
from _pytest.runner import runtestprotocol

NEEDED = "needed a second try"
LENGTH = 500


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if item.get_closest_marker("browser") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        cast("Any", item)._initrequest()  # its fixtures begin anew
        item.user_properties.append((NEEDED, _why(reports)))
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in terminalreporter.stats.get("passed", []):
        for name, why in report.user_properties:
            if name == NEEDED and report.when == "call":
                terminalreporter.write_line(f"SECOND TRY {report.nodeid}: {why}")


def _why(reports: list[pytest.TestReport]) -> str:
    failed = next(report for report in reports if report.failed)
    lines = str(failed.longreprtext).strip().splitlines()
    said = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return f"{lines[-1]}: {' | '.join(said)}"[:LENGTH]
