"""A room as its room sockets see it: made of a feed once for all of them, in order."""

from typing import TYPE_CHECKING

from hubbub.realtime import room_frames
from hubbub.realtime.bridge import read
from hubbub.realtime.feed import Delivery, Feed, LiveEvent, Notice, write_to_all
from hubbub.realtime.framing import frame_text

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub
    from hubbub.realtime.outbox import Outbox
    from hubbub.realtime.room_socket import RoomSocket


class RoomView:
    """Follows the feed as one follower; `position` is up to where its sockets have been told."""

    def __init__(self, hub: "Hub", feed: Feed) -> None:
        self._hub = hub
        self._feed = feed
        self._waiting: list[LiveEvent] = []
        self._working = False
        self.outboxes: dict[RoomSocket, Outbox] = {}
        self._ahead: dict[RoomSocket, int] = {}  # told from the log up to there already
        self.position = feed.position
        self.users = 0  # sockets that have the view, entered or still on their way in

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
        """One write to each socket; whoever it is about is not told."""
        framed = {about: frame_text(payload) for about, payload in notice.single}
        everything = b"".join(framed.values())
        for socket in self.sockets:
            if socket.username not in framed:
                socket.outbox.write_ephemeral(everything)
            elif len(framed) > 1:
                others = (each for about, each in framed.items() if about != socket.username)
                socket.outbox.write_ephemeral(b"".join(others))

    def keeps(self, feed: Feed, event: LiveEvent) -> bool:
        for socket in list(self.sockets):
            socket.check_access(event)
        return True

    def lost(self, feed: Feed) -> None:
        for socket in list(self.sockets):
            socket.lose_room()

    @property
    def sockets(self) -> list["RoomSocket"]:
        return [*self.outboxes, *self._ahead]

    def add(self, socket: "RoomSocket", told: int) -> None:
        """A socket that was told everything up to a position, which may lie ahead of ours."""
        if told > self.position:
            self._ahead[socket] = told
        else:
            self.outboxes[socket] = socket.outbox

    def forget(self, socket: "RoomSocket") -> None:
        """Tell it nothing more."""
        self.outboxes.pop(socket, None)
        self._ahead.pop(socket, None)

    def remove(self, socket: "RoomSocket") -> None:
        """The socket is gone; without any the view ends."""
        self.forget(socket)
        self.users -= 1
        if not self.users:
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
        framed = [(seq, frame_text(payload)) for seq, payload in made if payload is not None]
        if framed and self.outboxes:
            write_to_all(self.outboxes.values(), b"".join(each for _, each in framed))
        self.position = max(self.position, made[-1][0]) if made else self.position
        for socket, told in list(self._ahead.items()):
            for seq, each in framed:
                if seq > told:
                    socket.outbox.write_framed(each)
            if told <= self.position:
                del self._ahead[socket]
                self.outboxes[socket] = socket.outbox


def view_of(hub: "Hub", feed: Feed) -> RoomView:
    """The view of a feed, for one socket more; made with the first."""
    view = hub.room_views.get(feed.room_id)
    if view is None:
        view = hub.room_views[feed.room_id] = RoomView(hub, feed)
        feed.listen(view)
        view.position = feed.position
    view.users += 1
    return view
