"""Where the domain's announcements enter the transport: on any thread, in any process, with or without sockets."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from asgiref.sync import async_to_sync

from hubbub.events.schema import Recorded
from hubbub.lib import clock
from hubbub.realtime.bus import EVERYBODY, MESSAGE_TYPE, PATIENCE_SECONDS, remote_layer, room_group
from hubbub.realtime.hub import by_room, hint_of, live_events, running_hubs

logger = logging.getLogger(__name__)

AWAY_SECONDS = 10.0  # a layer that could not be reached is not tried again before


def events_committed(events: Sequence[Recorded]) -> None:
    """Told after the commit, on the committing thread."""
    live = live_events(events)
    hubs = running_hubs()
    for hub in hubs:
        hub.mailbox.put(hub.committed, live)
    if not hubs:
        for room_id, of_room in by_room(live).items():
            _publish(room_group(room_id), hint_of(of_room))


def people_touched(person_ids: Sequence[int]) -> None:
    """Told after the commit, on the committing thread."""
    hubs = running_hubs()
    for hub in hubs:
        hub.mailbox.put(hub.touched, person_ids)
    if not hubs:
        _publish(EVERYBODY, {"people": list(person_ids)})


def online_in(room_id: int) -> frozenset[str]:
    """Who is online in a room, as far as this process was told."""
    people: frozenset[str] = frozenset()
    for hub in running_hubs():
        people |= hub.crowd.online(room_id)
    return people


def _publish(group: str, notice: dict[str, Any]) -> None:
    """From a process without a hub (a command); the comparison of heads does without it.

    A layer that hangs holds up whoever commits once for a moment, not every time.
    """
    layer = remote_layer()
    if layer is None or clock.ticks() < _Away.until:
        return
    try:
        async_to_sync(_send)(layer, group, {"type": MESSAGE_TYPE, "from": "command", **notice})
    except Exception as error:  # noqa: BLE001 - every layer has errors of its own
        _Away.until = clock.ticks() + AWAY_SECONDS
        logger.warning("The channel layer cannot be reached (%s)", type(error).__name__)


async def _send(layer: Any, group: str, message: dict[str, Any]) -> None:
    await asyncio.wait_for(layer.group_send(group, message), PATIENCE_SECONDS)


class _Away:
    """Since when the layer is left alone is forgotten with the process."""

    until = float("-inf")
