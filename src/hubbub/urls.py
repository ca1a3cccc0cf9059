"""The one path that a site includes: pages under `chat/`, the API under `api/v1/`, and where to find the limits."""

from django.urls import include, path

urlpatterns = [
    path("", include("hubbub.api.urls")),
    path("", include("hubbub.web.urls")),
]
