"""The answer when something fails before a view is reached, or in one of a page. Asks the store for nothing."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import get_template

from hubbub.api.dispatch import unavailable

_PROGRAMS = ("/api/", "/.well-known/")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's own handler makes a CSRF token, and with that reads the session of a store that may be away."""
    if request.path_info.startswith(_PROGRAMS):
        return unavailable()
    return HttpResponseServerError(get_template("500.html").render())
