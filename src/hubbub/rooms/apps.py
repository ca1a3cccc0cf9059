"""The Django app of rooms."""

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "hubbub.rooms"
    label = "hubbub_rooms"
    verbose_name = "Hubbub rooms"
    default_auto_field = "django.db.models.BigAutoField"
