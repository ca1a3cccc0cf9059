"""The receiving side in C (client.c) as Python sees it."""

import ctypes
import socket
from collections.abc import Sequence
from pathlib import Path

from hubbub.ops.bench.client import DEPTH, MARKS, NAP_US, REPORTED, Mark, State
from hubbub.ops.bench.lateness import BINS


class _Link(ctypes.Structure):
    _fields_ = [
        ("fd", ctypes.c_int32),
        ("state", ctypes.c_int32),
        ("timed", ctypes.c_int32),
        ("ring", ctypes.c_int32),
        ("code", ctypes.c_int32),
        ("moved", ctypes.c_int32),
        ("seen", ctypes.c_uint64 * len(MARKS)),
        ("rest", ctypes.c_void_p),
        ("held", ctypes.c_uint64),
        ("room", ctypes.c_uint64),
    ]


class _Client(ctypes.Structure):
    _fields_ = [
        ("poller", ctypes.c_int32),
        ("links", ctypes.c_int32),
        ("moved_count", ctypes.c_int32),
        ("reported", ctypes.c_int32),
        ("bytes", ctypes.c_uint64),
        ("frames", ctypes.c_uint64),
        ("closed", ctypes.c_uint64),
        ("total", ctypes.c_uint64 * len(MARKS)),
        ("link", ctypes.POINTER(_Link)),
        ("moved", ctypes.POINTER(ctypes.c_int32)),
        ("due", ctypes.POINTER(ctypes.c_uint64)),
        ("late", ctypes.POINTER(ctypes.c_uint32)),
    ]


class NativeClient:
    def __init__(self, library: Path, *, links: int, rings: int = 1) -> None:
        self._c = ctypes.CDLL(str(library))
        self._c.client_new.restype = ctypes.POINTER(_Client)
        self._client = self._c.client_new(links, rings)
        self._pump = self._c.client_pump
        self._fields = self._client.contents
        self._fields.reported = sum(1 << mark for mark in REPORTED)
        for mark, text in MARKS.items():
            self._c.client_mark(self._client, int(mark), text)

    @property
    def closed(self) -> int:
        return int(self._fields.closed)

    def watch(self, number: int, connection: socket.socket) -> None:
        self._c.client_watch(self._client, number, connection.fileno())

    def timed(self, number: int, mark: Mark, *, ring: int) -> None:
        self._fields.link[number].timed = int(mark)
        self._fields.link[number].ring = ring

    def due(self, ring: int, number: int, at_ns: int) -> None:
        self._fields.due[ring * DEPTH + number % DEPTH] = at_ns

    def pump(self, nap_us: int = NAP_US) -> Sequence[int]:
        count: int = self._pump(self._client, nap_us)
        return self._fields.moved[:count] if count else ()

    def state(self, number: int) -> State:
        return State(self._fields.link[number].state)

    def code(self, number: int) -> int:
        return int(self._fields.link[number].code)

    def seen(self, number: int, mark: Mark) -> int:
        return int(self._fields.link[number].seen[mark])

    def total(self, mark: Mark) -> int:
        return int(self._fields.total[mark])

    def late(self) -> Sequence[int]:
        late: list[int] = self._fields.late[:BINS]
        return late

    def reset(self) -> None:
        self._c.client_reset(self._client)

    def close(self) -> None:
        self._c.client_free(self._client)
