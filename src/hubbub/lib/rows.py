"""Statements about many rows at once, raw where the ORM costs more than the store itself; knows no table.

The rows come as one parameter (a JSON array on SQLite) or as one for each column (an array on PostgreSQL), so that the
text of a statement never changes with their number. Columns are named with their type in PostgreSQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from django.db import connection

from hubbub.lib.asking import Later, Row, ask, asked, do, do_for_each

_json = msgspec.json.Encoder().encode
_BARE = frozenset({"bigint", "boolean", "double precision"})


class Statement:
    """SQL in which `{given}` stands for a table of that name, made of the rows that are handed over.

    Say `FROM {given} CROSS JOIN other WHERE …`: SQLite then begins with what is given. Where `lock` names a table of
    the statement, its rows are held until the transaction ends; on SQLite whoever writes holds everything anyway.
    """

    def __init__(self, sql: str, columns: Mapping[str, str], *, lock: str = "") -> None:
        self._sql = sql
        self._columns = columns
        self._lock = lock

    def fetch(self, rows: Iterable[Row], *more: object) -> list[Row]:
        """What the statement gives for these rows; nothing without asking where there are none."""
        return self.asked(rows, *more)()

    def asked(self, rows: Iterable[Row], *more: object) -> Later[list[Row]]:
        """The same where it may be known later."""
        given = list(rows)
        return asked(*self._with_parameters(given, more)) if given else list

    def run(self, rows: Iterable[Row], *more: object) -> None:
        """Do it, whatever it is, to these rows."""
        given = list(rows)
        if given:
            do(*self._with_parameters(given, more))

    def _with_parameters(self, rows: list[Row], more: tuple[object, ...]) -> tuple[str, list[Any]]:
        if connection.vendor == "postgresql":
            return self._on_postgres, [*_arrays(rows, self._columns), *more]
        return self._on_sqlite, [_json(rows).decode(), *more]

    @cached_property
    def _on_postgres(self) -> str:
        table = f"{_unnest(self._columns)} AS given({', '.join(self._columns)})"
        return self._sql.replace("{given}", table) + (
            f" FOR NO KEY UPDATE OF {self._lock}" if self._lock else ""
        )

    @cached_property
    def _on_sqlite(self) -> str:
        values = [
            f"json_extract(value, '$[{number}]') AS {name}" for number, name in enumerate(self._columns)
        ]
        table = f"(SELECT {', '.join(values)} FROM json_each(%s)) AS given"  # noqa: S608  names of our own
        return self._sql.replace("{given}", table)


class Table:
    """A table that rows are put into. Columns that are not named here get what the database gives them."""

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self.name = name
        self.columns = columns

    def insert(self, rows: Sequence[Row]) -> None:
        """Put these rows in, their values in the order of the columns; times as `moment` makes them."""
        if not rows:
            return
        if connection.vendor == "postgresql":
            do(self._on_postgres, _arrays(rows, self.columns))
        else:
            do_for_each(self._on_sqlite, rows)

    def next_ids(self, count: int) -> Later[Sequence[int]]:
        """Numbers for that many new rows, never given before; on SQLite only for whoever has the turn to write."""
        if not count:
            return list
        if connection.vendor == "postgresql":
            given = asked(_NEXT_ON_POSTGRES, [self.name, count])
            return lambda: [number for (number,) in given()]
        found = ask("SELECT seq FROM sqlite_sequence WHERE name = %s", [self.name])
        first = found[0][0] + 1 if found else 1
        return lambda: range(first, first + count)

    @cached_property
    def _into(self) -> str:
        return f'INSERT INTO "{self.name}" ({", ".join(_quoted(self.columns))})'

    @cached_property
    def _on_postgres(self) -> str:
        return f"{self._into} SELECT * FROM {_unnest(self.columns)}"  # noqa: S608  names of our own

    @cached_property
    def _on_sqlite(self) -> str:
        return f"{self._into} VALUES ({', '.join(['%s'] * len(self.columns))})"


@lru_cache(maxsize=8)
def moment(at: datetime) -> str:
    """A time as it is written into rows. One batch has one or two of them."""
    return str(connection.ops.adapt_datetimefield_value(at))


def moment_of(stored: Any) -> datetime:
    """A time as it was written into rows, or as the driver made it of them already; SQLite's knows no zone."""
    if isinstance(stored, datetime):
        return stored if stored.tzinfo is not None else stored.replace(tzinfo=UTC)
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


_NEXT_ON_POSTGRES = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _unnest(columns: Mapping[str, str]) -> str:
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in columns.values())})"


def _arrays(rows: Sequence[Row], columns: Mapping[str, str]) -> list[str]:
    """Each column as an array literal: a fraction of what the driver takes for a list."""
    values = zip(*rows, strict=True)
    return [
        _bare_array(column) if kind in _BARE else _text_array(column)
        for column, kind in zip(values, columns.values(), strict=True)
    ]


def _bare_array(values: Iterable[object]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _text_array(values: Iterable[str | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else _escaped(value) for value in values]) + "}"


def _escaped(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
