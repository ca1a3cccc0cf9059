"""From a request to its endpoint's handler and back. Whatever happens, the answer is JSON."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from hubbub.api import callers
from hubbub.api.answers import json_answer, refused
from hubbub.api.endpoint import Endpoint, Visit, Who, numbers
from hubbub.lib.refusals import BadField, Forbidden, NotFound, Refused, TooLarge, Unauthenticated, Unavailable
from hubbub.lib.strict_json import decode
from hubbub.limits import LIMITS
from hubbub.people import rates
from hubbub.people.access import Caller

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

_OUTAGE = "The server cannot answer at this moment; nothing was changed."
_NO_ENDPOINT = "There is no such endpoint."


def view_of(endpoints: Sequence[Endpoint[Any]]) -> View:
    """The view of one address: its endpoints by method. HEAD is answered as GET, OPTIONS with what there is."""
    by_method = {endpoint.method: endpoint for endpoint in endpoints}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]
    allow = ", ".join([*by_method, "OPTIONS"])

    def view(request: HttpRequest, **path: str) -> HttpResponse:
        if request.method == "OPTIONS":
            response = json_answer({})
        else:
            response = _guarded(by_method.get(request.method or ""), request, path)
        response.headers["Allow"] = allow
        return response

    return csrf_exempt(view)


@csrf_exempt
def no_endpoint(request: HttpRequest, rest: str = "") -> HttpResponse:
    return refused(NotFound(_NO_ENDPOINT))


def unavailable() -> HttpResponse:
    """What is answered where nothing better is known, for a project's `handler500` too."""
    return refused(Unavailable(_OUTAGE))


def _guarded(endpoint: Endpoint[Any] | None, request: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    try:
        if endpoint is None:
            raise NotFound(f"{_NO_ENDPOINT[:-1]} for this method.")
        return _answered(endpoint, request, path)
    except Refused as refusal:
        return refused(refusal)
    except (OperationalError, InterfaceError) as error:
        logger.error("The store cannot be asked: %s", type(error).__name__)
    except Exception:
        logger.exception("A request failed")
    return unavailable()


def _answered(endpoint: Endpoint[Any], request: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    body = _body(request)
    caller = _caller(endpoint, request)
    sent = endpoint.sent.read(_fields(endpoint, request, body))
    if endpoint.rated and caller is not None:
        rates.take_shared("ops", caller.person_id)
    reply = endpoint.handler(Visit(request, path, sent, caller))
    response = json_answer(reply.content, status=reply.status, personal=endpoint.personal)
    callers.keep_token(request, response)
    return response


def _body(request: HttpRequest) -> bytes:
    """Read no further than the limit, and before anybody else looks for a form in it."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > LIMITS.frame_bytes:
        raise TooLarge(f"A request has at most {LIMITS.frame_bytes} bytes.")
    body: bytes = request.read(LIMITS.frame_bytes + 1)
    if len(body) > LIMITS.frame_bytes:
        raise TooLarge(f"A request has at most {LIMITS.frame_bytes} bytes.")
    return body


def _caller(endpoint: Endpoint[Any], request: HttpRequest) -> Caller | None:
    if endpoint.who is Who.ANYBODY:
        if endpoint.opens_session:
            _check_origin(request)
        return None
    caller = callers.caller_of(request)
    if caller is None and endpoint.who is Who.SIGNED_IN:
        raise Unauthenticated("Sign in first.")
    if not endpoint.is_safe and "Authorization" not in request.headers:
        callers.check_token(request)
    return caller


def _check_origin(request: HttpRequest) -> None:
    try:
        callers.check_origin(request)
    except DisallowedHost:
        raise Forbidden("This site does not answer to that host.") from None


def _fields(endpoint: Endpoint[Any], request: HttpRequest, body: bytes) -> Mapping[str, Any]:
    if endpoint.is_safe:
        known = endpoint.sent.shape.__struct_fields__
        return numbers(request.GET, known)
    if not endpoint.has_body:
        return {}
    decoded = decode(body, max_bytes=LIMITS.frame_bytes)
    if not isinstance(decoded, dict):
        raise BadField("The body is a JSON object.")
    return decoded
