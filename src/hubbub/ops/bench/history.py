"""Reading over HTTP from a store with some history: opening a room, paging back, and the list of many rooms."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from hubbub.ops.bench.failed import CannotMeasure
from hubbub.ops.bench.figures import Figure, Section
from hubbub.ops.bench.lateness import Lateness
from hubbub.ops.bench.product import Product
from hubbub.ops.bench.requests import Requests
from hubbub.ops.bench.workshop import Workshop

PART = "history"
MANY_ROOMS = 200
PAGE = 50
TIMES = 200


def measure(workshop: Workshop) -> Iterator[Section]:
    """One room holds half of the messages, two hundred hold the other half."""
    messages = max(MANY_ROOMS * 2, round(workshop.messages * min(1.0, workshop.scale)))
    with workshop.product() as product:
        began = time.monotonic()
        reader = _seeded(product, messages // 2, rooms=1)
        busy_reader = _seeded(product, messages // 2, rooms=MANY_ROOMS)
        seconds = time.monotonic() - began
        deep, wide = product.tokens(reader, busy_reader)
        product.start()
        seeded = [Figure("messages/s by `hubbub seed`, with its start", messages / seconds)]
        yield Section(PART, "a seeded store", seeded, {"messages": messages})
        yield _deep_room(product, product.requests(deep), workshop.count(TIMES, least=10))
        yield _many_rooms(product, product.requests(wide), workshop.count(TIMES, least=10))


def _seeded(product: Product, messages: int, *, rooms: int) -> str:
    """A person who was made with them, and is in each of the rooms."""
    told = product.command("seed", "--messages", str(messages), "--rooms", str(rooms))
    found = re.search(r"^Sign in as ([^\s,]+)", told, re.MULTILINE)
    if found is None:
        raise CannotMeasure(f"`hubbub seed` does not tell whom it made: {told[:200]}")
    return found[1]


def _deep_room(product: Product, requests: Requests, times: int) -> Section:
    room = max(requests.get("/api/v1/rooms")["rooms"], key=lambda one: one["head"])
    path = f"/api/v1/rooms/{room['id']}/messages?limit={PAGE}"
    opened, cpu = _timed(product, times, lambda _: requests.raw("GET", path))
    before = _positions(requests, path, times)
    paged, paged_cpu = _timed(
        product, times, lambda number: requests.raw("GET", f"{path}&before={before[number]}")
    )
    figures = [*_figures("open", opened, cpu), *_figures("page back", paged, paged_cpu)]
    return Section(
        PART, f"a room with {room['head']:,} events, {PAGE} messages a page", figures, {"requests": 2 * times}
    )


def _positions(requests: Requests, path: str, times: int) -> list[int]:
    """The position of each page, going back; from the newest again when the beginning is reached."""
    positions: list[int] = []
    newest = requests.get(path)["messages"]
    oldest = newest[0]["seq"]
    for _ in range(times):
        positions.append(oldest)
        page = requests.get(f"{path}&before={oldest}")["messages"]
        oldest = page[0]["seq"] if page else newest[0]["seq"]
    return positions


def _many_rooms(product: Product, requests: Requests, times: int) -> Section:
    rooms: list[Any] = requests.get("/api/v1/rooms")["rooms"]
    unread = sum(1 for room in rooms if room["unread"])
    listed, cpu = _timed(product, times, lambda _: requests.raw("GET", "/api/v1/rooms"))
    counted = {"rooms": len(rooms), "with unread": unread, "requests": times}
    return Section(PART, f"the list of {len(rooms)} rooms", _figures("list", listed, cpu), counted)


def _timed(product: Product, times: int, act: Callable[[int], object]) -> tuple[Lateness, float]:
    """How long each took, one after the other, and what one cost the server in milliseconds."""
    for number in range(3):
        act(number)
    cpu, samples = product.cpu_seconds(), []
    for number in range(times):
        began = time.perf_counter()
        act(number)
        samples.append((time.perf_counter() - began) * 1000)
    return Lateness.of_samples(samples), (product.cpu_seconds() - cpu) * 1000 / times


def _figures(what: str, took: Lateness, cpu_ms: float) -> list[Figure]:
    return [
        Figure(f"{what}: p50, ms", took.p50),
        Figure(f"{what}: p99, ms", took.p99),
        Figure(f"{what}: CPU of the server, ms", cpu_ms),
    ]
