"""Indexes for the unread counts; those that served no query go. Apart from 0002: PostgreSQL fills, then alters."""

import django.db.models.deletion
from django.db import migrations, models

PERSON = "hubbub_people.person"


class Migration(migrations.Migration):
    dependencies = [
        ("hubbub_messages", "0002_message_ordinal"),
        ("hubbub_people", "0001_initial"),
    ]

    operations = [
        migrations.AlterField("message", "ordinal", models.BigIntegerField(editable=False)),
        migrations.AlterField(
            "message",
            "author",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=PERSON,
                verbose_name="author",
            ),
        ),
        migrations.AlterField(
            "message",
            "reply_to",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="hubbub_messages.message",
            ),
        ),
        migrations.AlterField(
            "reaction",
            "person",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=PERSON,
                verbose_name="person",
            ),
        ),
        migrations.AddIndex(
            "message", models.Index(fields=["author", "room", "seq"], name="hubbub_message_own")
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["room", "seq", "author"],
                condition=models.Q(deleted_at__isnull=False),
                name="hubbub_message_deleted",
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["reply_to"],
                condition=models.Q(reply_to__isnull=False),
                name="hubbub_message_reply",
            ),
        ),
    ]
