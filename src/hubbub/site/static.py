"""Static files: collected into the data folder when they changed, served with hashes and compression."""

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from servestatic import ServeStaticASGI
from servestatic.storage import CompressedManifestStaticFilesStorage

import hubbub

STAMP = ".collected"
UNHASHED_SECONDS = 60


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a hash of the content. Where nothing was collected yet (tests, commands) plain names are given."""

    def stored_name(self, name: str) -> str:
        if not self.hashed_files:
            return name
        return str(super().stored_name(name))


def collect() -> None:
    """Bring the collected files up to date; does nothing when the sources are those of last time."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    fingerprint = _fingerprint()
    stamp = root / STAMP
    if _said(stamp) == fingerprint:
        return
    with _alone(root):
        if _said(stamp) == fingerprint:
            return
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def served(application: Any) -> Any:
    """The application with the collected files in front of it; unchanged where nothing was collected."""
    root = Path(settings.STATIC_ROOT)
    if not (root / STAMP).is_file():
        return application
    return ServeStaticASGI(
        application,
        root=str(root),
        prefix=settings.STATIC_URL,
        max_age=UNHASHED_SECONDS,
        allow_all_origins=False,
        add_headers_function=_nosniff,
    )


def _nosniff(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _fingerprint() -> str:
    """Of every source file its name, size and time: as much as tells that something changed, read without opening."""
    digest = hashlib.sha256(f"{hubbub.__version__} {django.__version__}".encode())
    for finder in finders.get_finders():
        for name, storage in sorted(finder.list(None), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _said(stamp: Path) -> str | None:
    try:
        return stamp.read_text()
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Two servers that start at once on one folder must not collect into each other's files."""
    with (root.parent / ".static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
