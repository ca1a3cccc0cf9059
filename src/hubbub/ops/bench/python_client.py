"""The receiving side without a compiler: slower than a good server is, and the table says so."""

import select
import socket
import time
from array import array
from collections.abc import Sequence

from hubbub.ops.bench import frames
from hubbub.ops.bench.client import BIN_NS, DEPTH, MARKS, NAP_US, READ_BYTES, REPORTED, Mark, State
from hubbub.ops.bench.lateness import BINS


class _PythonLink:
    __slots__ = ("code", "connection", "rest", "ring", "seen", "state", "timed")

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.state = State.GREETING
        self.timed: Mark | None = None
        self.ring = 0
        self.code = 0
        self.rest = b""
        self.seen = [0] * len(MARKS)


class PythonClient:
    """Counts what client.c counts."""

    def __init__(self, *, links: int, rings: int = 1) -> None:
        self._links: dict[int, _PythonLink] = {}
        self._numbers: dict[int, int] = {}
        self._poller = select.epoll()
        self._due = array("Q", bytes(8 * rings * DEPTH))
        self._late = array("I", bytes(4 * BINS))
        self._total = [0] * len(MARKS)
        self._moved: dict[int, None] = {}
        self.closed = 0

    def watch(self, number: int, connection: socket.socket) -> None:
        self._links[number] = _PythonLink(connection)
        self._numbers[connection.fileno()] = number
        self._poller.register(connection.fileno(), select.EPOLLIN)

    def timed(self, number: int, mark: Mark, *, ring: int) -> None:
        self._links[number].timed = mark
        self._links[number].ring = ring

    def due(self, ring: int, number: int, at_ns: int) -> None:
        self._due[ring * DEPTH + number % DEPTH] = at_ns

    def pump(self, nap_us: int = NAP_US) -> Sequence[int]:
        self._moved.clear()
        ready = self._poller.poll(0, 512)
        for descriptor, _ in ready:
            self._receive(self._numbers[descriptor])
        if not ready and nap_us:
            time.sleep(nap_us / 1_000_000)
        return list(self._moved)

    def state(self, number: int) -> State:
        return self._links[number].state

    def code(self, number: int) -> int:
        return self._links[number].code

    def seen(self, number: int, mark: Mark) -> int:
        return self._links[number].seen[mark]

    def total(self, mark: Mark) -> int:
        return self._total[mark]

    def late(self) -> Sequence[int]:
        return self._late

    def reset(self) -> None:
        for link in self._links.values():
            link.seen = [0] * len(MARKS)
        self._total = [0] * len(MARKS)
        self._late = array("I", bytes(4 * BINS))

    def close(self) -> None:
        self._poller.close()

    def _receive(self, number: int) -> None:
        link = self._links[number]
        try:
            got = link.connection.recv(READ_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        if not got:
            self._end(number, 1006)
            return
        data = link.rest + got
        used = self._take_greeting(number, data) if link.state is State.GREETING else 0
        now = time.monotonic_ns()
        for opcode, payload, used_by_then in frames.whole_frames(data, used):
            used = used_by_then
            if link.state is State.OPEN:
                self._take(number, opcode, payload, now)
        link.rest = data[used:]

    def _take_greeting(self, number: int, data: bytes) -> int:
        stop = data.find(b"\r\n\r\n")
        if stop < 0:
            return 0
        if data[9:12] != b"101":
            self._end(number, int(data[9:12]))
            return len(data)
        self._links[number].state = State.OPEN
        self._moved[number] = None
        return stop + 4

    def _take(self, number: int, opcode: int, payload: bytes, now: int) -> None:
        if opcode == frames.CLOSE:
            self._end(number, int.from_bytes(payload[:2], "big") or 1005)
        elif opcode == frames.PING:
            self._links[number].connection.send(frames.pong(payload))
        else:
            self._count(number, payload, now)

    def _count(self, number: int, payload: bytes, now: int) -> None:
        link = self._links[number]
        for mark, text in MARKS.items():
            found = payload.count(text)
            if not found:
                continue
            if mark is link.timed:
                self._note(link, mark, found, now)
            link.seen[mark] += found
            self._total[mark] += found
            if mark in REPORTED:
                self._moved[number] = None

    def _note(self, link: _PythonLink, mark: Mark, found: int, now: int) -> None:
        first = link.seen[mark]
        for which in range(first, first + found):
            waited = now - self._due[link.ring * DEPTH + which % DEPTH]
            self._late[min(max(waited, 0) // BIN_NS, BINS - 1)] += 1

    def _end(self, number: int, code: int) -> None:
        link = self._links[number]
        if link.state is State.CLOSED:
            return
        self._poller.unregister(link.connection.fileno())
        link.state = State.CLOSED
        link.code = code
        self.closed += 1
        self._moved[number] = None
