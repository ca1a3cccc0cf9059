"""The Django app of what lives long."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "hubbub.realtime"
    label = "hubbub_realtime"
