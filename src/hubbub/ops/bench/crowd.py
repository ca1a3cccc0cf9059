"""Many sockets that one process holds: opens them, sends on them, counts what comes. Knows no chat."""

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hubbub.ops.bench import frames
from hubbub.ops.bench.client import Client, Mark, State
from hubbub.ops.bench.failed import CannotMeasure

PATIENCE_SECONDS = 30.0
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Door:
    """Where sockets are opened, and the first frame on each; `buffer` bounds what the system holds unread."""

    port: int
    path: str
    first: Callable[[int], bytes]
    buffer: int | None = None


class Crowd:
    """Sockets 0 to count - 1."""

    def __init__(self, client: Client, door: Door, tokens: Sequence[str | None]) -> None:
        self.client = client
        self.count = len(tokens)
        self._door = door
        self._tokens = tokens
        self._sockets: dict[int, socket.socket] = {}

    def open(self, numbers: Sequence[int] | None = None, *, at_once: int = AT_ONCE) -> float:
        """Open these, or all, so many at the same time, until each is greeted; the seconds it took."""
        waiting = list(reversed(range(self.count) if numbers is None else numbers))
        under_way: set[int] = set()
        began = time.monotonic()
        heard = began
        while waiting or under_way:
            while waiting and len(under_way) < at_once:
                number = waiting.pop()
                self._connect(number)
                under_way.add(number)
            for number in self.client.pump():
                heard = time.monotonic()
                if number in under_way and self._is_greeted(number):
                    under_way.remove(number)
            if time.monotonic() - heard > PATIENCE_SECONDS:
                raise CannotMeasure(f"{len(under_way)} sockets wait for their greeting without end.")
        return time.monotonic() - began

    def send(self, number: int, payload: bytes) -> None:
        framed = frames.from_client(payload)
        if self._sockets[number].send(framed) != len(framed):
            raise CannotMeasure("The server takes messages too slowly to be measured.")

    def pump_until(self, reached: Callable[[], bool], what: str) -> None:
        """Read until something holds that a server in order brings about."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            self.client.pump()
            self.check()
            if time.monotonic() > deadline:
                raise CannotMeasure(f"Waited {PATIENCE_SECONDS:.0f} s in vain for {what}.")

    def rest(self, seconds: float) -> None:
        """Read, and answer pings, for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.client.pump(nap_us=2_000)
        self.check()

    def check(self) -> None:
        """A socket that ended makes every count wrong."""
        if self.client.closed:
            codes = {self.client.code(number) for number in self._sockets if self._is_closed(number)}
            raise CannotMeasure(
                f"The server closed {self.client.closed} sockets, with {sorted(codes) or 'no code'}."
            )

    def close(self) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._sockets.clear()
        self.client.close()

    def _connect(self, number: int) -> None:
        connection = socket.create_connection(("127.0.0.1", self._door.port), timeout=PATIENCE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._door.buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._door.buffer)
        connection.sendall(
            frames.handshake(self._door.path, port=self._door.port, token=self._tokens[number])
        )
        connection.settimeout(0)
        self._sockets[number] = connection
        self.client.watch(number, connection)

    def _is_greeted(self, number: int) -> bool:
        """Whether a socket that moved has its answer; one that has just opened says its first frame."""
        if self._is_closed(number):
            raise CannotMeasure(f"A socket was refused with {self.client.code(number)}.")
        if self.client.seen(number, Mark.READY):
            return True
        connection = self._sockets[number]
        connection.settimeout(PATIENCE_SECONDS)  # it may be longer than what a buffer holds
        connection.sendall(frames.from_client(self._door.first(number)))
        connection.settimeout(0)
        return False

    def _is_closed(self, number: int) -> bool:
        return self.client.state(number) is State.CLOSED
