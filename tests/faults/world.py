"""What everybody in a run shares: the nodes' addresses, the dice, the clock, and the history that is written."""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.faults.history import AnyRecord, History
from tests.support.hubbub_process import HubbubServer

Json = dict[str, Any]


@dataclass
class World:
    seed: int
    nodes: dict[str, HubbubServer]
    history: History = field(default_factory=History)
    rooms: dict[str, Json] = field(default_factory=dict)  # by name
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    _ack_waiters: dict[str, list["asyncio.Future[None]"]] = field(default_factory=lambda: defaultdict(list))

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def dice(self, name: str) -> random.Random:
        """Dice of one's own, so that what others do does not change what one throws."""
        return random.Random(f"{self.seed} {name}")

    def tell(self, record: AnyRecord) -> None:
        self.history.add(record)

    def acked(self, node: str) -> None:
        """An ack of this node has just been read."""
        for waiter in self._ack_waiters.pop(node, []):
            if not waiter.done():
                waiter.set_result(None)

    async def next_ack(self, node: str, seconds: float) -> bool:
        """Wait for the next ack of a node; whether one came."""
        waiter = asyncio.get_running_loop().create_future()
        self._ack_waiters[node].append(waiter)
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return False
        return True

    async def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the load."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
