"""What stands before every page here: the way to the first account, and each page's content policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hubbub.site.accounts.policy import is_first_run
from hubbub.web import csp

Next = Callable[[HttpRequest], HttpResponse]

_PROGRAMS = ("/api/", "/static/", "/ws/", "/healthz", "/readyz", "/metrics", "/.well-known/", "/favicon")


class WelcomeMiddleware:
    """Sends whoever opens a page of an empty Hubbub to `/welcome/`; programs get their own answers."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        welcome = reverse("welcome")
        if request.path == welcome or request.path.startswith(_PROGRAMS) or request.user.is_authenticated:
            return self._get_response(request)
        if is_first_run():
            return HttpResponseRedirect(welcome)
        return self._get_response(request)


class PagePolicyMiddleware:
    """Gives every page that did not choose one a content security policy."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            policy = csp.SELF_CONTAINED if response.status_code >= 500 else csp.PAGE
            response.headers.setdefault("Content-Security-Policy", policy)
        return response
