"""How a process that goes parts from its sockets: told first, then closed one after the other over the drain window."""

import asyncio
import random
from typing import TYPE_CHECKING

from hubbub.realtime.close_codes import CloseCode

if TYPE_CHECKING:
    from hubbub.realtime.hub import Hub, Socket

TOLD_SHARE = 0.7  # of the window is left to clients that were told, to go by themselves
UNTOLD_SHARE = 0.1  # and this much to answers that are under way
STEP_SECONDS = 0.02  # where there are many, so many go at once as must


async def leave(hub: "Hub", within_ms: int) -> None:
    """Close everybody with 1012 by the end of the window, so that they do not all come back in one instant.

    Session sockets are told and most go by themselves; room sockets have no such frame, so theirs is the whole window.
    """
    untold: list[Socket] = [socket for view in hub.room_views.values() for socket in view.sockets]
    told = [socket for of_person in hub.people.values() for socket in of_person if socket.draining(within_ms)]
    seconds = within_ms / 1000
    await asyncio.gather(
        _close_over(untold, seconds * UNTOLD_SHARE, seconds), _close_over(told, seconds * TOLD_SHARE, seconds)
    )


async def _close_over(sockets: "list[Socket]", first: float, last: float) -> None:
    random.shuffle(sockets)
    await asyncio.sleep(first)
    steps = max(1, min(len(sockets), int((last - first) / STEP_SECONDS)))
    a_step = -(-len(sockets) // steps)
    for start in range(0, len(sockets), max(1, a_step)):
        for socket in sockets[start : start + a_step]:
            socket.close(CloseCode.RESTART)
        await asyncio.sleep((last - first) / (steps + 1))
