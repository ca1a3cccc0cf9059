"""`POST /api/v1/poll` as it waits: an ASGI application that reads the request, waits for news and answers in JSON."""

import asyncio
import logging
import math
from typing import Any

import msgspec
from django.db import DatabaseError, InterfaceError

from hubbub.lib.refusals import BadField, Forbidden, NotFound, Refused, TooLarge, Unauthenticated, Unavailable
from hubbub.lib.strict_json import decode
from hubbub.limits import LIMITS
from hubbub.messages.wire import Known
from hubbub.realtime.connection import Receive, Send
from hubbub.realtime.frames import encode
from hubbub.realtime.handshake import ForeignOrigin, admitted
from hubbub.realtime.hub import hub

logger = logging.getLogger(__name__)

_OUTAGE = "The server cannot answer at this moment."


class _Left(Exception):
    """The client does not wait any more."""


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Whatever happens, the answer is JSON; nothing is sent to a client that has left."""
    try:
        body = encode(await _while_there(scope, receive))
    except _Left:
        return
    except Refused as refusal:
        await _refuse(send, refusal)
    except (DatabaseError, InterfaceError) as error:
        logger.error("The store cannot be asked: %s", type(error).__name__)
        await _refuse(send, Unavailable(_OUTAGE, retry_after_ms=1_000))
    except Exception:
        logger.exception("A poll failed")
        await _refuse(send, Unavailable(_OUTAGE, retry_after_ms=1_000))
    else:
        await _answer(send, 200, body)


async def _while_there(scope: dict[str, Any], receive: Receive) -> msgspec.Struct:
    """The answer; waiting for it ends when the client leaves."""
    if scope["method"] != "POST":
        raise NotFound("There is no such endpoint for this method.")
    asked = _known(await _body(receive))
    found = asyncio.ensure_future(_news(scope, asked))
    left = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({found, left}, return_when=asyncio.FIRST_COMPLETED)
        if not found.done():
            raise _Left
        return found.result()
    finally:
        found.cancel()
        left.cancel()


async def _news(scope: dict[str, Any], asked: Known) -> msgspec.Struct:
    try:
        found = await admitted(scope, hub().arrivals, needs_origin=False)
    except ForeignOrigin:
        raise Forbidden("Another site's page may not ask for that.") from None
    if found is None:
        raise Unauthenticated("Sign in first.")
    return await hub().polls.news(found.caller, asked)


async def _body(receive: Receive) -> bytes:
    """Read no further than the limit."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Left
        body += message.get("body", b"")
        if len(body) > LIMITS.frame_bytes:
            raise TooLarge(f"A request has at most {LIMITS.frame_bytes} bytes.")
        if not message.get("more_body"):
            return bytes(body)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _known(body: bytes) -> Known:
    decoded = decode(body, max_bytes=LIMITS.frame_bytes)
    if not isinstance(decoded, dict):
        raise BadField("The body is a JSON object.")
    try:
        return msgspec.convert(decoded, Known)
    except msgspec.ValidationError as error:
        raise BadField(f"{error}.") from None


async def _refuse(send: Send, refusal: Refused) -> None:
    told: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail}
    headers = []
    if refusal.retry_after_ms is not None:
        told["retry_after_ms"] = refusal.retry_after_ms
        headers.append((b"retry-after", str(math.ceil(refusal.retry_after_ms / 1000)).encode()))
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.status == 404:
        headers.append((b"allow", b"POST, OPTIONS"))
    if refusal.status == 413:
        headers.append((b"connection", b"close"))
    await _answer(send, refusal.status, encode(told), headers)


async def _answer(
    send: Send, status: int, body: bytes, headers: "list[tuple[bytes, bytes]] | None" = None
) -> None:
    fixed = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})
