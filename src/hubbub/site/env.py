"""Reads the environment once, typed; whatever is wrong is one clear sentence. Knows no Django."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from hubbub.defaults import LIMIT_NAMES
from hubbub.site import database_url, email_url, folder
from hubbub.site.database_url import Database
from hubbub.site.email_url import Email
from hubbub.site.refused import BadSetting

__all__ = ["NAMES", "BadSetting", "Database", "Email", "Environment", "read"]

NAMES = (
    "HUBBUB_DATA",
    "DATABASE_URL",
    "REDIS_URL",
    "HUBBUB_URL",
    "HUBBUB_SECRET_KEY",
    "HUBBUB_RATES",
    "HUBBUB_EMAIL_URL",
    "HUBBUB_EMAIL_FROM",
    "HUBBUB_LANGUAGE",
    "HUBBUB_TIME_ZONE",
    "HUBBUB_PROXIES",
    "HUBBUB_LIMITS",
    "HUBBUB_LOG_LEVEL",
)
"""Every variable that is read; docs/settings.md describes each."""

LANGUAGES = ("en", "ru")
LOG_LEVELS = ("INFO", "DEBUG", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, checked."""

    data: Path
    secret_key: str
    database: Database
    redis_url: str | None
    url: str | None
    rates: str | None
    email: Email | None
    email_from: str
    language: str
    time_zone: str
    proxies: tuple[str, ...]
    limits: dict[str, int]
    log_level: str

    @property
    def host(self) -> str | None:
        """The host name people use, without its port."""
        return urlsplit(self.url).hostname if self.url else None

    @property
    def https(self) -> bool:
        return bool(self.url and self.url.startswith("https://"))


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Check every variable, make the data folder if it is not there, or raise BadSetting with one sentence."""
    given = {name: environ[name].strip() for name in NAMES if environ.get(name, "").strip()}
    url = _url(given)
    data = folder.chosen(given.get("HUBBUB_DATA"))
    return Environment(
        url=url,
        database=_database(given) or Database.sqlite(str(data / "hubbub.sqlite3")),
        redis_url=_redis_url(given),
        email=email_url.parse(given.get("HUBBUB_EMAIL_URL")),
        email_from=given.get("HUBBUB_EMAIL_FROM") or f"Hubbub <hubbub@{_host(url)}>",
        rates=_rates(given),
        language=_one_of("HUBBUB_LANGUAGE", given, LANGUAGES),
        time_zone=_time_zone(given),
        proxies=_proxies(given),
        limits=_limits(given),
        log_level=_one_of("HUBBUB_LOG_LEVEL", given, LOG_LEVELS),
        # Last, because they touch the disk: a wrong setting must not leave a folder behind.
        data=folder.prepare(data),
        secret_key=given.get("HUBBUB_SECRET_KEY") or folder.secret_key(data),
    )


def _url(given: Mapping[str, str]) -> str | None:
    url = given.get("HUBBUB_URL")
    if url is None:
        return None
    parts = _split("HUBBUB_URL", url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting("HUBBUB_URL must be the address that people use, like https://chat.example.org.")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise BadSetting(
            "HUBBUB_URL must be a bare address without a path: Hubbub needs a host name of its own."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _database(given: Mapping[str, str]) -> Database | None:
    database = database_url.parse(given.get("DATABASE_URL"))
    if database is not None and database.vendor == "postgresql":
        _need("psycopg", "DATABASE_URL names PostgreSQL", extra="postgres")
    return database


def _need(module: str, reason: str, *, extra: str) -> None:
    if find_spec(module) is None:
        raise BadSetting(f"{reason}, for which {module} is not installed: install hubbub[{extra}].")


def _host(url: str | None) -> str:
    return (urlsplit(url).hostname if url else None) or "localhost"


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise BadSetting(f"{name} is not a valid address.") from None
    return parts


def _redis_url(given: Mapping[str, str]) -> str | None:
    url = given.get("REDIS_URL")
    if url is None:
        return None
    if url.partition("://")[0] not in ("redis", "rediss", "unix", "valkey", "valkeys"):
        raise BadSetting("REDIS_URL must begin with redis://, rediss:// or unix://.")
    _need("channels_redis", "REDIS_URL is set", extra="redis")
    if not url.startswith("unix:"):
        _split("REDIS_URL", url)
    return url.replace("valkey", "redis", 1) if url.startswith("valkey") else url


def _rates(given: Mapping[str, str]) -> str | None:
    rates = given.get("HUBBUB_RATES")
    if rates not in (None, "on", "off"):
        raise BadSetting("HUBBUB_RATES must be on or off.")
    return rates if rates == "off" else None


def _one_of(name: str, given: Mapping[str, str], allowed: tuple[str, ...]) -> str:
    value = given.get(name, allowed[0])
    for choice in allowed:
        if value.casefold() == choice.casefold():
            return choice
    raise BadSetting(f"{name} must be one of {', '.join(allowed)}.")


def _time_zone(given: Mapping[str, str]) -> str:
    name = given.get("HUBBUB_TIME_ZONE", "UTC")
    if name != "UTC" and name not in available_timezones():
        raise BadSetting("HUBBUB_TIME_ZONE must be the name of a time zone, like Europe/Berlin.")
    return ZoneInfo(name).key


def _proxies(given: Mapping[str, str]) -> tuple[str, ...]:
    proxies = [part.strip() for part in given.get("HUBBUB_PROXIES", "127.0.0.1").split(",") if part.strip()]
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise BadSetting("HUBBUB_PROXIES must be IP addresses or networks with commas between.") from None
    return tuple(proxies)


def _limits(given: Mapping[str, str]) -> dict[str, int]:
    """`name=number` with commas between, for the limits that `/.well-known/hubbub` publishes."""
    limits: dict[str, int] = {}
    for part in given.get("HUBBUB_LIMITS", "").split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if name not in LIMIT_NAMES or not (number.isascii() and number.isdigit() and len(number) <= 12):
            raise BadSetting(
                "HUBBUB_LIMITS must be like drain_ms=5000,body_chars=4000 with names of published limits."
            )
        limits[name] = int(number)
    return limits
