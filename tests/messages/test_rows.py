"""What is put into tables raw names the columns that the models have: a migration cannot break it unnoticed."""

import pytest
from django.db import models

from hubbub.events.models import Event, Receipt
from hubbub.events.rows import EVENTS, RECEIPTS
from hubbub.lib.rows import Table
from hubbub.messages.models import Mention, Message
from hubbub.messages.rows import MENTIONS, MESSAGES

TYPES = {
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "CharField": "text",
    "TextField": "text",
    "DateTimeField": "timestamptz",
    "JSONField": "jsonb",
}
TABLES = [(EVENTS, Event), (RECEIPTS, Receipt), (MESSAGES, Message), (MENTIONS, Mention)]


def type_of(field: "models.Field[object, object]") -> str:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return TYPES[field.get_internal_type()]


@pytest.mark.parametrize(("table", "model"), TABLES, ids=[model.__name__ for _, model in TABLES])
def test_a_table_names_every_column_that_must_be_given(table: Table, model: type[models.Model]) -> None:
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    needed = {name for name, field in fields.items() if not field.null and not field.primary_key}

    assert table.name == model._meta.db_table
    assert needed <= set(table.columns) <= set(fields)
    assert table.columns == {name: type_of(fields[name]) for name in table.columns}
