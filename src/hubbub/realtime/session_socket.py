"""The session socket `/ws/v1`: everything one person may see, over one connection. Contract section 6."""

import asyncio
from functools import cache, partial
from typing import Any

import msgspec

from hubbub.events import journal
from hubbub.lib.refusals import NotFound, Refused
from hubbub.limits import LIMITS, published
from hubbub.messages.operations import Answer, parse
from hubbub.people.access import Caller, confirm_one
from hubbub.realtime import frames, person_view
from hubbub.realtime.close_codes import CloseCode
from hubbub.realtime.connection import Closed, Connection, Work, close_code_of
from hubbub.realtime.following import Followings
from hubbub.realtime.frames import Hello, Op, Ping, Read, Sub, Typing, Unsub, frame
from hubbub.rooms.actions import MarkRead, mark_read
from hubbub.rooms.models import Room

HELLO_SECONDS = 10.0


class SessionSocket(Connection):
    caller: Caller
    _followings: Followings  # from when it is open

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._greeted = False
        self._waiting_for_hello: asyncio.TimerHandle | None = None
        self._is_open = False

    async def opened(self) -> None:
        self.caller = self.signed_in()
        assert self.arrived_as is not None
        self._followings = Followings(self.hub, self.outbox, self.caller, self.arrived_as)
        self._is_open = True
        self._waiting_for_hello = self.hub.loop.call_later(HELLO_SECONDS, self.close, CloseCode.NO_HELLO)

    def take(self, decoded: object) -> Work | None:
        try:
            taken = frames.parse(decoded)
        except Refused as refusal:
            if not self._greeted:
                raise Closed(CloseCode.PROTOCOL) from None
            self.refuse(refusal, decoded)
            if refusal.code == "bad_frame":
                self.count_malformed()
            return None
        if isinstance(taken, Hello) == self._greeted:
            raise Closed(CloseCode.PROTOCOL)
        return self._handle(taken, decoded)

    def refuse(self, refusal: Refused, decoded: object) -> None:
        if not self._greeted:
            raise Closed(close_code_of(refusal) if refusal.status in (401, 403) else CloseCode.PROTOCOL)
        room = decoded.get("room") if isinstance(decoded, dict) else None
        known_room = room if isinstance(room, str) and Room.pk_of(room) is not None else None
        self.outbox.write(frames.err(refusal, ref=frames.ref_of(decoded), room=known_room))

    def left(self) -> None:
        if self._waiting_for_hello:
            self._waiting_for_hello.cancel()
        if self._greeted:
            self.hub.leave(self)
        if self._is_open:
            self._followings.drop_all()

    async def refresh(self) -> None:
        """The hub heard that something of this person changed."""
        try:
            await self._followings.refresh()
        except Refused as refusal:
            if refusal.status in (401, 403):
                self.close(close_code_of(refusal))

    def heartbeat(self) -> None:
        self.outbox.write(frame("pong", heads=self._followings.heads()))

    def draining(self, within_ms: int) -> bool:
        self.outbox.write(frame("drain", within_ms=within_ms))
        return True

    def _handle(self, taken: frames.ClientFrame, decoded: Any) -> Work | None:
        match taken:
            case Op():
                return self._op(taken, decoded)
            case Hello():
                return self._hello(taken)
            case Sub():
                return self._followings.subscribe(_room_id(taken.room), after=taken.after)
            case Unsub():
                self._followings.unsubscribe(_room_id(taken.room))
            case Read():
                self._read(taken, decoded)
            case Typing():
                self._typing(taken)
            case Ping():
                self.heartbeat()
        return None

    async def _hello(self, hello: Hello) -> None:
        if hello.v != frames.VERSION:
            raise Closed(CloseCode.VERSION)
        if self._waiting_for_hello:
            self._waiting_for_hello.cancel()
        self.hub.enter(self)
        self._greeted = True
        resumed = [Room.pk_of(room) for room in hello.resume.rooms] if hello.resume else []
        asked = (self.caller, [pk for pk in resumed if pk is not None])
        opening = await self.hub.openings.ask(asked)
        self.outbox.write(self._ready(opening))
        await self._followings.begin(opening, hello.resume)

    def _ready(self, opening: person_view.Opening) -> bytes:
        return frame(
            "ready",
            v=frames.VERSION,
            epoch=opening.epoch,
            user={
                "username": opening.actor.username,
                "admin": opening.actor.is_admin,
                "bot": opening.actor.is_bot,
            },
            limits=_limits(),
            heartbeat_ms=LIMITS.heartbeat_ms,
            rooms=opening.rooms,
        )

    def _op(self, op: Op, decoded: dict[str, Any]) -> Work | None:
        operation = parse(decoded)
        ref = frames.ref_of(decoded)

        def answered(outcome: Answer | Refused) -> None:
            if isinstance(outcome, Refused):
                self._operation_refused(outcome, ref, op.room)
            else:
                self.outbox.write(frames.ack(outcome, ref))

        return self.operate(Room.pk_of(op.room), operation, answered)

    def _operation_refused(self, refusal: Refused, ref: Any, room: str) -> None:
        self.outbox.write(frames.err(refusal, ref=ref, room=room if Room.pk_of(room) is not None else None))
        if refusal.code == "unauthenticated":
            self.close(CloseCode.SESSION_ENDED)

    def _read(self, taken: Read, decoded: object) -> None:
        call = (self.caller, _room_id(taken.room), taken.seq, taken.unread)

        def answered(outcome: int | Refused) -> None:
            if isinstance(outcome, Refused):
                self.refuse(outcome, decoded)

        told = partial(self.hub.mailbox.put, answered)
        journal.post(_mark_read, call, told=told, owner=self.caller.person_id)

    def _typing(self, taken: Typing) -> None:
        room_id = _room_id(taken.room)
        if self._followings.follows(room_id):
            self.hub.crowd.type(room_id, self.caller.person_id, self.caller.username)


def _read_position(call: tuple[Caller, int, int, bool]) -> int:
    caller, room_id, seq, unread = call
    return mark_read(MarkRead(confirm_one(caller), room_id, seq, unread))


_mark_read = journal.each(_read_position)


@cache
def _limits() -> msgspec.Raw:
    """The limits in force do not change while a process lives."""
    return msgspec.Raw(frames.encode(published()))


def _room_id(wire_id: str) -> int:
    pk = Room.pk_of(wire_id)
    if pk is None:
        raise NotFound("There is no such room.")
    return pk
