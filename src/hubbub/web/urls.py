"""The chat's addresses. Room names are percent-encoded UTF-8; whatever a person types works but `/`."""

from django.urls import path, register_converter
from django.views.i18n import set_language

from hubbub.web import installed, views


class RoomName:
    """Everything but the slash."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RoomName, "room_name")

app_name = "hubbub_web"
urlpatterns = [
    path("chat/", views.selector, name="selector"),
    path("chat/-/language/", set_language, name="language"),
    path("chat/-/<room_name:room_id>/", views.direct, name="direct"),
    path("chat/<room_name:name>/", views.room, name="room"),
    path("sw.js", installed.worker, name="worker"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("chat", views.with_slash, name="selector_bare"),
    path("chat/-/<room_name:room_id>", views.with_slash, name="direct_bare"),
    path("chat/<room_name:name>", views.with_slash, name="room_bare"),
]
