"""This process's place on the channel layer: a hint to the other processes, never the truth.

Without a layer that reaches other processes it does nothing. When the layer is away, what is published is dropped
and joining is tried again and again; the comparison of heads delivers meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings

from hubbub.lib import clock

logger = logging.getLogger(__name__)

MESSAGE_TYPE = "hubbub.notice"
PATIENCE_SECONDS = 2.0
RETRY_SECONDS = 1.0
WARN_EVERY_SECONDS = 30.0
QUEUE = 10_000
EVERYBODY = "hubbub.everybody"


def room_group(room_id: int) -> str:
    return f"hubbub.room.{room_id}"


def remote_layer() -> Any:
    """The channel layer named `hubbub` where a site has one, else the default; None if it reaches no other process."""
    configured = getattr(settings, "CHANNEL_LAYERS", {})
    layer = get_channel_layer("hubbub" if "hubbub" in configured else "default")
    return None if layer is None or isinstance(layer, InMemoryChannelLayer) else layer


class Bus:
    """Publishes and receives notices: plain dictionaries of numbers, strings, bytes and lists."""

    def __init__(self, process: str, receive: Callable[[dict[str, Any]], None]) -> None:
        self._process = process
        self._receive = receive
        self._layer = remote_layer()
        self._channel: str | None = None
        self._wanted: set[str] = set()
        self._joined: set[str] = set()
        self._outgoing: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(QUEUE)
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._warned_at = float("-inf")
        self.healthy = True

    @property
    def reaches_others(self) -> bool:
        return self._layer is not None

    def start(self) -> None:
        if self._layer is not None:
            loops = (self._keep_joined(), self._keep_sending(), self._keep_receiving())
            self._tasks = [asyncio.get_running_loop().create_task(each) for each in loops]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    def publish(self, group: str, notice: dict[str, Any]) -> None:
        """Tell the other processes of a group; dropped when too much is waiting."""
        if self._layer is None:
            return
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait((group, {"type": MESSAGE_TYPE, "from": self._process, **notice}))

    async def join(self, group: str) -> None:
        """Be in a group as soon as the layer allows; waits a moment for it so that little is missed."""
        if self._layer is None or group in self._joined:
            return
        self._wanted.add(group)
        if self._channel is None or not self.healthy:
            self._changed.set()
            return
        with suppress(Exception):
            await self._join(group)

    def leave(self, group: str) -> None:
        self._wanted.discard(group)
        self._changed.set()

    async def _join(self, group: str) -> None:
        await asyncio.wait_for(self._layer.group_add(group, self._channel), PATIENCE_SECONDS)
        self._joined.add(group)

    async def _keep_joined(self) -> None:
        while True:
            try:
                await self._join_and_leave()
                self._recovered()
            except Exception as error:  # noqa: BLE001 - every layer has errors of its own
                self._trouble(error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), RETRY_SECONDS * 5)

    async def _join_and_leave(self) -> None:
        self._changed.clear()
        if self._channel is None:
            self._channel = await asyncio.wait_for(self._layer.new_channel(), PATIENCE_SECONDS)
        for group in sorted(self._wanted - self._joined):
            await self._join(group)
        for group in sorted(self._joined - self._wanted):
            await asyncio.wait_for(self._layer.group_discard(group, self._channel), PATIENCE_SECONDS)
            self._joined.discard(group)

    async def _keep_sending(self) -> None:
        while True:
            group, notice = await self._outgoing.get()
            try:
                await asyncio.wait_for(self._layer.group_send(group, notice), PATIENCE_SECONDS)
                self._recovered()
            except Exception as error:  # noqa: BLE001 - every layer has errors of its own
                self._trouble(error)

    async def _keep_receiving(self) -> None:
        while True:
            if self._channel is None:
                await asyncio.sleep(0.1)
                continue
            try:
                notice = await self._layer.receive(self._channel)
                if notice.get("from") != self._process:
                    self._receive(notice)
            except Exception:
                logger.exception("A notice could not be taken")
                await asyncio.sleep(RETRY_SECONDS)

    def _recovered(self) -> None:
        if not self.healthy:
            logger.warning("The channel layer is back")
        self.healthy = True

    def _trouble(self, error: Exception) -> None:
        self.healthy = False
        if clock.ticks() - self._warned_at > WARN_EVERY_SECONDS:
            self._warned_at = clock.ticks()
            logger.warning(
                "The channel layer cannot be reached (%s); messages go through the store until it is back",
                type(error).__name__,
            )
