"""Where the product is to keep its rows while it is measured: never where anybody's rows are already."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from hubbub.ops.bench.failed import CannotMeasure
from hubbub.ops.bench.product import Store


@contextmanager
def on_postgres(workers: int) -> Iterator[Store]:
    """A new database beside the one that is configured, dropped at the end, and the Redis that is configured."""
    redis_url = _redis_url()
    if connection.vendor != "postgresql" or redis_url is None:
        raise CannotMeasure(
            "For the store `postgres`, name PostgreSQL and Redis in DATABASE_URL and REDIS_URL."
        )
    _refuse_shared(redis_url)
    name = f"hubbub_bench_{secrets.token_hex(4)}"
    quoted = connection.ops.quote_name(name)
    _execute(f"CREATE DATABASE {quoted}")
    try:
        environment = {
            "DATABASE_URL": database_url(settings.DATABASES["default"], name),
            "REDIS_URL": redis_url,
        }
        yield Store(environment, workers)
    finally:
        _execute(f"DROP DATABASE {quoted} WITH (FORCE)")


def database_url(configured: dict[str, Any], name: str) -> str:
    """The address of another database on the same server."""
    user, password, host, port = (
        str(configured.get(key) or "") for key in ("USER", "PASSWORD", "HOST", "PORT")
    )
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    options = {
        key: value for key, value in configured.get("OPTIONS", {}).items() if isinstance(value, str | int)
    }
    asked = f"?{urlencode(options)}" if options else ""
    return f"postgresql://{who}{'@' if who else ''}{quote(host, safe='')}{f':{port}' if port else ''}/{name}{asked}"


def _redis_url() -> str | None:
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("hubbub", {})
    hosts = layer.get("CONFIG", {}).get("hosts", [])
    return str(hosts[0]["address"]) if hosts else None


def _refuse_shared(redis_url: str) -> None:
    """Two installations on one Redis would hear each other's news."""
    from redis import Redis

    with Redis.from_url(redis_url) as redis:
        if redis.pubsub_channels("hubbub*"):
            raise CannotMeasure(
                "Another Hubbub uses the Redis in REDIS_URL: give the benchmark one of its own."
            )


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
