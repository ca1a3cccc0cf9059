"""Sets up this clone: `tools/install.py runtime|tests|node|browser`. It needs a bare Python 3.11.

Whatever cannot be had is written down with the reason in .cache/missing/, where the tests find it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
CACHE = ROOT / ".cache"
MISSING = CACHE / "missing"
REQUIREMENTS = ROOT / "requirements"


class CannotBeHad(Exception):
    """A tool that tests want is not here and cannot be installed; the message is the reason."""


def install_runtime() -> None:
    # Whoever has set up the tests keeps them: their lock is the same versions and more.
    if (VENV / ".tests").exists():
        install_tests()
        return
    install_packages(REQUIREMENTS / "runtime.txt")
    (VENV / ".runtime").touch()


def install_tests() -> None:
    install_packages(REQUIREMENTS / "dev.txt")
    (VENV / ".runtime").touch()
    (VENV / ".tests").touch()


def install_packages(lock: Path) -> None:
    make_venv()
    uv = find_uv()
    if uv is None:
        say("uv cannot be had; pip takes a little longer")
        pip("install", "--require-hashes", "--requirement", str(lock))
        pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        return
    python = ["--python", str(BIN / "python")]
    run(uv, "pip", "sync", "--quiet", "--require-hashes", *python, str(lock))
    run(
        uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *python, "--editable", str(ROOT)
    )


def make_venv() -> None:
    if (BIN / "python").exists() and succeeds(str(BIN / "python"), "-c", "import pip"):
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if succeeds(sys.executable, "-m", "venv", str(VENV)):
        return
    # Debian ships Python without this part of its own library.
    apt_install("python3-venv")
    run(sys.executable, "-m", "venv", "--clear", str(VENV))


def find_uv() -> str | None:
    own = BIN / "uv"
    lock = REQUIREMENTS / "uv.txt"
    if succeeds(str(own), "--version") or succeeds(
        *pip_command("install", "--require-hashes", "-r", str(lock))
    ):
        return str(own)
    return shutil.which("uv")


def install_node() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        apt_install("nodejs", "npm")
    run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")


def install_browser() -> None:
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        apt_install("chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")


def apt_install(*packages: str) -> None:
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise CannotBeHad(f"{wanted} is not installed, and this system has no apt-get to install it with")
    if os.geteuid() != 0:
        raise CannotBeHad(
            f"{wanted} is not installed, and only root may install it (apt-get install {wanted})"
        )
    say(f"installing {wanted} from the system's packages")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quietly)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if subprocess.run(command, check=False, env=quietly, stdout=subprocess.DEVNULL).returncode != 0:
        raise CannotBeHad(f"{wanted} is not installed, and apt-get could not install it")


def optional(name: str, install: Callable[[], None]) -> None:
    """A tool that only tests need: without it they are skipped, and say why."""
    MISSING.mkdir(parents=True, exist_ok=True)
    reason = MISSING / name
    reason.unlink(missing_ok=True)
    try:
        install()
    except CannotBeHad as absent:
        reason.write_text(f"{absent}\n")
        say(f"going on without {name}: {absent}")
        return  # unstamped: looked for again next time
    (CACHE / name).touch()


def pip(*arguments: str) -> None:
    run(*pip_command(*arguments))


def pip_command(*arguments: str) -> list[str]:
    return [str(BIN / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]


def run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT)


def succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, check=False, cwd=ROOT, capture_output=True).returncode == 0
    except OSError:
        return False


def say(sentence: str) -> None:
    print(f"setup: {sentence}", flush=True)


def main(part: str) -> int:
    parts: dict[str, Callable[[], None]] = {
        "runtime": install_runtime,
        "tests": install_tests,
        "node": lambda: optional("node", install_node),
        "browser": lambda: optional("browser", install_browser),
    }
    try:
        parts[part]()
    except subprocess.CalledProcessError as failed:
        say(f"{Path(failed.cmd[0]).name} failed ({failed.returncode}); what it said is above")
        return 1
    except CannotBeHad as absent:
        say(str(absent))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
