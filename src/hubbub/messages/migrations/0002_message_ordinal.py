"""Each message is told how many its room has had up to it; filled for those that are there."""

from django.db import migrations, models

FILL = """
UPDATE hubbub_message SET ordinal = counted.ordinal
FROM (
    SELECT id, row_number() OVER (PARTITION BY room_id ORDER BY seq) AS ordinal FROM hubbub_message
) AS counted
WHERE counted.id = hubbub_message.id
"""


class Migration(migrations.Migration):
    dependencies = [("hubbub_messages", "0001_initial")]

    operations = [
        migrations.AddField("message", "ordinal", models.BigIntegerField(editable=False, null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
