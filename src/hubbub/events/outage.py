"""What an error of the store means for the calls that met it. Knows the codes of SQLite and PostgreSQL, and no call."""

from django.db import Error, connection

# SQLite's names: the disk, its rights, its size, or somebody else who would not let go of the file.
_SQLITE = (
    *("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_NOMEM"),
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CORRUPT", "SQLITE_NOTADB"),
)
# PostgreSQL's classes: connections, resources (a full disk), shutdown and recovery, the system; and read-only.
_POSTGRES = ("08", "53", "57P", "58", "25006")
_LOST = ("08", "57P")
_PASSING = ("40001", "40P01")  # a serialisation that failed, a deadlock


def is_outage(error: Exception) -> bool:
    """Whether nothing can be written at this moment, so that trying the calls one by one is in vain.

    What a driver raises without a code is about the connection, or about a file that it cannot open.
    """
    if not isinstance(error, Error):
        return False
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", None)
    if name is not None:
        return str(name).startswith(_SQLITE)
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(_POSTGRES)


def is_lost(error: Exception) -> bool:
    """Whether a connection to a server was lost, or was dead when it came from the pool."""
    state = getattr(error.__cause__, "sqlstate", None)
    return connection.vendor == "postgresql" and (state is None or str(state).startswith(_LOST))


def is_passing(error: Exception) -> bool:
    """Whether the same again may well succeed at once: others stood in the way."""
    return getattr(error.__cause__, "sqlstate", None) in _PASSING
