"""The Django app of the log."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EventsConfig(AppConfig):
    name = "hubbub.events"
    label = "hubbub_events"
    verbose_name = "Hubbub log"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django tells in this way alone that the tables are there: after `migrate`, and after `flush` emptied them.
        post_migrate.connect(_tables_are_there, sender=self)


def _tables_are_there(**_: Any) -> None:
    from hubbub.events import log

    log.ensure_epoch()
