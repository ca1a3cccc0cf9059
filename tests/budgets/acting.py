"""Budgets 9 to 11: how soon the page answers whoever types and presses."""

import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

from playwright.sync_api import Page, expect

from tests.budgets import floors, probes
from tests.budgets.finding import Finding, percentile
from tests.budgets.house import TYPIST, House, Laptop, say_many

LETTERS, SENTENCES = 300, 40
ARRIVING = 1 / 20  # seconds between two messages of others
SHORT = 300  # milliseconds between two sentences of somebody who is in a hurry
MENU = "[role=menu]"


def type_words(house: House) -> Iterator[Finding]:
    with house.laptop(scripts=(probes.EVENTS, probes.ECHOES)) as laptop:
        _fill(house, laptop)
        laptop.slow()
        with Talking(house):
            keys = _keys(laptop)
        echoes = _echoes(laptop)
    yield Finding(9, "key to letter, median (20 messages/s arrive)", 16, percentile(keys, 50), "ms")
    yield Finding(9, "key to letter, p98", 50, percentile(keys, 98), "ms")
    yield from floors.keys(house)
    yield Finding(10, "Enter to row, p95", 50, percentile(echoes, 95), "ms")


def _fill(house: House, laptop: Laptop) -> None:
    """As many rows as there ever are, or nearly."""
    with house.mouth() as mouth:
        say_many(mouth, [house.large["id"]], 250)
    laptop.page.wait_for_function("() => document.querySelectorAll('article.msg').length >= 180")


def _keys(laptop: Laptop) -> list[float]:
    field = laptop.page.locator(".comp textarea")
    field.focus()
    taken = laptop.type_letters(LETTERS)
    field.fill("")
    return taken


def _echoes(laptop: Laptop) -> list[float]:
    field = laptop.page.locator(".comp textarea")
    for number in range(SENTENCES):
        field.fill(f"words {number}")
        laptop.page.wait_for_timeout(TYPIST)
        laptop.page.keyboard.press("Enter")
        expect(field).to_have_value("")
        laptop.page.wait_for_timeout(SHORT)
    laptop.page.wait_for_function(f"() => window.echoes.length >= {SENTENCES}")
    return [float(one) for one in laptop.page.evaluate("window.echoes")]


class Talking:
    """Somebody says something twenty times a second, meanwhile."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._done = Event()
        self._thread = Thread(target=self._talk, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(timeout=30)

    def _talk(self) -> None:
        with self._house.mouth() as mouth:
            while not self._done.is_set():
                say_many(mouth, [self._house.large["id"]], 1)
                time.sleep(ARRIVING)


def go_through_a_day(house: House, *, rounds: int = 8) -> Iterator[Finding]:
    """What people do in ten minutes, without the pauses: every interaction counts, until the next frame."""
    with house.laptop(scripts=(probes.EVENTS,)) as laptop:
        laptop.slow()
        for number in range(rounds):
            for deed in DEEDS:
                deed(laptop.page, house, number)
        laptop.page.wait_for_timeout(500)
        told = laptop.page.evaluate(
            "window.events.filter(({id}) => id).map(({id, duration}) => [id, duration])"
        )
    worst: dict[int, float] = {}
    for one, duration in told:
        worst[one] = max(worst.get(one, 0.0), float(duration))
    yield Finding(
        11, f"interaction to next paint, p98 of {len(worst)}", 120, percentile(list(worst.values()), 98), "ms"
    )


def _visit(page: Page, house: House, number: int) -> None:
    page.locator(f"[data-room-id='{house.rooms[1 + number % 10]['id']}']").click()
    expect(page.locator("article.msg").first).to_be_visible()
    page.locator(f"[data-room-id='{house.large['id']}']").click()
    expect(page.locator("article.msg").first).to_be_visible()


def _write(page: Page, _house: House, number: int) -> None:
    field = page.locator(".comp textarea")
    field.press_sequentially(f"something of some length, {number} @b")
    expect(page.locator(".completion")).to_be_visible()
    page.keyboard.press("Escape")
    field.fill(f"said {number}")
    field.press("Enter")
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(0)


def _react(page: Page, _house: House, _number: int) -> None:
    page.locator("article.msg").last.hover()
    page.locator(".tools [data-act=more]").click()
    expect(page.locator(MENU)).to_be_visible()
    page.locator(f"{MENU} .quick button").first.click()
    expect(page.locator(MENU)).to_have_count(0)


def _edit(page: Page, _house: House, number: int) -> None:
    page.locator(".comp textarea").press("ArrowUp")
    page.locator("textarea.edit").press_sequentially(f" more {number}")
    page.keyboard.press("Enter")
    expect(page.locator("textarea.edit")).to_have_count(0)


def _switch(page: Page, _house: House, _number: int) -> None:
    page.keyboard.press("Control+k")
    page.locator("dialog.switcher input").press_sequentially("bulk 1")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


def _look(page: Page, _house: House, _number: int) -> None:
    for key in ("PageUp", "PageUp", "PageUp", "End"):
        page.locator(".comp textarea").press(key)
        page.wait_for_timeout(100)


def _pick(page: Page, _house: House, _number: int) -> None:
    page.locator(".comp .ib").first.click()
    page.locator(".picker input").press_sequentially("heart")
    page.keyboard.press("Escape")
    expect(page.locator(".picker")).to_have_count(0)


def _choose(page: Page, _house: House, number: int) -> None:
    page.locator(".me .ib").click()
    page.locator(f"{MENU} [role=menuitem]").first.click()
    page.locator(".settings input[name=theme]").nth(1 + number % 2).check()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


DEEDS: list[Callable[[Page, House, int], None]] = [
    _visit,
    _write,
    _react,
    _edit,
    _switch,
    _look,
    _pick,
    _choose,
]
