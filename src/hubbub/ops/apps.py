"""The Django app of running and caring: it brings the commands."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "hubbub.ops"
    label = "hubbub_ops"
    verbose_name = "Hubbub operations"
    default_auto_field = "django.db.models.BigAutoField"
