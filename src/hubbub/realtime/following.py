"""The rooms that one session socket follows: begun by `ready`, kept true by events, and mended from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hubbub.events import log
from hubbub.messages.news import reason_to_reset
from hubbub.messages.queries import room_state
from hubbub.messages.wire import RoomState
from hubbub.people.access import Actor, Caller
from hubbub.realtime import person_view
from hubbub.realtime.bridge import read
from hubbub.realtime.feed import Delivery, Feed, LiveEvent
from hubbub.realtime.frames import Resume, frame
from hubbub.rooms.access import may_see_kind

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub
    from hubbub.realtime.outbox import Outbox


@dataclass(slots=True, eq=False)
class Following:
    """One room. `member` rooms are followed by themselves, others because of a `sub`."""

    feed: Feed
    member: bool
    subscribed: bool = False
    role: str | None = None
    read_seq: int = 0
    known_head: int = 0  # what came later may take the room away
    stale: bool = False  # a `room` event came by: tell the room anew
    arriving: bool = True  # its feed is kept for us, who do not follow it yet


class Followings:
    """Knows nothing of its socket, so that both are freed when the socket has ended."""

    def __init__(self, hub: "Hub", outbox: "Outbox", caller: Caller, actor: Actor) -> None:
        self._hub = hub
        self._outbox = outbox
        self._caller = caller
        self._actor = actor
        self._rooms: dict[int, Following] = {}
        self._gone = False
        self._begun = False
        self._refresh_asked = False
        self._epoch = ""

    @property
    def username(self) -> str:
        return self._caller.username

    def follows(self, room_id: int) -> bool:
        return room_id in self._rooms

    def heads(self) -> dict[str, int]:
        """The position of every room that is followed, after all that came up to it was written."""
        for following in self._rooms.values():
            following.feed.flush()
        return {following.feed.wire_id: following.feed.position for following in self._rooms.values()}

    # As the feeds see it

    def keeps(self, feed: Feed, event: LiveEvent) -> bool:
        following = self._rooms.get(feed.room_id)
        if following is None:
            return False
        if event.kind == "leave" and event.fields["user"] == self.username:
            following.member = False
        if event.kind == "room":
            following.stale = True
        return self._may_keep(following)

    def lost(self, feed: Feed) -> None:
        self._forget(feed.room_id)
        self._outbox.write(frame("revoked", room=feed.wire_id))

    # What the client asks

    async def begin(self, opening: person_view.Opening, resume: Resume | None) -> None:
        """After `ready`: every member room from its head or from where the client is; then who is online."""
        self._epoch, self._actor = opening.epoch, opening.actor
        states = {state.id: state for state in opening.rooms}
        resumed = resume.rooms if resume else {}
        for wire_id in resumed:
            if wire_id not in states:
                self._outbox.write(frame("revoked", room=wire_id[:64]))
        behind = self._open_all(opening, resumed)
        same_epoch = resume is not None and resume.epoch == opening.epoch
        for wire_id, seq in resumed.items():
            if wire_id in states:
                floor = opening.floors.get(person_view.pk_of(states[wire_id]), 0)
                await self._resume(states[wire_id], seq, floor=floor, same_epoch=same_epoch)
        for room_id, head in behind:
            await self._catch_up(room_id, head)
        self._tell_presence(list(self._rooms))
        self._begun = True
        if self._refresh_asked:
            self._hub.refresh([self._caller.person_id])

    def _open_all(self, opening: person_view.Opening, resumed: Mapping[str, int]) -> list[tuple[int, int]]:
        """Begin with every room; gives those whose feeds are not where the person's reading found them."""
        behind = []
        for state in opening.rooms:
            is_resumed = state.id in resumed
            if not state.member and not is_resumed:
                continue
            room_id = person_view.pk_of(state)
            self._open(room_id, state, subscribed=not state.member)
            if not is_resumed and not self._is_there(room_id, state.head):
                behind.append((room_id, state.head))
        return behind

    async def subscribe(self, room_id: int, *, after: int | None) -> None:
        """Also follow a readable room, from a position; raises NotFound."""
        state = await read(room_state, self._actor, room_id)
        floor = (await read(log.floors, [room_id])).get(room_id, 0)
        known = self._rooms.get(room_id)
        if known is None:
            self._open(room_id, state, subscribed=True)
        else:
            known.subscribed = known.arriving = True
            known.feed.replaying += 1
            known.feed.unfollow(self)
        await self._resume(state, state.head if after is None else after, floor=floor, same_epoch=True)
        if known is None:
            self._tell_presence([room_id])

    def unsubscribe(self, room_id: int) -> None:
        following = self._rooms.get(room_id)
        if following is None:
            return
        following.subscribed = False
        if not following.member:
            self._forget(room_id)

    # What the store says

    async def refresh(self) -> None:
        """Hold what is followed against the store; raises Refused when the person may not go on."""
        if not self._begun:
            self._refresh_asked = True
            return
        belonging = await self._hub.belongings.ask(self._caller)
        self._actor = belonging.actor
        for room_id, following in list(self._rooms.items()):
            following.member = room_id in belonging.rooms
            if not self._may_keep(following):
                self.lost(following.feed)
        told = [room_id for room_id, held in belonging.rooms.items() if self._is_news(room_id, *held)]
        if not told:
            return
        for room_id, state in (await read(person_view.states_of, belonging.actor, told)).items():
            await self._tell(room_id, state)

    def drop_all(self) -> None:
        """The socket is gone."""
        self._gone = True
        rooms, self._rooms = self._rooms, {}
        if not rooms:
            return
        for following in rooms.values():
            self._let_go(following)
        self._hub.crowd.disconnect(list(rooms), self._caller.username)

    def _is_news(self, room_id: int, role: str, read_seq: int) -> bool:
        known = self._rooms.get(room_id)
        return known is None or known.stale or known.role != role or known.read_seq != read_seq

    async def _tell(self, room_id: int, state: RoomState) -> None:
        known = self._rooms.get(room_id)
        if known is None or known.stale or known.role != state.role:
            self._outbox.write(frame("room", room=state))
        elif known.read_seq != state.read:
            read_frame = frame(
                "read", room=state.id, seq=state.read, unread=state.unread, mentions=state.mentions
            )
            self._outbox.write(read_frame)
        if known is not None:
            known.stale, known.role, known.read_seq = False, state.role, state.read
            return
        self._open(room_id, state)
        await self._catch_up(room_id, state.head)
        self._tell_presence([room_id])

    def _open(self, room_id: int, state: RoomState, *, subscribed: bool = False) -> None:
        if room_id in self._rooms or self._gone:
            return
        feed = self._hub.feed(room_id, kind=state.kind, visitors=state.visitors, head=state.head)
        self._rooms[room_id] = Following(feed, state.member, subscribed, state.role, state.read, state.head)
        self._hub.crowd.connect(room_id, self._caller.username)

    async def _resume(self, state: RoomState, seq: int, *, floor: int, same_epoch: bool) -> None:
        room_id = person_view.pk_of(state)
        reason = reason_to_reset(seq, head=state.head, floor=floor, same_epoch=same_epoch)
        if reason is not None:
            reset = frame("reset", room=state.id, epoch=self._epoch, head=state.head, reason=reason)
            self._outbox.write(reset)
            await self._catch_up(room_id, state.head)
            return
        await self._catch_up(room_id, seq)
        following = self._rooms.get(room_id)
        if following is not None:
            self._outbox.write(frame("synced", room=state.id, head=following.feed.position))

    def _is_there(self, room_id: int, seq: int) -> bool:
        """Follow the feed at once where it is at this position, as nearly always."""
        following = self._rooms.get(room_id)
        if following is None or following.feed.position != seq:
            return False
        following.feed.follow(self, self._outbox)
        following.feed.replaying -= 1
        following.arriving = False
        return True

    async def _catch_up(self, room_id: int, seq: int) -> None:
        """Bring the room from a position to where its feed is, and follow the feed from there."""
        following = self._rooms.get(room_id)
        if following is None:
            return
        feed, following.arriving = following.feed, False
        try:
            await self._replay_after(following, seq)
            if self._rooms.get(room_id) is following:
                feed.follow(self, self._outbox)
        finally:
            feed.replaying -= 1
            self._hub.release(feed)

    async def _replay_after(self, following: Following, seq: int) -> None:
        """Ends exactly at the feed's position, with no await after the last look at it."""
        feed = following.feed
        while self._rooms.get(feed.room_id) is following:
            if seq > feed.position:
                await feed.read_up()
            missed = feed.missed_after(seq)
            if missed is None:
                missed = await self._hub.missed_after(feed.room_id, seq)
            if not missed.events:
                return
            await self._replay(following, missed.deliveries)
            seq = missed.events[-1].seq

    async def _replay(self, following: Following, deliveries: Sequence[Delivery]) -> None:
        """Write these events; stops where one of them takes the room away."""
        for delivery in deliveries:
            taken_away = next((each for each in delivery.changes if self._takes_away(following, each)), None)
            if taken_away is not None:
                before = delivery.events[: delivery.events.index(taken_away)]
                if before:
                    self._outbox.write_framed(Delivery(before).framed)
                self.lost(following.feed)
                return
            self._outbox.write_framed(delivery.framed)
            await self._outbox.room()

    def _takes_away(self, following: Following, event: LiveEvent) -> bool:
        return event.seq > following.known_head and not self.keeps(following.feed, event)

    def _may_keep(self, following: Following) -> bool:
        feed = following.feed
        wanted = following.member or following.subscribed
        sees = may_see_kind(feed.kind, self._actor, visitors=feed.visitors, is_member=following.member)
        return wanted and sees

    def _tell_presence(self, room_ids: list[int]) -> None:
        if room_ids:
            self._hub.crowd.introduce(self._outbox, room_ids)

    def _forget(self, room_id: int) -> None:
        following = self._rooms.pop(room_id, None)
        if following is not None:
            self._let_go(following)
            self._hub.crowd.disconnect([room_id], self._caller.username)

    def _let_go(self, following: Following) -> None:
        if following.arriving:
            following.arriving = False
            following.feed.replaying -= 1
        following.feed.unfollow(self)
