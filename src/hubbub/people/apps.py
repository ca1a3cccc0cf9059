"""The Django app of people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "hubbub.people"
    label = "hubbub_people"
    verbose_name = "Hubbub people"
    default_auto_field = "django.db.models.BigAutoField"
