"""Addresses of the standalone product: the chat as any project mounts it, with accounts and admin around."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on pages that name no icon, such as those of the admin site."""
    return redirect(static("hubbub/icon.svg"))


urlpatterns = [
    path("", RedirectView.as_view(url="/chat/"), name="home"),
    # The admin site's own sign-in would be a second, unthrottled way in.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon),
    path("", include("hubbub.site.accounts.urls")),
    path("", include("hubbub.urls")),
]

handler500 = "hubbub.site.failures.server_error"
