"""Everything between the command and the first request: is the store usable, safe and current? Knows no transport."""

import fcntl
import logging
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from hubbub.ops.migrating import migrate
from hubbub.ops.refused import CannotServe

MIGRATING = 0x48756262  # the number of the PostgreSQL advisory lock that one migrating node holds
UNSAFE_COMMITS = ("off", "local")

logger = logging.getLogger(__name__)


def check_processes(workers: int) -> None:
    """Several processes need a database and a layer that they can share."""
    if workers < 1:
        raise CannotServe("At least one worker is needed.")
    if workers == 1:
        return
    if connection.vendor == "sqlite":
        raise CannotServe(
            "Several workers need PostgreSQL and Redis: set DATABASE_URL and REDIS_URL, or use one worker."
        )
    if not _shares_layer():
        raise CannotServe(
            "Several workers need Redis to tell each other what happens: set REDIS_URL, or use one worker."
        )


def hold_store() -> IO[str] | None:
    """On SQLite, the mark of the one process that serves it; keep it open. Another process is refused."""
    if connection.vendor != "sqlite":
        return None
    path = Path(str(connection.settings_dict["NAME"]))
    try:
        mark = path.with_name(f"{path.name}.serving").open("a")
    except OSError as error:
        raise CannotServe(
            f"The folder {path.parent} of the database cannot be written: {error.strerror}."
        ) from None
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        mark.close()
        raise CannotServe(
            "Another Hubbub serves this SQLite database already; several processes need PostgreSQL and Redis."
        ) from None
    return mark


def prepare() -> None:
    """Bring the database up to date and do what the project wants done before serving."""
    try:
        _check_database()
        _migrate()
    except DatabaseError as error:
        raise CannotServe(f"The database cannot be used: {_first_line(error)}") from None
    for name in getattr(settings, "HUBBUB", {}).get("BEFORE_SERVING", ()):
        import_string(name)()
    _greet_redis()
    connection.close()


def _check_database() -> None:
    if connection.vendor != "postgresql":
        connection.ensure_connection()
        return
    _connect_once()
    commits, flushes = _shown("synchronous_commit"), _shown("fsync")
    if commits in UNSAFE_COMMITS:
        raise CannotServe(
            f"PostgreSQL runs with synchronous_commit {commits}, which may lose acknowledged messages: set it to on."
        )
    if flushes != "on":
        logger.warning("PostgreSQL runs with fsync off: a power failure may lose or damage everything in it")


def _connect_once() -> None:
    """The pool would try again and again for its whole timeout; one plain attempt gives the reason at once."""
    import psycopg

    parameters = dict(connection.get_connection_params())
    for ours in ("pool", "cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    parameters.setdefault("connect_timeout", 5)
    try:
        psycopg.connect(**parameters).close()
    except psycopg.Error as error:
        raise CannotServe(f"PostgreSQL cannot be reached: {_first_line(error)}") from None


def _shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def _migrate() -> None:
    if connection.vendor != "postgresql":
        migrate()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
    try:
        migrate()
        call_command("createcachetable", verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def _shares_layer() -> bool:
    backend = settings.CHANNEL_LAYERS.get("default", {}).get("BACKEND", "")
    return bool(backend) and "InMemory" not in backend


def _greet_redis() -> None:
    if not _shares_layer():
        return
    try:
        _ping(settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"][0]["address"])
    except Exception as error:  # noqa: BLE001
        # Not a reason to stop: the log is the truth, and the layer only makes it quick.
        logger.warning(
            "Redis cannot be reached (%s): messages of other processes come late", type(error).__name__
        )


def _ping(url: str) -> Any:
    import redis

    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=None)
    try:
        return client.ping()
    finally:
        client.close()


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".") + "."
