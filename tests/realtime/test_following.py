"""A session socket follows the rooms of its opening, and leaves no feed behind, whenever it ends."""

import asyncio
from collections.abc import Callable
from typing import cast

from hubbub.messages.wire import RoomState
from hubbub.people.access import Actor, Caller, TokenCredential
from hubbub.realtime.following import Followings
from hubbub.realtime.hub import Hub
from hubbub.realtime.outbox import Line, Outbox
from hubbub.realtime.person_view import Opening

ADA = Caller(1, "ada", TokenCredential(1))
ACTOR = Actor(1, "ada")


class Paper:
    """A line that keeps what is put on it."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def put(self, framed: bytes) -> None:
        self.frames.append(framed)

    def size(self) -> int:
        return 0


def room(number: int, head: int) -> RoomState:
    return RoomState(f"r{number}", "General", "public", "", False, False, head, True, "member", 0, 0, 0)


def followings(hub: Hub) -> Followings:
    return Followings(hub, Outbox(cast("Line", Paper()), lambda: None), ADA, ACTOR)


def in_a_loop(scenario: Callable[[Hub], None]) -> None:
    async def run() -> None:
        hub = Hub(asyncio.get_running_loop())
        scenario(hub)
        await hub.stop()

    asyncio.run(run())


def opening(*rooms: RoomState) -> Opening:
    return Opening(ACTOR, "epoch", list(rooms), {})


def test_rooms_whose_feeds_are_where_they_were_read_are_followed_at_once() -> None:
    def scenario(hub: Hub) -> None:
        ada = followings(hub)
        behind = ada._open_all(opening(room(1, 5), room(2, 7)), {})

        assert behind == []
        assert ada.heads() == {"r1": 5, "r2": 7}
        assert all(ada in feed.outboxes and not feed.replaying for feed in hub.feeds.values())

        ada.drop_all()
        assert hub.feeds == {}

    in_a_loop(scenario)


def test_a_socket_that_ends_on_its_way_in_leaves_no_feed_behind() -> None:
    def scenario(hub: Hub) -> None:
        first, ada = followings(hub), followings(hub)
        first._open_all(opening(room(1, 5)), {})
        behind = ada._open_all(opening(room(1, 6), room(2, 7)), {"r2": 3})
        assert behind == [(1, 6)]
        assert [feed.replaying for feed in hub.feeds.values()] == [1, 1]

        ada.drop_all()
        assert list(hub.feeds) == [1]
        assert hub.feeds[1].replaying == 0

        first.drop_all()
        assert hub.feeds == {}

    in_a_loop(scenario)


def test_a_room_that_is_left_on_the_way_in_is_left_behind_by_nobody() -> None:
    def scenario(hub: Hub) -> None:
        ada = followings(hub)
        ada._open_all(opening(room(2, 7)), {"r2": 3})

        ada.lost(hub.feeds[2])

        assert hub.feeds == {}

    in_a_loop(scenario)
