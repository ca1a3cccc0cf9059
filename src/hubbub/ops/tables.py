"""The rows of every table of the project as plain values, the same from and for every database. Knows no file."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model
from django.utils.duration import duration_iso_string

from hubbub.ops.complaints import CannotDo

Table = type[Model]

BATCH = 500


def all_tables() -> list[Table]:
    """Every model with a table of its own, those between many and many included."""
    return of_models(apps.get_models(include_auto_created=True))


def of_models(models: Iterable[Table]) -> list[Table]:
    """Those of these models that have a table of their own."""
    mine = [model for model in models if model._meta.managed and not model._meta.proxy]
    return sorted(mine, key=lambda model: model._meta.label_lower)


def columns(table: Table) -> list[str]:
    return [field.attname for field in _fields(table)]


def rows(table: Table) -> Iterator[list[Any]]:
    """Every row, streamed, in the order of its key."""
    found = table._base_manager.order_by("pk").values_list(*columns(table))
    for row in found.iterator(chunk_size=BATCH):
        yield [_plain(value) for value in row]


def insert(table: Table, names: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Store plain rows as they are: no default, no save() and no signal has a say."""
    known = {field.attname: field for field in _fields(table)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CannotDo(f"The backup has a column that is unknown here: {table._meta.label}.{unknown[0]}.")
    fields = [known[name] for name in names]
    statement = _insertion(table, fields)
    remaining = iter(lines)
    with connection.cursor() as cursor:
        while batch := list(islice(remaining, BATCH)):
            cursor.executemany(statement, [_stored(fields, line) for line in batch])


def is_empty(table: Table) -> bool:
    return not table._base_manager.exists()


def clear(tables: Sequence[Table]) -> None:
    """Empty these tables in the transaction under way."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {_quoted(table._meta.db_table)}")  # noqa: S608  # our own table names


def reset_sequences(tables: Sequence[Table]) -> None:
    """The next row's number comes after those that were stored."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)


def _fields(table: Table) -> "list[Field[Any, Any]]":
    return [field for field in table._meta.local_concrete_fields if not getattr(field, "generated", False)]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return {"hex": bytes(value).hex()}
    raise CannotDo(f"A column holds a {type(value).__name__}, which a backup cannot carry.")


def _stored(fields: "Sequence[Field[Any, Any]]", line: Sequence[Any]) -> list[Any]:
    return [
        field.get_db_prep_save(_python(field, value), connection)
        for field, value in zip(fields, line, strict=True)
    ]


def _python(field: "Field[Any, Any]", value: Any) -> Any:
    if field.get_internal_type() == "BinaryField" and isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return value if value is None else _target(field).to_python(value)


def _target(field: "Field[Any, Any]") -> "Field[Any, Any]":
    """A foreign key holds what the field it points to holds."""
    return getattr(field, "target_field", field)


def _insertion(table: Table, fields: "Sequence[Field[Any, Any]]") -> str:
    names = ", ".join(_quoted(str(field.column)) for field in fields)
    return f"INSERT INTO {_quoted(table._meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608  # our own names


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
