"""The Django app of messages."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "hubbub.messages"
    label = "hubbub_messages"
    verbose_name = "Hubbub messages"
    default_auto_field = "django.db.models.BigAutoField"
