"""Budgets 13 to 15 and 19: what a message costs the page, and that reading stays smooth and in its place."""

from collections.abc import Iterator

from tests.budgets import floors, probes
from tests.budgets.finding import Finding, percentile
from tests.budgets.house import House, Laptop, say_many
from tests.support.sockets import SessionSocket

ALONE, TURNS = 60, 12
SPEED = 1500  # pixels a second: a fast thumb
FAR_BACK = 12_000  # pixels


def append(house: House) -> Iterator[Finding]:
    """Messages that come one by one, each drawn in a frame of its own."""
    with house.laptop(scripts=(probes.SHIFTS,)) as laptop, house.mouth() as mouth:
        say_many(mouth, [house.large["id"]], 240)
        laptop.page.wait_for_timeout(1000)
        laptop.page.evaluate("window.shifts.length = 0")
        laptop.slow()
        spent = [laptop.work(lambda: _one_more(house, laptop, mouth)) for _ in range(ALONE)]
        shifts = laptop.page.evaluate("window.shifts")
    yield Finding(13, "one message at the end, script, style and layout, p75", 4, percentile(spent, 75), "ms")
    yield from floors.appending(house)
    yield Finding(19, "layout shift while messages arrive", 0, sum(one["value"] for one in shifts))


def _one_more(house: House, laptop: Laptop, mouth: SessionSocket) -> None:
    """A message, and whatever else happens until it has been read."""
    say_many(mouth, [house.large["id"]], 1)
    laptop.page.wait_for_timeout(100)


def prepend(house: House) -> Iterator[Finding]:
    spent, drift = _pages_above(house), _drift(house)
    yield Finding(14, "60 older rows above, p75", 60, percentile(spent, 75), "ms")
    yield Finding(
        14, "what one reads moves meanwhile", 0, drift["worst"] if drift["worst"] >= 0.5 else 0, "px"
    )
    yield Finding(14, f"frames without a row, of {drift['frames']:.0f}", 0, drift["blank"])


def _pages_above(house: House) -> list[float]:
    """The work from a page's arrival to its rows on the screen."""
    with house.laptop() as laptop:
        laptop.slow()
        return [laptop.work(lambda: laptop.page.evaluate(UP_A_PAGE)) for _ in range(TURNS)]


# To the top of what is there; until more rows stand above.
UP_A_PAGE = """() => new Promise((done) => {
  const log = document.querySelector('[role=log]');
  const first = () => Number(document.querySelector('article.msg[data-seq]').dataset.seq);
  const known = first();
  const watch = new MutationObserver(() => {
    if (first() >= known) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(done));
  });
  watch.observe(document.querySelector('.rows'), {childList: true});
  log.dispatchEvent(new WheelEvent('wheel', {deltaY: -10}));
  log.scrollTop = Math.min(log.scrollTop - 50, log.clientHeight);
})"""


def _drift(house: House) -> dict[str, float]:
    with house.laptop() as laptop:
        laptop.page.evaluate(probes.DRIFT)
        _swipe(laptop, FAR_BACK)
        found: dict[str, float] = laptop.page.evaluate("window.drift")
    assert found["frames"] > 100, "many frames were looked at"
    return found


def scroll(house: House) -> Iterator[Finding]:
    with house.laptop() as laptop:
        laptop.slow()
        before = laptop.page.evaluate("window.__chat.stats().records")
        laptop.page.evaluate(probes.FRAMES)
        _swipe(laptop, FAR_BACK)
        deltas = [float(one) for one in laptop.page.evaluate("window.frames_.deltas")]
        loaded = laptop.page.evaluate("window.__chat.stats().records") - before
    assert loaded > 100, "pages were loaded meanwhile"
    late = sum(1 for delta in deltas if delta > 34)
    yield Finding(
        15,
        "frames a second while scrolling, median",
        58,
        round(1000 / percentile(deltas, 50), 1),
        at_least=True,
    )
    yield Finding(15, f"frames over 33 ms, of {len(deltas)}", 0, late)
    yield Finding(15, "longest frame", 33, max(deltas), "ms")


def _swipe(laptop: Laptop, pixels: int) -> None:
    laptop.tools.send(
        "Input.synthesizeScrollGesture",
        {
            "x": 700,
            "y": 400,
            "yDistance": pixels,
            "speed": SPEED,
            "gestureSourceType": "mouse",
            "preventFling": True,
        },
    )
