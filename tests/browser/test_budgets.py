"""The budgets that every run holds: few rows, little memory, nothing that moves. The rest is in `make budgets`."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Past
from tests.browser.reading import at_rest, below, cookies_of, is_alive, opened, row, scrolled_up, settle
from tests.budgets import keeping, probes
from tests.budgets.house import Laptop, say_many
from tests.support.pages import Pages

ARRIVE, READ_BACK = 10_000, 4_500
HEAP_MB, ROWS, NODES = 25, 300, 4000


@pytest.mark.timeout(240)
def test_b5_ten_thousand_messages_leave_the_page_small(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    page.evaluate(probes.DRIFT)
    tools = page.context.new_cdp_session(page)
    laptop = Laptop(page, tools)
    mouth = past.server.session_socket(past.ben)
    mouth.hello()

    say_many(mouth, [past.id], ARRIVE)
    mouth.cut()
    past.ben.say(past.id, "the last of many")

    expect(row(page, "the last of many")).to_be_in_viewport(timeout=60_000)
    settle(page)
    assert below(page) == 0
    applied = page.evaluate("window.__chat.stats().applied")[past.id]
    assert applied > ARRIVE, "the premise: they have all arrived"
    assert page.evaluate("window.drift")["most"] <= ROWS
    assert laptop.heap_mb() <= HEAP_MB

    # And all the way up through much of it.
    page.evaluate("window.drift.blank = 0")
    most = page.evaluate(keeping.READ_IT_ALL, READ_BACK)
    at_rest(page)

    assert page.evaluate("window.__chat.stats().records") >= READ_BACK, "the premise: pages of the past came"
    found = page.evaluate("window.drift")
    assert max(most, found["most"]) <= ROWS
    assert found["blank"] == 0
    assert laptop.heap_mb() <= HEAP_MB
    tools.send("Performance.enable")
    assert laptop.metrics()["Nodes"] <= NODES


def test_nothing_moves_by_itself(past: Past, pages: Pages) -> None:
    other = past.ada.make_room(f"beside {past.name}")["name"]
    page = pages.blank()
    page.add_init_script(probes.SHIFTS)
    page.context.add_cookies(cookies_of(past.ada))
    page.goto(past.url)
    is_alive(page)
    assert "layout-shift" in page.evaluate("PerformanceObserver.supportedEntryTypes"), "the premise"

    for number in range(5):
        past.ben.say(past.id, f"news {number}")
        expect(row(page, f"news {number}")).to_be_in_viewport()
    page.locator(".room").get_by_text(other, exact=True).click()
    expect(page.get_by_role("heading", name=other).first).to_be_visible()
    page.locator(".room").get_by_text(past.name, exact=True).click()
    expect(row(page, "news 4")).to_be_in_viewport()
    scrolled_up(page)
    past.ben.say(past.id, "while one reads")
    expect(page.locator(".foot > .jump")).to_contain_text("1 new message")
    settle(page)

    assert page.evaluate("window.shifts") == []
