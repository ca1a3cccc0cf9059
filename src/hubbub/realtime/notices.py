"""Where the domain's announcements enter the transport: on any thread, in any process, with or without sockets."""

import logging
from collections.abc import Sequence
from typing import Any

from asgiref.sync import async_to_sync

from hubbub.events.schema import Recorded
from hubbub.realtime.bus import EVERYBODY, MESSAGE_TYPE, remote_layer, room_group
from hubbub.realtime.hub import by_room, hint_of, live_events, running_hubs

logger = logging.getLogger(__name__)


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
    """From a process without a hub (a command); the comparison of heads does without it."""
    layer = remote_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, {"type": MESSAGE_TYPE, "from": "command", **notice})
    except Exception as error:  # noqa: BLE001 - every layer has errors of its own
        logger.warning("The channel layer cannot be reached (%s)", type(error).__name__)
