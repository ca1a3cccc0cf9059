"""This process's place on the channel layer: a hint to the other processes, never the truth.

Without a layer that reaches other processes it does nothing. It trusts the layer only while it hears its own beat
through it; meanwhile what is published is dropped, and the comparison of heads delivers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings

from hubbub.lib import clock

logger = logging.getLogger(__name__)

MESSAGE_TYPE = "hubbub.notice"
PATIENCE_SECONDS = 2.0
BEAT_SECONDS = 1.0
DEAF_SECONDS = 2.5  # without our own beat for so long the layer is not trusted
REJOIN_SECONDS = 6.0  # and for so long it is begun anew: a subscription can be lost in silence
WARN_EVERY_SECONDS = 30.0
QUEUE = 10_000
TOGETHER = 256  # notices of one room that are sent as one
EVERYBODY = "hubbub.everybody"
_ROOM = "hubbub.room."


def room_group(room_id: int) -> str:
    return f"{_ROOM}{room_id}"


def room_of_group(group: str) -> int:
    return int(group.removeprefix(_ROOM))


def remote_layer() -> Any:
    """The channel layer named `hubbub` where a site has one, else the default; None if it reaches no other process."""
    configured = getattr(settings, "CHANNEL_LAYERS", {})
    layer = get_channel_layer("hubbub" if "hubbub" in configured else "default")
    return None if layer is None or isinstance(layer, InMemoryChannelLayer) else layer


class Bus:
    """Publishes and receives notices: plain dictionaries of numbers, strings, bytes and lists.

    `joined` is called with groups whose notices come from now on.
    """

    def __init__(
        self,
        process: str,
        receive: Callable[[dict[str, Any]], None],
        joined: Callable[[Collection[str]], None],
    ) -> None:
        self._process = process
        self._receive = receive
        self._tell_joined = joined
        self._layer = remote_layer()
        self._channel: str | None = None
        self._own_group = f"hubbub.beat.{process}"
        self._wanted: set[str] = {self._own_group}
        self._joined: set[str] = set()
        self._outgoing: dict[str, list[dict[str, Any]]] = {}
        self._outgoing_count = 0
        self._to_send = asyncio.Event()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._receiving: asyncio.Task[None] | None = None
        self._warned_at = float("-inf")
        self._heard_at = self._begun_at = clock.ticks()
        self.healthy = True

    @property
    def reaches_others(self) -> bool:
        return self._layer is not None

    def start(self) -> None:
        if self._layer is not None:
            loops = (self._keep_joined(), self._keep_sending(), self._keep_beating())
            self._tasks = [asyncio.get_running_loop().create_task(each) for each in loops]

    async def stop(self) -> None:
        await self._cancel([*self._tasks, *([self._receiving] if self._receiving else [])])

    def publish(self, group: str, notice: dict[str, Any]) -> None:
        """Tell the other processes of a group; dropped when the layer is away or too much is waiting."""
        if self._layer is None or not self.healthy or self._outgoing_count >= QUEUE:
            return
        self._outgoing.setdefault(group, []).append(notice)
        self._outgoing_count += 1
        self._to_send.set()

    def join(self, group: str) -> None:
        """Be in a group as soon as the layer allows."""
        if self._layer is not None:
            self._wanted.add(group)
            self._changed.set()

    def leave(self, group: str) -> None:
        if self._layer is not None:
            self._wanted.discard(group)
            self._changed.set()

    async def _keep_joined(self) -> None:
        while True:
            self._changed.clear()
            if not await self._tried(self._join_and_leave):
                await asyncio.sleep(BEAT_SECONDS)
                continue
            await self._changed.wait()

    async def _join_and_leave(self) -> None:
        if self._channel is None:
            self._channel = await _patiently(self._layer.new_channel())
            self._receiving = asyncio.get_running_loop().create_task(self._keep_receiving(self._channel))
        for group in self._joined - self._wanted:
            self._joined.discard(group)
            await _patiently(self._layer.group_discard(group, self._channel))
        joined = []
        for group in sorted(self._wanted - self._joined):
            await _patiently(self._layer.group_add(group, self._channel))
            self._joined.add(group)
            joined.append(group)
        self._tell_joined([group for group in joined if group != self._own_group])

    async def _keep_sending(self) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            outgoing, self._outgoing, self._outgoing_count = self._outgoing, {}, 0
            for group, notices in outgoing.items():
                for notice in gathered(notices):
                    if self.healthy:
                        await self._send(group, notice)

    async def _send(self, group: str, notice: dict[str, Any]) -> bool:
        message = {"type": MESSAGE_TYPE, "from": self._process, **notice}
        return await self._tried(lambda: _patiently(self._layer.group_send(group, message)))

    async def _keep_beating(self) -> None:
        while True:
            sent = await self._send(self._own_group, {"beat": True})
            await asyncio.sleep(BEAT_SECONDS)
            if not sent:
                continue
            now = clock.ticks()
            if now - self._heard_at > DEAF_SECONDS:
                self._trouble("nothing is heard through it")
            if now - max(self._heard_at, self._begun_at) > REJOIN_SECONDS:
                await self._begin_anew()

    async def _begin_anew(self) -> None:
        """Forget every subscription and make them again."""
        self._begun_at = clock.ticks()
        if self._receiving is not None:
            await self._cancel([self._receiving])
        with suppress(Exception):
            await _patiently(self._layer.flush())
        self._channel, self._joined = None, set()
        self._changed.set()

    async def _keep_receiving(self, channel: str) -> None:
        while True:
            try:
                notice = await self._layer.receive(channel)
                if notice.get("from") != self._process:
                    self._receive(notice)
                elif "beat" in notice:
                    self._heard()
            except Exception:
                logger.exception("A notice could not be taken")
                await asyncio.sleep(BEAT_SECONDS)

    def _heard(self) -> None:
        self._heard_at = clock.ticks()
        if not self.healthy:
            self.healthy = True
            logger.warning("The channel layer is back")

    async def _tried(self, what: Callable[[], Awaitable[None]]) -> bool:
        try:
            await what()
        except Exception as error:  # noqa: BLE001 - every layer has errors of its own
            self._trouble(type(error).__name__)
            return False
        return True

    def _trouble(self, what: str) -> None:
        self.healthy = False
        self._outgoing, self._outgoing_count = {}, 0
        if clock.ticks() - self._warned_at > WARN_EVERY_SECONDS:
            self._warned_at = clock.ticks()
            logger.warning(
                "The channel layer cannot be reached (%s); messages go through the store until it is back",
                what,
            )

    async def _cancel(self, tasks: Collection[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def gathered(notices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What waits for one group, with the events of a room put together."""
    if len(notices) == 1 or any("events" not in notice for notice in notices):
        return notices
    return [
        {
            "room": notices[0]["room"],
            "events": [event for notice in notices[start : start + TOGETHER] for event in notice["events"]],
        }
        for start in range(0, len(notices), TOGETHER)
    ]


async def _patiently(what: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(what, PATIENCE_SECONDS)
