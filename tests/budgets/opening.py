"""Budgets 6 to 8, 12 and 19: how soon something stands on the screen, and that it stays where it stands."""

from collections.abc import Iterator

from playwright.sync_api import BrowserContext

from tests.budgets import probes
from tests.budgets.finding import Finding, percentile
from tests.budgets.house import FAR, HOME, House, Network, go, is_alive, open_in
from tests.support.waiting import wait_until

RUNS, SHARE = 5, 75
INSTALLED = """async () => Boolean((await navigator.serviceWorker.getRegistration('/chat/'))?.active
  && navigator.serviceWorker.controller)"""


def open_cold(house: House) -> Iterator[Finding]:
    near, typed, shifts = zip(*(_cold(house, HOME) for _ in range(RUNS)), strict=True)
    far = [_cold(house, FAR)[0] for _ in range(RUNS)]
    yield Finding(6, "first message, cold, 30 ms and 10 Mbit/s", 900, percentile(near, SHARE), "ms")
    yield Finding(6, "first message, cold, 150 ms and 1.6 Mbit/s", 2200, percentile(far, SHARE), "ms")
    yield Finding(8, "first letter echoed, cold", 1200, percentile(typed, SHARE), "ms")
    yield Finding(19, "layout shift while a room opens", 0, max(shifts))


def _cold(house: House, network: Network) -> tuple[float, float, float]:
    with house.profile() as context:
        laptop = open_in(context, probes.OPENING, probes.SHIFTS)
        laptop.over(network)
        laptop.slow()
        page = laptop.page
        page.goto(
            f"{house.server.base_url}/chat/{house.large['name'].replace(' ', '%20')}/", wait_until="commit"
        )
        page.locator(".comp textarea").press("x")
        page.wait_for_function("() => window.opening.message && window.opening.typed")
        is_alive(page)
        seen = page.evaluate("window.opening")
        return (
            seen["message"],
            seen["typed"],
            page.evaluate("window.shifts.reduce((sum, one) => sum + one.value, 0)"),
        )


def open_warm(house: House) -> Iterator[Finding]:
    with house.wire() as wire, house.profile(wire.base_url) as context:
        _install(house, context, wire.base_url)
        online = [_warm(context, wire.base_url, house) for _ in range(RUNS)]
        wire.cut()
        offline = [_warm(context, wire.base_url, house, alive=False) for _ in range(RUNS)]
    yield Finding(7, "first message, warm", 350, percentile(online, SHARE), "ms")
    yield Finding(7, "first message, warm, offline", 350, percentile(offline, SHARE), "ms")


def _install(house: House, context: BrowserContext, base_url: str) -> None:
    laptop = open_in(context)
    go(laptop, base_url, house.large)
    wait_until("the worker is there", lambda: laptop.page.evaluate(INSTALLED) is True, timeout=60)
    laptop.page.reload()
    is_alive(laptop.page)
    laptop.page.wait_for_timeout(2500)  # rooms are kept a moment after they were seen
    laptop.page.close()


def _warm(context: BrowserContext, base_url: str, house: House, *, alive: bool = True) -> float:
    laptop = open_in(context, probes.OPENING)
    laptop.slow()
    address = f"{base_url}/chat/{house.large['name'].replace(' ', '%20')}/"
    laptop.page.goto(address, wait_until="commit")
    laptop.page.wait_for_function("() => window.opening.message")
    found = float(laptop.page.evaluate("window.opening.message"))
    if alive:
        is_alive(laptop.page)
    laptop.page.close()
    return found


def switch_rooms(house: House) -> Iterator[Finding]:
    """The first visit to a room waits for its page; the others do not."""
    others = [room["id"] for room in house.rooms[1 : 2 * RUNS + 1]]
    with house.laptop(scripts=(probes.SHIFTS,)) as laptop:
        laptop.over(HOME)
        laptop.slow()
        first = [float(laptop.page.evaluate(probes.SWITCH, room)) for room in others]
        again = [float(laptop.page.evaluate(probes.SWITCH, room)) for room in others]
        laptop.page.wait_for_timeout(500)
        shifts = laptop.page.evaluate("window.shifts")
    yield Finding(12, "another room, seen before", 80, percentile(again, SHARE), "ms")
    yield Finding(12, "another room, never seen, 30 ms", 250, percentile(first, SHARE), "ms")
    yield Finding(19, "layout shift while rooms are switched", 0, sum(one["value"] for one in shifts))
