"""The rates that all processes share. On PostgreSQL the table is unlogged: it is written often and worth nothing later."""

from typing import Any

from django.db import migrations, models


def unlog(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE hubbub_rate SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("hubbub_people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person", "rate", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("rate", models.CharField(max_length=16)),
                ("tokens", models.FloatField()),
                ("granted", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "hubbub_rate"},
        ),
        migrations.RunPython(unlog, migrations.RunPython.noop),
    ]
