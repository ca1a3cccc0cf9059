"""Who makes a request, and that it was they who meant to: bearer token or session, CSRF, origin."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token

from hubbub.lib.origin import is_own_origin
from hubbub.lib.refusals import Forbidden
from hubbub.people.access import Caller, caller_of_session, caller_of_token


def caller_of(request: HttpRequest) -> Caller | None:
    """Who is calling; None for a visitor. A bearer token wins over a cookie, and a bad one is Unauthenticated."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        return caller_of_token(authorization)
    return caller_of_session(request.session)


def check_origin(request: HttpRequest) -> None:
    """Raises Forbidden when another site's page asks, for requests that prove themselves by nothing else."""
    origin = request.headers.get("Origin")
    if origin is not None and not is_own_origin(origin, request.get_host(), secure=request.is_secure()):
        raise Forbidden("Another site's page may not ask for that.")


def check_token(request: HttpRequest) -> None:
    """Raises Forbidden when a request made with the cookie lacks the CSRF token or comes from another site."""
    _read_token(request)
    if _csrf.process_view(request, _never, (), {}) is not None:
        raise Forbidden("Send the CSRF token in X-CSRFToken, from this site.")


def csrf_token(request: HttpRequest) -> str:
    """What this session sends in X-CSRFToken from now on."""
    _read_token(request)
    return get_token(request)


def keep_token(request: HttpRequest, response: HttpResponse) -> None:
    """Store a CSRF token that was made while answering."""
    _csrf.process_response(request, response)


def _read_token(request: HttpRequest) -> None:
    """Find the session's secret, where the site's own middleware did not yet."""
    if "CSRF_COOKIE" not in request.META:
        _csrf.process_request(request)


class _Csrf(CsrfViewMiddleware):
    """Django's check, with a refusal of our own making and without a demand that programs cannot meet."""

    def _check_referer(self, request: HttpRequest) -> None:
        """Browsers name an Origin with every unsafe request; what names neither is a program that keeps a cookie."""
        if request.headers.get("Referer"):
            super()._check_referer(request)  # type: ignore[misc]

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _never(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the check does not call the view")


_csrf = _Csrf(_never)
