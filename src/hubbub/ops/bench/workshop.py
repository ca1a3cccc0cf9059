"""What every measurement needs: folders, the compiled programs, the store, and how large it is to be."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hubbub.ops.bench.client import Client
from hubbub.ops.bench.crowd import Crowd, Door
from hubbub.ops.bench.floor import Floor, Mode
from hubbub.ops.bench.native import Native
from hubbub.ops.bench.native_client import NativeClient
from hubbub.ops.bench.processes import Seats
from hubbub.ops.bench.product import Product, Store
from hubbub.ops.bench.python_client import PythonClient


@dataclass(frozen=True, slots=True)
class Workshop:
    """`scale` shrinks counts and times alike: 1 is what the documents speak of."""

    native: Native | None
    store: Store
    seats: Seats
    scale: float = 1.0
    members: tuple[int, ...] = (100, 1000)
    messages: int = 50_000
    sockets: int = 1000

    @property
    def rounds(self) -> int:
        return 3 if self.scale >= 0.5 else 1

    def count(self, full: int, *, least: int = 2) -> int:
        return max(least, round(full * self.scale))

    def seconds(self, full: float) -> float:
        return max(0.2, full * self.scale)

    @contextmanager
    def product(self) -> Iterator[Product]:
        """A product not yet started, on data of its own."""
        folder = Path(tempfile.mkdtemp(prefix="hubbub-bench-"))
        try:
            with Product(folder, self.store, self.seats) as product:
                yield product
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def floor(self, mode: Mode) -> Floor:
        return Floor(self.native.floor if self.native else None, mode, self.seats)

    @contextmanager
    def crowd(self, door: Door, tokens: Sequence[str | None], *, rings: int = 1) -> Iterator[Crowd]:
        """Sockets that are not open yet; all are closed with the block."""
        crowd = Crowd(self._client(len(tokens), rings), door, tokens)
        try:
            yield crowd
        finally:
            crowd.close()

    def _client(self, links: int, rings: int) -> Client:
        if self.native is None:
            return PythonClient(links=links, rings=rings)
        return NativeClient(self.native.client, links=links, rings=rings)
