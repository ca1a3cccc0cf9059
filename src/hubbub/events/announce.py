"""The port through which a committed change is told onward. It knows nobody who listens; wiring connects them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import transaction

from hubbub.events.schema import Recorded

T = TypeVar("T")


@dataclass(slots=True)
class Listeners:
    """Whoever wants to hear. Called on the committing thread, after the commit; must return at once."""

    events: list[Callable[[Sequence[Recorded]], None]] = field(default_factory=list)
    people: list[Callable[[Sequence[int]], None]] = field(default_factory=list)


listeners = Listeners()


def tell(events: Sequence[Recorded]) -> None:
    """Tell these events after the commit of the transaction under way (never if it is rolled back)."""
    if events:
        transaction.on_commit(lambda: _each(listeners.events, events), robust=True)


def touch(person_ids: Iterable[int]) -> None:
    """Tell after the commit that something of these people changed: rooms, read positions, sessions, rights."""
    touched = tuple(person_ids)
    if touched:
        transaction.on_commit(lambda: _each(listeners.people, touched), robust=True)


def _each(callbacks: Iterable[Callable[[T], None]], news: T) -> None:
    for callback in callbacks:
        callback(news)
