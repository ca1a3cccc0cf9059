"""An index for the list of rooms."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hubbub_rooms", "0001_initial")]

    operations = [migrations.AddIndex("room", models.Index(fields=["kind"], name="hubbub_room_kind"))]
