"""Django's own requests, each in one hop to a thread: the synchronous stack on threads that keep their connections.

Django's ASGI handler starts a thread for every request and goes back and forth to it for every middleware, and opens
the database anew there. Everything here is synchronous, so that a request has one thread from its first middleware
to its last, and the thread goes on to the next.
"""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core import signals
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpResponseBadRequest, HttpResponseBase
from django.urls import set_script_prefix

from hubbub.ops.bodies import Receive, Scope, Send

THREADS = 16  # most of them wait for a commit; one that many share

Head = list[tuple[bytes, bytes]]


class Pages(BaseHandler):
    """An ASGI application. Bodies are bounded by whoever stands before it."""

    def __init__(self) -> None:
        self.load_middleware()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            return
        loop = asyncio.get_running_loop()
        status, head, content = await loop.run_in_executor(self._threads, self._answer, scope, body)
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: Scope, body: bytes) -> tuple[int, Head, bytes]:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        response = self._response(scope, body)
        try:
            return response.status_code, _head(response), _content(response)
        finally:
            response.close()

    def _response(self, scope: Scope, body: bytes) -> HttpResponseBase:
        try:
            request = ASGIRequest(scope, io.BytesIO(body))
        except UnicodeDecodeError:
            return HttpResponseBadRequest()
        return self.get_response(request)


async def _body(receive: Receive) -> bytes | None:
    """None where the client has left before it had sent all."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _head(response: HttpResponseBase) -> Head:
    fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    cookies = [(b"Set-Cookie", cookie.OutputString().encode("ascii")) for cookie in response.cookies.values()]
    return fields + cookies


def _content(response: Any) -> bytes:
    """Nothing here streams without an end; the admin's and the accounts' pages are whole."""
    return b"".join(response) if response.streaming else bytes(response.content)
