"""What to do without a tool: say why; on the build machine, fail unless it truly cannot be had."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MISSING = ROOT / ".cache" / "missing"


def skip_without(tool: str, problem: str) -> NoReturn:
    """`tool` is a name that tools/install.py knows: it leaves a reason only where it tried and could not."""
    reason = MISSING / tool
    if reason.exists():
        pytest.skip(reason.read_text().strip())
    if os.environ.get("CI"):
        pytest.fail(f"{tool}: {problem}; the build machine must have it")
    pytest.skip(f"{tool}: {problem}")
