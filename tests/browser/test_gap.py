"""Row D7 of docs/behaviour.md: after too long an absence the newest page comes, and one finds one's place."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LENGTH, Past
from tests.browser.reading import below, first_in_view, is_alive, row, scrolled_up, settle, top_of
from tests.browser.room_page import WENT_AWAY
from tests.budgets.house import say_many
from tests.support.pages import Pages
from tests.support.wire import Lay, Wire

TOO_MANY = 2_500
BACK = "Jump to where you were"


@pytest.fixture
def wire(past: Past, wire_to: Lay, pages: Pages) -> Wire:
    pages.expect_complaints(*WENT_AWAY)
    return wire_to(past.server)


@pytest.fixture
def page(past: Past, wire: Wire, pages: Pages) -> Page:
    opened = pages.open_through(wire.base_url, past.ada, past.path)
    is_alive(opened)
    return opened


def much_is_missed(past: Past, wire: Wire, page: Page) -> None:
    wire.cut()
    mouth = past.server.session_socket(past.ben)
    mouth.hello()
    say_many(mouth, [past.id], TOO_MANY)
    mouth.cut()
    wire.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    head = past.ada.room_named(past.name)["head"]
    page.wait_for_function(
        "([room, head]) => window.__chat.stats().applied[room] >= head", arg=[past.id, head], timeout=30_000
    )


def test_d7_whoever_was_at_the_end_sees_the_newest_page_and_can_go_back(
    past: Past, wire: Wire, page: Page
) -> None:
    much_is_missed(past, wire, page)

    expect(page.get_by_text(f"number {TOO_MANY - 1}:")).to_be_in_viewport()
    assert below(page) == 0
    assert page.evaluate("window.__chat.stats().records") < TOO_MANY, "the premise: not all of it was fetched"
    page.get_by_role("button", name=BACK).click()

    expect(row(page, f"message {LENGTH - 1}")).to_be_in_viewport()
    expect(page.get_by_role("button", name=BACK)).to_have_count(0)


def test_d7_whoever_was_reading_stays_at_what_was_read(past: Past, wire: Wire, page: Page) -> None:
    scrolled_up(page)
    reading = first_in_view(page)
    before = top_of(page, reading)

    much_is_missed(past, wire, page)

    expect(row(page, reading)).to_be_in_viewport()
    settle(page)
    assert top_of(page, reading) == before
    expect(page.get_by_role("button", name=BACK)).to_have_count(0)
