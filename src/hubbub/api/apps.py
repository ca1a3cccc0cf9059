"""The Django app of the HTTP API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "hubbub.api"
    label = "hubbub_api"
