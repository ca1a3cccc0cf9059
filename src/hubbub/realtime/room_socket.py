"""The room socket `/ws/chat/<room>/`: one room, simple frames, usable by a ten-line client; stable for ever."""

from functools import partial
from typing import Any
from urllib.parse import parse_qs

from hubbub.events import journal
from hubbub.lib.refusals import BadName, NotFound, Refused
from hubbub.messages.actions import perform
from hubbub.messages.operations import Answer, Send
from hubbub.messages.requests import Request
from hubbub.people import rates
from hubbub.people.access import Actor, Caller
from hubbub.realtime import room_frames, room_opening
from hubbub.realtime.bridge import read
from hubbub.realtime.close_codes import CloseCode
from hubbub.realtime.connection import Closed, Connection, Work, close_code_of
from hubbub.realtime.feed import LiveEvent
from hubbub.realtime.frames import frame
from hubbub.realtime.private_inbox import PrivateInbox
from hubbub.realtime.room_frames import Say, Typing
from hubbub.realtime.room_opening import Asked, Opened
from hubbub.realtime.room_view import RoomView, view_of
from hubbub.rooms.access import may_see_kind


class RoomSocket(Connection):
    caller: Caller
    actor: Actor | None = None

    def __init__(self, name: str, scope: dict[str, Any], *args: Any) -> None:
        super().__init__(scope, *args)
        self._name = name
        self._query: bytes = scope.get("query_string", b"")
        self._room_id = 0
        self._is_member = False
        self._view: RoomView | None = None
        self._inbox: PrivateInbox | None = None
        self.notes_room: int | None = None

    async def opened(self) -> None:
        query = parse_qs(self._query.decode("latin-1"))
        try:
            opened = await self._found_or_made(Asked(self.visitor_or_caller, self._name, query))
        except BadName as refusal:
            self.outbox.write(room_frames.error(refusal, None))
            raise Closed(CloseCode.NO_SUCH_ROOM) from None
        except NotFound:
            raise Closed(CloseCode.NO_SUCH_ROOM) from None
        except Refused as refusal:
            if refusal.status in (401, 403):
                raise Closed(close_code_of(refusal)) from None
            self.outbox.write(room_frames.error(refusal, None))
            raise Closed(CloseCode.NO_SUCH_ROOM) from None
        await self._enter(opened)

    def take(self, decoded: object) -> Work | None:
        try:
            taken = room_frames.parse(decoded)
        except Refused as refusal:
            self.refuse(refusal, decoded)
            if refusal.code == "bad_frame":
                self.count_malformed()
            return None
        if isinstance(taken, Typing):
            self.hub.crowd.type(self._room_id, self.signed_in().person_id, self.signed_in().username)
            return None
        private = room_frames.private_message(taken.message) if isinstance(taken, Say) else None
        if private is not None:
            return self._say_privately(*private, decoded)
        return self._operate(taken, decoded)

    def refuse(self, refusal: Refused, decoded: object) -> None:
        self.outbox.write(room_frames.error(refusal, decoded))

    def left(self) -> None:
        if self._inbox is not None:
            self._inbox.drop_all()
        if self._view is None:
            return
        self._view.remove(self)
        if self.username is not None:
            self.hub.leave(self)
            self.hub.crowd.disconnect([self._room_id], self.username)

    async def refresh(self) -> None:
        """The hub heard that something of this person changed."""
        try:
            found = await self.hub.standings.ask((self.caller, self._room_id))
        except NotFound:
            self.lose_room()
            return
        except Refused as refusal:
            if refusal.status in (401, 403):
                self.close(close_code_of(refusal))
            return
        self.actor, self._is_member = found.actor, found.is_member
        if self._inbox is not None:
            await self._inbox.refresh()

    def heartbeat(self) -> None:
        """The room socket has no such frame; the transport pings."""

    def draining(self, within_ms: int) -> bool:
        """The room socket has no such frame; it is closed with 1012 somewhere within the window."""
        return False

    def check_access(self, event: LiveEvent) -> None:
        """An event changed who may see the room."""
        if event.kind == "leave" and event.fields["user"] == self.username:
            self._is_member = False
        feed = self.hub.feeds.get(self._room_id)
        if feed is None:
            return
        if not may_see_kind(feed.kind, self.actor, visitors=feed.visitors, is_member=self._is_member):
            self.lose_room()

    def lose_room(self) -> None:
        if self._view is not None:
            self._view.forget(self)
        self.close(CloseCode.FORBIDDEN)

    async def _enter(self, opened: Opened) -> None:
        self._room_id, self.actor, self._is_member = opened.room_id, opened.actor, opened.is_member
        feed = self.hub.feed(opened.room_id, kind=opened.kind, visitors=opened.visitors, head=opened.head)
        try:
            self._view = view_of(self.hub, feed)
        finally:
            feed.replaying -= 1
        if self.visitor_or_caller is not None:
            self.caller = self.visitor_or_caller
            self.hub.enter(self)
            self.notes_room = opened.notes_room
        self._tell_who_is_here()
        self._view.add(self, await self._tell_what_was(opened))
        if self.visitor_or_caller is not None:
            self._inbox = PrivateInbox(self)
            await self._inbox.begin()

    async def _found_or_made(self, asked: Asked) -> Opened:
        try:
            return await self.hub.room_openings.ask(asked)
        except NotFound:
            return await read(room_opening.open_room, asked)

    def _tell_who_is_here(self) -> None:
        if self.username is not None:
            self.hub.crowd.connect(self._room_id, self.username)
        self.hub.crowd.settle(self._room_id)
        self.outbox.write(frame("user_list", users=sorted(self.hub.crowd.online(self._room_id))))

    async def _tell_what_was(self, opened: Opened) -> int:
        """The history, or what came after the client's position; then up to where the view is. Gives that position."""
        if opened.history is not None:
            self.outbox.write(opened.history)
        seq = opened.head if opened.after is None else opened.after
        view = self._view
        assert view is not None
        while seq < view.position:
            events = await self.hub.log_after(self._room_id, seq)
            if not events:
                break
            for _, payload in await read(room_frames.rendered, events):
                if payload is not None:
                    self.outbox.write(payload)
            await self.outbox.room()
            seq = events[-1].seq
        return seq

    def _operate(self, taken: room_frames.RoomFrame, decoded: Any) -> Work | None:
        def answered(outcome: Answer | Refused) -> None:
            if isinstance(outcome, Refused):
                self._operation_refused(outcome, decoded)
            elif outcome.duplicate and isinstance(taken, Say):
                self.hub.spawn(self._say_again(outcome))

        return self.operate(self._room_id, room_frames.operation_of(taken), answered)

    def _operation_refused(self, refusal: Refused, decoded: object) -> None:
        self.refuse(refusal, decoded)
        if refusal.code == "unauthenticated":
            self.close(CloseCode.SESSION_ENDED)

    async def _say_again(self, answer: Answer) -> None:
        payload = await read(room_frames.message_again, answer.id, answer.client_id)
        if payload is not None:
            self.outbox.write(payload)

    async def _say_privately(self, username: str, text: str, decoded: Any) -> None:
        """`/pm`: into the direct room of the two, made if need be."""
        caller = self.signed_in()
        rates.take("ops", caller.person_id)
        key = room_frames.check_key(decoded.get("key"))
        target, room_id = await read(room_opening.open_direct_with, caller, username)
        if target == caller.username:
            self.notes_room = room_id

        def answered(outcome: Answer | Refused) -> None:
            if isinstance(outcome, Refused):
                self._operation_refused(outcome, decoded)
            else:
                self.hub.spawn(self._private_stored(outcome, target))

        request = Request(caller, room_id, Send(key, text))
        told = partial(self.hub.mailbox.put, answered)
        journal.post(perform, request, told=told, streams=(room_id,), owner=caller.person_id)

    async def _private_stored(self, answer: Answer, target: str) -> None:
        self.outbox.write(await read(room_frames.private_delivered, answer.id, target))
