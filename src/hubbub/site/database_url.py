"""Takes DATABASE_URL apart; knows no Django. What it raises never repeats the address, which holds a password."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from hubbub.site.refused import BadSetting

SCHEMES = {"sqlite": "sqlite", "postgres": "postgresql", "postgresql": "postgresql"}

PREPARE_THRESHOLD = 5  # the driver's own

# A password may hold any character but "?", written as it is or percent-encoded: the last "@" ends it.
_AUTHORITY = re.compile(
    r"(?:(?P<user>[^:@/?]*)(?::(?P<password>[^?]*))?@)?(?P<host>\[[^\]]*\]|[^:/?@]*)(?::(?P<port>\d*))?"
)


@dataclass(frozen=True, slots=True)
class Database:
    """Which database: `vendor` is sqlite or postgresql, `options` what the driver takes besides.

    Of a statement that was asked so often PostgreSQL keeps the plan; None: never.
    """

    vendor: str
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    options: dict[str, str] = field(default_factory=dict)
    prepare_threshold: int | None = PREPARE_THRESHOLD

    @classmethod
    def sqlite(cls, name: str) -> "Database":
        return cls(vendor="sqlite", name=name)


def parse(url: str | None) -> Database | None:
    """The database that the address names; None for no address."""
    if url is None:
        return None
    scheme, separator, rest = url.partition("://")
    vendor = SCHEMES.get(scheme.lower()) if separator else None
    if vendor is None:
        raise BadSetting(
            "DATABASE_URL must begin with sqlite:// or postgresql://; other databases are not known."
        )
    return _sqlite(rest) if vendor == "sqlite" else _postgresql(rest)


def _sqlite(rest: str) -> Database:
    """Three slashes and a path: sqlite:///here.sqlite3 is beside us, sqlite:////srv/there.sqlite3 is absolute."""
    path = unquote(rest.removeprefix("/"))
    if not rest.startswith("/") or not path or path.endswith("/") or path == ":memory:":
        raise BadSetting("DATABASE_URL must name a file, like sqlite:////srv/hubbub/hubbub.sqlite3.")
    if "?" in rest:
        raise BadSetting("DATABASE_URL takes no options for SQLite.")
    return Database.sqlite(path)


def _postgresql(rest: str) -> Database:
    main, _, query = rest.partition("?")
    found = _AUTHORITY.match(main)
    remainder = main[found.end() :] if found else main
    if found is None or not re.fullmatch(r"(/[^/]*)?", remainder):
        raise BadSetting(
            "DATABASE_URL is not a valid address: postgresql://USER:PASSWORD@HOST:PORT/NAME is expected."
        )
    options = dict(parse_qsl(query))
    host = options.pop("host", "") or unquote(found["host"]).strip("[]")
    threshold = _threshold(options.pop("prepare_threshold", str(PREPARE_THRESHOLD)))
    name = unquote(remainder[1:]) or options.pop("dbname", "")
    if not name:
        raise BadSetting("DATABASE_URL must end with the name of a database: postgresql://HOST/NAME.")
    return Database(
        vendor="postgresql",
        name=name,
        user=unquote(found["user"] or "") or options.pop("user", ""),
        password=unquote(found["password"] or "") or options.pop("password", ""),
        host=host,
        port=found["port"] or options.pop("port", ""),
        options=options,
        prepare_threshold=threshold,
    )


def _threshold(given: str) -> int | None:
    if given == "none":
        return None
    if not (given.isascii() and given.isdigit()):
        raise BadSetting("DATABASE_URL takes a number or `none` as prepare_threshold.")
    return int(given)
