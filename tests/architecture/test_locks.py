"""What is fetched when setting up: pinned, with hashes, and from wherever the machine is told to fetch it."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "package-lock.json"]
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
PINNED = re.compile(r"^[A-Za-z0-9._-]+==\S+( ; .*)? \\$")


def test_the_locks_are_there_to_be_read() -> None:
    assert {lock.name for lock in LOCKS} == {"dev.txt", "runtime.txt", "uv.txt", "package-lock.json"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_a_lock_names_no_address_to_download_from(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if ADDRESS.search(line)]

    assert [
        line for line in lines if not line.strip().startswith('"url": ')
    ] == []  # who asks for money, in npm's


@pytest.mark.parametrize("lock", LOCKS[:-1], ids=lambda lock: str(lock.name))
def test_every_python_package_is_pinned_and_hashed(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if line and not line.startswith("#")]
    packages = [line for line in lines if not line.startswith(" ")]

    assert packages
    assert [line for line in packages if not PINNED.match(line)] == []
    assert all(
        re.match(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", line) for line in lines if line.startswith(" ")
    )


def test_tests_run_with_the_versions_that_are_served() -> None:
    def versions(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        return {line.removesuffix(" \\") for line in lines if PINNED.match(line)}

    assert versions("runtime.txt")
    assert versions("runtime.txt") <= versions("dev.txt")


def test_every_browser_tool_is_pinned_and_hashed() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    named = json.loads((ROOT / "package.json").read_text())["devDependencies"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in named.values())
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
