"""JSON answers and refusals as HTTP shows them. Knows no endpoint."""

import math

import msgspec
from django.http import HttpResponse

from hubbub.api.shapes import Document, Refusal, encode
from hubbub.lib.refusals import Refused

RETRY_MS = 1_000  # told where nobody knows better
_RETRIED = ("rate_limited", "busy", "unavailable")


def json_answer(
    content: msgspec.Struct | Document, *, status: int = 200, personal: bool = True
) -> HttpResponse:
    """`personal` answers depend on who asks and on the moment; nobody may keep them."""
    response = HttpResponse(encode(content), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store" if personal else "public, max-age=60"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def refused(refusal: Refused) -> HttpResponse:
    """The refusal's code and detail, with when to ask again where that may help."""
    retry_ms = refusal.retry_after_ms
    if retry_ms is None and refusal.code in _RETRIED:
        retry_ms = RETRY_MS
    response = json_answer(Refusal(refusal.code, refusal.detail, retry_ms), status=refusal.status)
    if retry_ms is not None:
        response.headers["Retry-After"] = str(math.ceil(retry_ms / 1000))
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
