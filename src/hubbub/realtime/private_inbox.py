"""The private messages of one room socket's person: every direct room of theirs, from the connection on."""

from typing import TYPE_CHECKING

from hubbub.realtime import room_frames
from hubbub.realtime.feed import Delivery, Feed, LiveEvent, Notice

if TYPE_CHECKING:
    from hubbub.realtime.room_socket import RoomSocket


class PrivateInbox:
    def __init__(self, socket: "RoomSocket") -> None:
        self._socket = socket
        self._feeds: dict[int, Feed | None] = {}
        self._gone = False

    @property
    def username(self) -> str | None:
        return self._socket.username

    async def begin(self) -> None:
        """Follow the direct rooms that there are, from where they are."""
        for room_id, head in (await self._socket.hub.direct_heads.ask(self._socket.caller)).items():
            await self._follow(room_id, head)

    async def refresh(self) -> None:
        """Follow direct rooms that came since, from their beginning: all in them is new."""
        for room_id in await self._socket.hub.direct_heads.ask(self._socket.caller):
            await self._follow(room_id, 0)

    def drop_all(self) -> None:
        self._gone = True
        for feed in self._feeds.values():
            if feed is not None:
                feed.unfollow(self)
        self._feeds = {}

    def deliver(self, feed: Feed, delivery: Delivery) -> None:
        self._tell(delivery.events)

    def deliver_ephemeral(self, feed: Feed, notice: Notice) -> None:
        """Who types or comes in a direct room is not told to a room socket."""

    def keeps(self, feed: Feed, event: LiveEvent) -> bool:
        return True

    def lost(self, feed: Feed) -> None:
        self._feeds.pop(feed.room_id, None)

    async def _follow(self, room_id: int, seq: int) -> None:
        if room_id in self._feeds or self._gone:
            return
        self._feeds[room_id] = None
        hub = self._socket.hub
        feed = hub.feed(room_id, kind="direct", visitors=False, head=seq)
        try:
            while seq < feed.position and not self._gone:
                events = feed.after(seq) or await hub.log_after(room_id, seq)
                if not events:
                    break
                self._tell(events)
                seq = events[-1].seq
            if not self._gone:
                self._feeds[room_id] = feed
                feed.listen(self)
        finally:
            feed.replaying -= 1
            hub.release(feed)

    def _tell(self, events: "list[LiveEvent] | tuple[LiveEvent, ...]") -> None:
        for event in events:
            if event.kind != "message" or event.fields["body"] is None:
                continue
            if event.fields["by"] != self.username or self._is_own_notes(event):
                self._socket.outbox.write(room_frames.private(event))

    def _is_own_notes(self, event: LiveEvent) -> bool:
        return event.room_id == self._socket.notes_room
