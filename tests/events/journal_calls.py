"""Calls for tests of the journal: a gate that holds a lane while calls gather, and writes of one's own."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from hubbub.events import journal
from hubbub.messages.actions import perform
from hubbub.messages.operations import Answer, Send
from hubbub.messages.requests import Request
from hubbub.people.access import Actor
from hubbub.rooms.models import Room

SECONDS = 30


@contextmanager
def held_lane(room: Room) -> Iterator[None]:
    """Inside, the lane of this room does nothing; what is submitted meanwhile is one batch afterwards."""
    go, holding = threading.Event(), threading.Event()

    def hold(calls: Sequence[None]) -> Sequence[None]:
        holding.set()
        assert go.wait(SECONDS)
        return [None for _ in calls]

    held = journal.submit(hold, None, streams=(room.pk,))
    assert holding.wait(SECONDS)
    try:
        yield
    finally:
        go.set()
        held.result(SECONDS)


def say_soon(actor: Actor, room: Room, client_id: str) -> "Future[Answer]":
    request = Request(actor, room.pk, Send(client_id, f"words of {client_id}"))
    return journal.submit(perform, request, streams=(room.pk,), owner=actor.person_id)


def error_of(future: "Future[Any]") -> BaseException | None:
    return future.exception(SECONDS)
