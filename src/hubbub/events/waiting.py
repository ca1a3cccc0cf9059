"""Calls that wait to be done: owners take turns, and nobody takes the room of the others. Knows no store."""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep
from typing import Any

from hubbub.lib import clock
from hubbub.lib.refusals import Busy

logger = logging.getLogger(__name__)

ROOM = 4_096  # calls waiting in one lane; more are refused, not kept waiting
GATHERING_SECONDS = 0.01
PAUSE_SECONDS = 0.001
ALWAYS = 64  # calls of one owner that wait while there is any room: as many as one socket has under way

_FULL = "Too much is waiting to be stored; nothing was changed."
_TOO_MANY_OF_ONE = "Too much of yours is waiting to be stored; nothing was changed."


@dataclass(slots=True, eq=False)
class Command:
    """A call on its way through the journal.

    `told` gets the outcome, a Refused or what the action gave, on the thread that did it. `begins` says, when its
    turn has come, whether anybody still wants it; None: whoever asked never gives up.
    """

    action: Callable[..., Any]
    call: Any
    streams: tuple[int, ...]
    owner: int
    told: Callable[[Any], None]
    begins: Callable[[], bool] | None = None
    tries: int = 0
    is_answered: bool = False

    def answer(self, outcome: Any) -> None:
        """Tell the outcome; the first one is for ever. Whoever fails to listen is no failure of the call."""
        if self.is_answered:
            return
        self.is_answered = True
        try:
            self.told(outcome)
        except Exception:
            logger.exception("An outcome could not be told")


class Waiting:
    """A queue for each owner. Whoever has waited longest for a turn gives the next call."""

    def __init__(self) -> None:
        self._queues: OrderedDict[int, deque[Command]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()  # taken without the condition, which is Python around it
        self._wake = threading.Condition(self._lock)

    def put(self, command: Command) -> None:
        """Raises Busy where there is no room, or where this owner holds half as much as is left for all others."""
        with self._lock:
            queue = self._queues.get(command.owner)
            self._check_room(len(queue) if queue else 0)
            if queue is None:
                queue = self._queues[command.owner] = deque()
            queue.append(command)
            self._count += 1
            if self._count == 1:
                self._wake.notify()

    def take(self, most: int, *, patience: float | None = None) -> list[Command]:
        """The next calls, a turn of each owner after the other; waits until there is one, or for so many seconds."""
        with self._lock:
            if not self._count:
                self._wake.wait(patience)
            taken: list[Command] = []
            while self._count and len(taken) < most:
                owner, queue = self._queues.popitem(last=False)
                taken.append(queue.popleft())
                if queue:
                    self._queues[owner] = queue
                self._count -= 1
            return taken

    def gather(self, most: int) -> None:
        """Wait while more comes, and never long; whoever was answered just now is about to ask again."""
        until = clock.ticks() + GATHERING_SECONDS
        before = -1
        while before < self._count < most and clock.ticks() < until:
            before = self._count
            sleep(PAUSE_SECONDS)

    def _check_room(self, mine: int) -> None:
        left = ROOM - self._count
        if left <= 0:
            raise Busy(_FULL, retry_after_ms=1_000)
        if mine >= ALWAYS and mine >= left // 2:
            raise Busy(_TOO_MANY_OF_ONE, retry_after_ms=1_000)
