"""The Django app of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "hubbub.web"
    label = "hubbub_web"
    verbose_name = "Hubbub pages"
