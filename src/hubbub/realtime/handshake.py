"""Who opens a socket: by session cookie from this site's own pages, or by bearer token from anywhere."""

from typing import Any

from django.conf import settings
from django.http.cookie import parse_cookie

from hubbub.lib.origin import is_own_origin
from hubbub.lib.refusals import Forbidden
from hubbub.people.access import Admitted, Presented
from hubbub.realtime.bridge import Gathering

Arrivals = Gathering[Presented, Admitted | None]


class ForeignOrigin(Exception):
    """Another site's page tries to open a socket; it is refused at the handshake."""


async def admitted(
    scope: dict[str, Any], arrivals: Arrivals, *, needs_origin: bool = True
) -> Admitted | None:
    """Who is calling; None for a visitor. Raises ForeignOrigin, Unauthenticated or Forbidden.

    Browsers name an origin with every socket and every POST, so that a cookie without one is no browser's.
    """
    headers = _headers(scope)
    authorization = headers.get("authorization")
    if authorization is not None:
        return await arrivals.ask(Presented(authorization))
    origin = headers.get("origin")
    if origin is not None and not is_own_origin(
        origin, headers.get("host", ""), secure=_is_secure(scope, headers)
    ):
        raise ForeignOrigin
    session_key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    found = await arrivals.ask(Presented(None, session_key)) if session_key else None
    if found is not None and origin is None and needs_origin:
        raise Forbidden("A socket opened with a cookie needs an Origin.")
    return found


def _is_secure(scope: dict[str, Any], headers: dict[str, str]) -> bool:
    proxy_header = settings.SECURE_PROXY_SSL_HEADER
    if proxy_header:
        name, value = proxy_header
        told = headers.get(name.removeprefix("HTTP_").replace("_", "-").lower())
        if told is not None:
            return told.split(",")[0].strip() == value
    return scope.get("scheme") in ("wss", "https")


def _headers(scope: dict[str, Any]) -> dict[str, str]:
    """The last of repeated headers wins, but cookies, which add up."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}; {value}" if name == "cookie" and name in headers else value
    return headers
