"""What both sockets share: who calls, one frame after the other, refusals, and a close with a reason."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
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
)
from hubbub.lib.strict_json import decode
from hubbub.limits import LIMITS
from hubbub.messages.actions import perform
from hubbub.messages.operations import Answer, Operation
from hubbub.messages.requests import Request
from hubbub.people import rates
from hubbub.people.access import Actor, Caller
from hubbub.realtime.close_codes import CloseCode
from hubbub.realtime.handshake import ForeignOrigin, admitted
from hubbub.realtime.hub import Hub, hub
from hubbub.realtime.outbox import Outbox, QueuedLine, prepared_line

logger = logging.getLogger(__name__)

MALFORMED_A_MINUTE = 10
RATE_LIMITED_A_MINUTE = 500
IN_FLIGHT = 64  # operations of one socket in the journal; beyond it the socket is not read
CLOSE_SECONDS = 3.0  # how long a peer may take to read its close frame
INTERNAL_ERROR = 1011
NO_CODE = 1006

Work = Coroutine[Any, Any, None]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answered = Callable[[Answer | Refused], None]


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
    """One socket. `username` is None for a visitor.

    Where the server can call us with what it reads, no coroutine waits for that, and the application has returned
    long since. A frame that has to ask the store is a piece of work; frames behind it wait for its end.
    """

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._closing: int | None = None
        self._gone = False
        self._work: asyncio.Task[None] | None = None
        self._unread: deque[str | None] | None = None
        self._malformed: Tally | None = None
        self._limited: Tally | None = None
        self._in_flight = 0
        self._lane = 0
        self._settled: asyncio.Future[None] | None = None
        self._over: asyncio.Future[None] | None = None
        self._prepared: Any = prepared_line(scope)
        self.hub: Hub = hub()
        self.line: Any = self._prepared or QueuedLine(send)
        self.outbox = Outbox(self.line, self._overflow)
        self.visitor_or_caller: Caller | None = None
        self.arrived_as: Actor | None = None

    @property
    def username(self) -> str | None:
        return self.visitor_or_caller.username if self.visitor_or_caller else None

    async def run(self) -> None:
        """The beginning of the socket; its whole life where the server cannot call us."""
        await self._receive()
        refused: CloseCode | None = None
        try:
            found = await admitted(self._scope, self.hub.arrivals)
            self.visitor_or_caller = found.caller if found is not None else None
            self.arrived_as = found.actor if found is not None else None
        except ForeignOrigin:
            await self._send({"type": "websocket.close", "code": CloseCode.FORBIDDEN})
            return
        except Refused as refusal:
            refused = close_code_of(refusal)
        except DatabaseError as error:
            refused = _code_without_store(error)
        await self._send({"type": "websocket.accept"})
        self._do(self._open(refused), None)
        if self._prepared is None:
            await self._receive_all()
            return
        self._prepared.listen(self.heard, self.ended)
        del self._scope, self._receive, self._send  # what the handshake held is not kept

    def close(self, code: int) -> None:
        """Close the socket from anywhere on the loop."""
        if self._closing is not None:
            return
        self._closing = code
        self._stop_work()
        if self._prepared is not None:
            self._prepared.close(code)
        else:
            self.hub.spawn(self._say_goodbye(code))
        self.ended()

    def heard(self, text: str | None) -> None:
        """A text from the peer; None for a binary message."""
        if self._closing is not None:
            return
        if self._work is None and self._unread is None:
            self._take_text(text)
            return
        if self._unread is None:
            self._unread = deque()
            self.line.pause()
        self._unread.append(text)

    def ended(self) -> None:
        """The peer is gone, or is being told goodbye."""
        if self._gone:
            return
        self._gone = True
        if self._closing is None:
            self._closing = NO_CODE
            self.outbox.end()
        self.outbox.let_go()
        self._stop_work()
        self._unread = None
        self.left()
        if self._over is not None and not self._over.done() and self._closing == NO_CODE:
            self._over.set_result(None)

    async def opened(self) -> None:
        """The socket is open; whatever comes before the first frame."""
        raise NotImplementedError

    def take(self, decoded: object) -> Work | None:
        """One frame, or the work that it makes; may raise Refused (answered by `refuse`) or Closed."""
        raise NotImplementedError

    def refuse(self, refusal: Refused, decoded: object) -> None:
        """Answer a frame that was refused."""
        raise NotImplementedError

    def left(self) -> None:
        """The socket is gone, or about to be closed."""
        raise NotImplementedError

    def operate(self, room_id: int | None, operation: Operation, answered: Answered) -> Work | None:
        """Put an operation into the journal; `answered` is called with its outcome on the loop, after the commit.

        Operations of one socket are applied in the order in which they came, whatever rooms they are for.
        """
        caller = self.signed_in()
        rates.take("ops", caller.person_id)
        streams = (room_id,) if room_id is not None else ()
        lane = journal.lane_of(streams)
        request = Request(caller, room_id, operation)
        if self._in_flight and (lane != self._lane or self._in_flight >= IN_FLIGHT):
            return self._submit_in_turn(lane, request, streams, answered)
        self._lane = lane
        self._submit(request, streams, answered)
        return None

    def signed_in(self) -> Caller:
        if self.visitor_or_caller is None:
            raise Unauthenticated("Sign in first.")
        return self.visitor_or_caller

    def count_malformed(self) -> None:
        """Ten frames in a minute that mean nothing end the socket."""
        self._malformed = self._malformed or Tally(MALFORMED_A_MINUTE)
        if self._malformed.count():
            raise Closed(CloseCode.PROTOCOL)

    async def _open(self, refused: CloseCode | None) -> None:
        if refused is not None:
            raise Closed(refused)
        if drain.started:
            raise Closed(CloseCode.RESTART)
        try:
            await self.opened()
        except Refused as refusal:
            raise Closed(close_code_of(refusal)) from None

    def _take_text(self, text: str | None) -> None:
        decoded: object = None
        try:
            if text is None:
                raise Closed(CloseCode.BINARY)
            decoded = decode(text, max_bytes=LIMITS.frame_bytes)
            work = self.take(decoded)
        except Exception as error:  # noqa: BLE001 - a frame ends its own socket at most
            self._failed(error, decoded)
            return
        if work is not None:
            self._do(work, decoded)

    def _do(self, work: Work, decoded: object) -> None:
        self._work = self.hub.loop.create_task(work)
        self._work.add_done_callback(partial(self._finished, decoded))

    def _finished(self, decoded: object, work: asyncio.Task[None]) -> None:
        self._work = None
        error = None if work.cancelled() else work.exception()
        if isinstance(error, Exception):
            self._failed(error, decoded)
        self._take_unread()

    def _take_unread(self) -> None:
        while self._unread and self._work is None and self._closing is None:
            self._take_text(self._unread.popleft())
        if self._unread is not None and not self._unread:
            self._unread = None
            self.line.resume()

    def _stop_work(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _failed(self, error: Exception, decoded: object) -> None:
        try:
            if isinstance(error, Refused):
                self._refused(error, decoded)
                return
            raise error
        except Closed as closed:
            self.close(closed.code)
        except DatabaseError as away:
            self.close(_code_without_store(away))
        except Exception:
            logger.exception("A socket failed")
            self.close(INTERNAL_ERROR)

    def _refused(self, refusal: Refused, decoded: object) -> None:
        self.refuse(refusal, decoded)
        if isinstance(refusal, BadJson | BadText | TooLarge) and decoded is None:
            self.count_malformed()
        if isinstance(refusal, RateLimited):
            self._limited = self._limited or Tally(RATE_LIMITED_A_MINUTE)
            if self._limited.count():
                raise Closed(CloseCode.RATE)

    async def _submit_in_turn(
        self, lane: int, request: Request, streams: tuple[int, ...], answered: Answered
    ) -> None:
        while self._in_flight and (lane != self._lane or self._in_flight >= IN_FLIGHT):
            self._settled = self.hub.loop.create_future()
            await self._settled
        self._lane = lane
        self._submit(request, streams, answered)

    def _submit(self, request: Request, streams: tuple[int, ...], answered: Answered) -> None:
        told = partial(self.hub.mailbox.put, self._answered, answered, request.room_id)
        journal.post(perform, request, told=told, streams=streams, owner=request.by.person_id)
        self._in_flight += 1
        if request.room_id is not None:
            self.hub.asked(request.room_id)

    def _answered(self, answered: Answered, room_id: int | None, outcome: Answer | Refused) -> None:
        self._in_flight -= 1
        if room_id is not None:
            self.hub.answered(room_id)
        if self._settled is not None:
            settled, self._settled = self._settled, None
            if not settled.done():
                settled.set_result(None)
        answered(outcome)

    def _overflow(self) -> None:
        self.close(CloseCode.TOO_SLOW)

    # Where the server only offers `receive` and `send`

    async def _receive_all(self) -> None:
        """Until the peer is gone or has been told goodbye."""
        self._over = self.hub.loop.create_future()
        reading = self.hub.loop.create_task(self._read_on())
        try:
            await self._over
        finally:
            reading.cancel()
            self.ended()

    async def _read_on(self) -> None:
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                self.ended()
                return
            self.heard(event.get("text"))
            while self._work is not None:
                await asyncio.wait([self._work])

    async def _say_goodbye(self, code: int) -> None:
        with suppress(Exception):
            await asyncio.wait_for(self._close_politely(code), CLOSE_SECONDS)
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    async def _close_politely(self, code: int) -> None:
        await self.line.flushed()
        await self._send({"type": "websocket.close", "code": code})


def close_code_of(refusal: Refused) -> CloseCode:
    """How a socket is closed whose person may not go on."""
    return CloseCode.FORBIDDEN if isinstance(refusal, Forbidden) else CloseCode.SESSION_ENDED


def _code_without_store(error: DatabaseError) -> CloseCode:
    """As when this process goes: nothing is lost, the client resumes in a while, here or elsewhere."""
    logger.warning("A socket is closed, the store cannot be asked (%s)", type(error).__name__)
    return CloseCode.RESTART
