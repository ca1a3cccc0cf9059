"""Answers /healthz and /readyz without Django's own request handling, to any Host. Knows no page and no user."""

import asyncio
import json
import logging
from collections.abc import Sequence

from django.db import connection

from hubbub.events import journal
from hubbub.lib import clock
from hubbub.lib.drain import drain
from hubbub.lib.refusals import Refused
from hubbub.ops.bodies import Application, Receive, Scope, Send, answer

ALIVE, READY = "/healthz", "/readyz"
PROBE_SECONDS = 2.0
FRESH_SECONDS = 0.5  # so that nobody can make us write more often than that by asking

logger = logging.getLogger(__name__)


class Health:
    """An ASGI application that answers the two addresses itself and leaves the rest to another."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._probe = StoreProbe()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (ALIVE, READY):
            await self._application(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, status=405, body=b'{"checks": {}}', headers=[(b"allow", b"GET, HEAD")])
            return
        checks = {"process": "ok"} if scope["path"] == ALIVE else await self._readiness()
        status = 200 if all(found == "ok" for found in checks.values()) else 503
        body = json.dumps({"checks": checks}).encode()
        await answer(send, status=status, body=body if scope["method"] == "GET" else b"")

    async def _readiness(self) -> dict[str, str]:
        if drain.started:
            return {"serving": "draining", "store": "not asked"}
        return {"serving": "ok", "store": await self._probe.ask()}


class StoreProbe:
    """Whether a write is committed in good time, by the way that messages take. Askers at once share one write."""

    def __init__(self) -> None:
        self._found = ""
        self._asked_at = float("-inf")
        self._running: asyncio.Future[str] | None = None

    async def ask(self) -> str:
        if clock.ticks() - self._asked_at < FRESH_SECONDS:
            return self._found
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._write())
        return await asyncio.shield(self._running)

    async def _write(self) -> str:
        self._found = await self._outcome()
        self._asked_at = clock.ticks()
        return self._found

    async def _outcome(self) -> str:
        try:
            stored = asyncio.wrap_future(journal.submit(_touch, None))
            await asyncio.wait_for(stored, PROBE_SECONDS)
        except TimeoutError:
            return "slow"
        except Refused:
            return "away"
        except Exception as error:  # noqa: BLE001
            # Whatever is wrong with the store, the answer is "not ready", and the reason belongs in the log.
            logger.error("The store could not be probed: %s", type(error).__name__)
            return "away"
        return "ok"


def _touch(calls: Sequence[None]) -> Sequence[None]:
    """Have the commit write something, without a row that others wait for and without changing anything."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_logical_emit_message(true, 'hubbub', '')")
        else:
            cursor.execute("UPDATE hubbub_log_state SET epoch = epoch")
    return list(calls)
