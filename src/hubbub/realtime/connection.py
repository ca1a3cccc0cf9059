"""What both sockets share: who calls, one frame after the other, refusals, and a close with a reason."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from django.db import DatabaseError

from hubbub.events import journal
from hubbub.lib import clock
from hubbub.lib.drain import drain
from hubbub.lib.refusals import (
    BadJson,
    BadText,
    Forbidden,
    RateLimited,
    Refused,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from hubbub.lib.strict_json import decode
from hubbub.limits import LIMITS
from hubbub.messages.actions import perform
from hubbub.messages.operations import Answer, Operation
from hubbub.messages.requests import Request
from hubbub.people import rates
from hubbub.people.access import Caller
from hubbub.realtime.close_codes import CloseCode
from hubbub.realtime.handshake import ForeignOrigin, caller_of
from hubbub.realtime.hub import Hub, hub
from hubbub.realtime.outbox import Outbox

logger = logging.getLogger(__name__)

MALFORMED_A_MINUTE = 10
RATE_LIMITED_A_MINUTE = 500
IN_FLIGHT = 64  # operations of one socket in the journal; beyond it the socket is not read
CLOSE_SECONDS = 3.0  # how long a peer may take to read its close frame
INTERNAL_ERROR = 1011

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Closed(Exception):
    """Raised by a socket's own frame handling to close it."""

    def __init__(self, code: int) -> None:
        self.code = code


class Tally:
    """Counts what may happen only so often in a minute."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._times: deque[float] = deque(maxlen=limit)

    def count(self) -> bool:
        """True when this one is the last that is borne."""
        now = clock.ticks()
        self._times.append(now)
        return len(self._times) == self._limit and now - self._times[0] < 60


class Connection:
    """One socket. `username` is None for a visitor."""

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._closing: int | None = None
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        self._malformed = Tally(MALFORMED_A_MINUTE)
        self._limited = Tally(RATE_LIMITED_A_MINUTE)
        self._in_flight = 0
        self._lane = 0
        self._settled = asyncio.Event()
        self.hub: Hub = hub()
        self.outbox = Outbox(scope, send, lambda: self.close(CloseCode.TOO_SLOW))
        self.visitor_or_caller: Caller | None = None

    @property
    def username(self) -> str | None:
        return self.visitor_or_caller.username if self.visitor_or_caller else None

    async def run(self) -> None:
        """The life of the socket."""
        await self._receive()
        try:
            self.visitor_or_caller = await caller_of(self.scope)
        except ForeignOrigin:
            await self._send({"type": "websocket.close", "code": CloseCode.FORBIDDEN})
            return
        except Refused as refusal:
            self._closing = close_code_of(refusal)
        except DatabaseError as error:
            self._store_is_away(error)
        await self._send({"type": "websocket.accept"})
        try:
            await self._live()
        except asyncio.CancelledError:
            if self._closing is None or self._task is None:
                raise
            self._task.uncancel()
        except Closed as closed:
            self._closing = closed.code
        except Refused as refusal:
            self._closing = close_code_of(refusal)
        except DatabaseError as error:
            self._store_is_away(error)
        except Exception:
            logger.exception("A socket failed")
            self._closing = INTERNAL_ERROR
        finally:
            self.left()
        await self._say_goodbye()

    def close(self, code: int) -> None:
        """Close the socket from anywhere on the loop."""
        if self._closing is None and self._task is not None:
            self._closing = code
            self._task.cancel()

    async def opened(self) -> None:
        """The socket is open; whatever comes before the first frame."""
        raise NotImplementedError

    async def take(self, decoded: object) -> None:
        """One frame; may raise Refused (answered by `refuse`) or Closed."""
        raise NotImplementedError

    def refuse(self, refusal: Refused, decoded: object) -> None:
        """Answer a frame that was refused."""
        raise NotImplementedError

    def left(self) -> None:
        """The socket is gone, or about to be closed."""
        raise NotImplementedError

    async def operate(
        self, room_id: int | None, operation: Operation, answered: Callable[["Future[Answer]"], None]
    ) -> None:
        """Put an operation into the journal; `answered` is called on the loop after its commit.

        Operations of one socket are applied in the order in which they came, whatever rooms they are for.
        """
        caller = self.signed_in()
        rates.take("ops", caller.person_id)
        streams = (room_id,) if room_id is not None else ()
        await self._wait_for_turn(journal.lane_of(streams))
        future = journal.submit(
            perform, Request(caller, room_id, operation), streams=streams, owner=caller.person_id
        )
        self._in_flight += 1
        self._settled.clear()
        self.hub.mailbox.put_answer(future, lambda done: self._answered(done, answered))

    def signed_in(self) -> Caller:
        if self.visitor_or_caller is None:
            raise Unauthenticated("Sign in first.")
        return self.visitor_or_caller

    def _store_is_away(self, error: DatabaseError) -> None:
        """As when this process goes: nothing is lost, the client resumes in a while, here or elsewhere."""
        logger.warning("A socket is closed, the store cannot be asked (%s)", type(error).__name__)
        self._closing = CloseCode.RESTART

    async def _live(self) -> None:
        if self._closing is not None:
            return
        if drain.started:
            raise Closed(CloseCode.RESTART)
        await self.opened()
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                self.outbox.closed = True
                return
            if event.get("text") is None:
                raise Closed(CloseCode.BINARY)
            await self._take_text(event["text"])

    async def _take_text(self, text: str) -> None:
        decoded: object = None
        try:
            decoded = decode(text, max_bytes=LIMITS.frame_bytes)
            await self.take(decoded)
        except (BadJson, BadText, TooLarge) as refusal:
            self.refuse(refusal, decoded)
            if decoded is None:
                self.count_malformed()
        except RateLimited as refusal:
            self.refuse(refusal, decoded)
            if self._limited.count():
                raise Closed(CloseCode.RATE) from None
        except Refused as refusal:
            self.refuse(refusal, decoded)

    def count_malformed(self) -> None:
        """Ten frames in a minute that mean nothing end the socket."""
        if self._malformed.count():
            raise Closed(CloseCode.PROTOCOL)

    async def _wait_for_turn(self, lane: int) -> None:
        while self._in_flight and (lane != self._lane or self._in_flight >= IN_FLIGHT):
            self._settled.clear()
            await self._settled.wait()
        self._lane = lane

    def _answered(self, done: "Future[Answer]", answered: Callable[["Future[Answer]"], None]) -> None:
        self._in_flight -= 1
        self._settled.set()
        answered(done)

    async def _say_goodbye(self) -> None:
        if self._closing is None:
            return
        with suppress(Exception):
            await asyncio.wait_for(self._close_politely(self._closing), CLOSE_SECONDS)
            return
        self.outbox.abort()

    async def _close_politely(self, code: int) -> None:
        await self.outbox.flushed()
        await self._send({"type": "websocket.close", "code": code})


def refusal_of(done: "Future[Any]") -> Refused | None:
    """Why a call of the journal was not done; None where it was."""
    error = done.exception()
    if error is None or isinstance(error, Refused):
        return error
    logger.error("An action failed", exc_info=error)
    return Unavailable("The store cannot be written at this moment.", retry_after_ms=1_000)


def close_code_of(refusal: Refused) -> CloseCode:
    """How a socket is closed whose person may not go on."""
    return CloseCode.FORBIDDEN if isinstance(refusal, Forbidden) else CloseCode.SESSION_ENDED
