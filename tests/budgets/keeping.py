"""Budgets 16 to 18: what a page keeps after much was seen, and what it does while nothing happens."""

from collections.abc import Iterator

from tests.budgets import probes
from tests.budgets.finding import Finding
from tests.budgets.house import House, Laptop, say_many
from tests.support.http_client import accepted

SEEN = 10_000
SOAK_ROOMS, SOAK_MESSAGES, SOAK_SWITCHES = 20, 28_800, 200
STILL = 20  # seconds


def remember(house: House) -> Iterator[Finding]:
    """The whole past of a large room, read from the end to the beginning."""
    with house.laptop() as laptop:
        most = int(laptop.page.evaluate(READ_IT_ALL, SEEN))
        heap = laptop.heap_mb()
        laptop.page.wait_for_timeout(2000)  # what nobody keeps any more is given back to the system
        tab = house.tab_mb()
        nodes = laptop.metrics()["Nodes"]
        seen = laptop.page.evaluate("window.__chat.stats().records")
    yield Finding(16, f"JS heap, {seen:,} messages seen in one room", 25, heap, "MB")
    yield Finding(16, "nodes of the document", 4000, nodes)
    yield Finding(16, "memory of the tab", 160, tab, "MB")
    yield Finding(16, "rows on the page, at most", 300, most)


# Up, as far as there is something or enough was seen; the most rows there ever were.
READ_IT_ALL = """async (enough) => {
  const log = document.querySelector('[role=log]');
  let most = 0;
  const seen = () => window.__chat.stats();
  for (let idle = 0, known = 0; idle < 300; idle += 1) {
    log.dispatchEvent(new WheelEvent('wheel', {deltaY: -10}));
    log.scrollTop = Math.max(0, log.scrollTop - 0.7 * log.clientHeight);
    await new Promise(requestAnimationFrame);
    const {rows, records} = seen();
    most = Math.max(most, rows);
    if (records >= enough) return most;
    if (records > known) [idle, known] = [0, records];
  }
  return most;
}"""


def soak(house: House) -> Iterator[Finding]:
    """Eight hours of a message a second in twenty rooms, with a change of room now and then; without the pauses.

    The messages and the changes are all gone through, each heard and drawn before the next change. Only the time
    between them is left out, and with it what the clock alone would do: pings, looks at the heads, another day.
    """
    rooms = [room["id"] for room in house.rooms if room["kind"] == "public"][:SOAK_ROOMS]
    with house.laptop() as laptop, house.mouth() as mouth:
        for room in rooms:
            if room != house.large["id"]:  # where the laptop is
                _enter(laptop, room)
        before = laptop.heap_mb()
        for number in range(SOAK_SWITCHES):
            say_many(mouth, rooms, SOAK_MESSAGES // SOAK_SWITCHES)
            _hears(laptop, house, rooms)
            _enter(laptop, rooms[number % len(rooms)])
        laptop.page.wait_for_timeout(2000)
        after, detached = laptop.heap_mb(), laptop.detached_rows()
    what = f"heap grows in 8 h ({SOAK_MESSAGES:,} messages, {SOAK_SWITCHES} switches)"
    yield Finding(17, what, 5, after - before, "MB")
    yield Finding(17, "rows that are on no page and yet kept", 0, detached)


def _hears(laptop: Laptop, house: House, rooms: list[str]) -> None:
    """Until the page has applied all that was said: nothing may be spared it by being skipped."""
    listed = accepted(house.reader.get("/api/v1/rooms"))["rooms"]
    heads = {room["id"]: room["head"] for room in listed if room["id"] in rooms}
    laptop.page.wait_for_function(HEARS, arg=heads)


HEARS = """(heads) => {
  const {applied} = window.__chat.stats();
  return Object.entries(heads).every(([room, head]) => applied[room] >= head);
}"""


def _enter(laptop: Laptop, room: str) -> None:
    laptop.page.evaluate(probes.SWITCH, room)


def idle(house: House) -> Iterator[Finding]:
    with house.laptop(scripts=(probes.TIMERS,)) as laptop:
        laptop.slow()
        laptop.page.wait_for_timeout(6000)
        laptop.page.evaluate("window.timers.length = 0")
        before = laptop.metrics()
        laptop.page.wait_for_timeout(1000 * STILL)
        after = laptop.metrics()
        timers = laptop.page.evaluate("window.timers.filter(({delay}) => delay < 1000).length")
    spent = 1000 * (after["ScriptDuration"] - before["ScriptDuration"]) / STILL
    yield Finding(18, "script while nothing happens, a second", 5, spent, "ms")
    yield Finding(18, f"timers under 1 s set in {STILL} s", 0, timers)
