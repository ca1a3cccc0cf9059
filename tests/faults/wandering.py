"""Whoever has a socket at one node after the other, through a link of their own that can be harmed."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from tests.faults.asking import Asking
from tests.faults.history import Odd
from tests.faults.proxy import Link
from tests.faults.world import World

DESERVED = (1000, 1001, 1005, 1006, 1012, 4429, 4490)


class Wanderer(ABC):
    def __init__(self, world: World, name: str, asking: Asking) -> None:
        self.world = world
        self.name = name
        self.asking = asking
        self.dice = world.dice(name)
        self.link = Link(world.dice(f"link of {name}"))
        self.node = ""
        self.connection = 0

    async def live(self) -> None:
        """Connect to one node after the other, for ever."""
        await self.link.open()
        while True:
            self.node = self.dice.choice(list(self.world.nodes))
            self.link.target = self.world.nodes[self.node].port
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await self._connect()
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def close(self) -> None:
        await self.link.close()
        await self.asking.close()

    @property
    @abstractmethod
    def path(self) -> str:
        """Of the socket, with its query."""

    @abstractmethod
    async def meet(self, socket: ClientConnection) -> None:
        """Use it until it is closed."""

    def mind(self, code: int) -> None:
        """It was closed with this; whatever a harmed link or node cannot explain is told to the judge."""
        if code not in DESERVED:
            self.world.tell(Odd(self.world.now(), f"{self.name} at {self.node} was closed with {code}"))

    async def _connect(self) -> None:
        base_url = self.world.nodes[self.node].base_url
        async with connect(
            base_url.replace("http", "ws", 1) + self.path,
            host="127.0.0.1",
            port=self.link.port,
            origin=Origin(base_url),
            additional_headers=self.asking.socket_headers,
            compression=None,
            max_size=None,
            open_timeout=5,
            ping_interval=4,
            ping_timeout=8,
            close_timeout=0.5,
            proxy=None,
        ) as socket:
            self.connection = next(self.world.numbers)
            await self.meet(socket)
