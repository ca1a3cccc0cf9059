"""Finds peers that are gone: one timer for all sockets of a loop, not two for each. Knows no protocol."""

import asyncio
from typing import Protocol
from weakref import WeakKeyDictionary


class Beating(Protocol):
    def beat(self) -> None:
        """It is this one's turn: end if nothing was heard since the last time, else ask for a sign of life."""
        ...


class Keepalive:
    """Everybody's turn comes once in `seconds`, a part of them each second, so that no second is busier than others."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._parts: list[dict[Beating, None]] = [{} for _ in range(max(1, round(seconds)))]
        self._pause = seconds / len(self._parts)
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, one: Beating) -> None:
        """The first turn comes after a whole round or a little less."""
        self._parts[self._turn - 1][one] = None
        if self._timer is None:
            self._timer = self._loop.call_later(self._pause, self._beat)

    def remove(self, one: Beating) -> None:
        for part in self._parts:
            part.pop(one, None)

    def _beat(self) -> None:
        for one in list(self._parts[self._turn]):
            one.beat()
        self._turn = (self._turn + 1) % len(self._parts)
        self._timer = self._loop.call_later(self._pause, self._beat) if any(self._parts) else None


_of_loops: "WeakKeyDictionary[asyncio.AbstractEventLoop, Keepalive]" = WeakKeyDictionary()


def keepalive_of(loop: asyncio.AbstractEventLoop, seconds: float) -> Keepalive:
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = Keepalive(loop, seconds)
    return found
