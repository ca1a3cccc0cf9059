"""A room as its room sockets see it: made of a feed once for all of them, in order."""

from typing import TYPE_CHECKING

from hubbub.realtime import room_frames
from hubbub.realtime.bridge import read
from hubbub.realtime.feed import Delivery, Feed, LiveEvent, Notice
from hubbub.realtime.wire import frame_text

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub
    from hubbub.realtime.room_socket import RoomSocket


class RoomView:
    """Follows the feed as one follower; `position` is up to where its sockets have been told."""

    def __init__(self, hub: "Hub", feed: Feed) -> None:
        self._hub = hub
        self._feed = feed
        self._waiting: list[LiveEvent] = []
        self._working = False
        self.sockets: dict[RoomSocket, None] = {}
        self.position = feed.position

    @property
    def username(self) -> None:
        """Nobody's: a view stands for many."""
        return None

    def deliver(self, feed: Feed, delivery: Delivery) -> None:
        if self._working or not room_frames.is_simple(delivery.events):
            self._waiting.extend(delivery.events)
            self._work()
            return
        self._tell([(event.seq, room_frames.said(event)) for event in delivery.events])

    def deliver_ephemeral(self, feed: Feed, notice: Notice) -> None:
        if notice.kind == "presence":
            return
        for about, payload in notice.single:
            framed = frame_text(payload)
            for socket in list(self.sockets):
                if socket.username != about:
                    socket.outbox.write_ephemeral(payload, framed)

    def keeps(self, feed: Feed, event: LiveEvent) -> bool:
        for socket in list(self.sockets):
            socket.check_access(event)
        return True

    def lost(self, feed: Feed) -> None:
        for socket in list(self.sockets):
            socket.lose_room()

    def add(self, socket: "RoomSocket") -> None:
        self.sockets[socket] = None

    def remove(self, socket: "RoomSocket") -> None:
        self.sockets.pop(socket, None)
        if not self.sockets:
            self._hub.room_views.pop(self._feed.room_id, None)
            self._feed.unfollow(self)

    def _work(self) -> None:
        if not self._working:
            self._working = True
            self._hub.spawn(self._render_waiting())

    async def _render_waiting(self) -> None:
        try:
            while self._waiting:
                events, self._waiting = self._waiting, []
                self._tell(await read(room_frames.rendered, events))
        finally:
            self._working = False

    def _tell(self, made: list[tuple[int, bytes | None]]) -> None:
        for seq, payload in made:
            self.position = max(self.position, seq)
            if payload is None:
                continue
            framed = frame_text(payload)
            for socket in list(self.sockets):
                socket.deliver(seq, payload, framed)


def view_of(hub: "Hub", feed: Feed) -> RoomView:
    """The view of a feed; made with the first room socket."""
    view = hub.room_views.get(feed.room_id)
    if view is None:
        view = hub.room_views[feed.room_id] = RoomView(hub, feed)
        feed.follow(view)
        view.position = feed.position
    return view
