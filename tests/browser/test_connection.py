"""Rows D (and B6, C4, J7) of docs/behaviour.md: the truth about the connection, and nothing missed whatever it does."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room_page import WENT_AWAY, bodies, is_live, nothing_is_pending, said, say, shows
from tests.support.http_client import HttpClient, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.people import PASSWORD
from tests.support.wire import Lay, Wire

AWAY = "No connection. You can keep writing; messages will be sent later."


@pytest.fixture
def wire(server: HubbubServer, wire_to: Lay, pages: Pages) -> Wire:
    pages.expect_complaints(*WENT_AWAY)
    return wire_to(server)


@pytest.fixture
def page(ada: HttpClient, room: str, wire: Wire, pages: Pages) -> Page:
    opened = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(opened)
    return opened


# When the page first said what of its connection.
STATES = """window.states = {};
new MutationObserver(() => {
  const state = document.documentElement?.dataset.conn;
  if (state) window.states[state] ??= performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-conn'] });
"""


def woken(page: Page) -> None:
    """As when a lid is opened: the page is looked at again."""
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_d1_everything_missed_is_there_within_3_seconds_of_a_network(
    page: Page, wire: Wire, ada: HttpClient, room: str
) -> None:
    say(page, "before")
    nothing_is_pending(page)
    wire.cut()
    for number in range(150):
        ada.say(room, f"missed {number}")
    expect(page.locator("html[data-conn=offline]")).to_be_attached(timeout=10_000)

    wire.mend()
    back = time.monotonic()
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(page.get_by_text("missed 149", exact=True)).to_be_visible()
    assert time.monotonic() - back < 3
    shows(page, ["before", *(f"missed {number}" for number in range(150))])


def test_d2_a_connection_that_died_silently_is_noticed_within_3_seconds_of_a_look(
    page: Page, wire: Wire, ada: HttpClient, room: str
) -> None:
    wire.die(asked="/ws/")
    ada.say(room, "unheard")
    page.wait_for_timeout(300)
    assert bodies(page) == []  # the premise: the socket looks open and is deaf
    page.evaluate(STATES)

    woken(page)
    looked = page.evaluate("performance.now()")

    expect(page.get_by_text("unheard", exact=True)).to_be_visible(timeout=15_000)
    noticed = page.evaluate("window.states.late")  # by the page's own clock: others work here too
    assert noticed - looked < 3500


@pytest.mark.waits
@pytest.mark.slow
def test_d2_silence_alone_is_noticed_within_40_seconds(
    page: Page, wire: Wire, ada: HttpClient, room: str
) -> None:
    wire.die(asked="/ws/")
    ada.say(room, "unheard")

    expect(page.get_by_text("unheard", exact=True)).to_be_visible(timeout=48_000)


def test_d3_a_short_absence_shows_nothing_and_a_long_one_a_line_with_a_way_out(
    page: Page, wire: Wire
) -> None:
    line = page.locator(".conn:not([hidden])")
    page.evaluate("""() => {
      window.lines = [];
      new MutationObserver(() => {
        const line = document.querySelector('.conn:not([hidden])');
        if (line) window.lines.push(performance.now());
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    }""")
    wire.cut()
    page.wait_for_timeout(1000)
    wire.mend()
    is_live(page)
    assert page.evaluate("window.lines") == []

    log_before = page.locator("[role=log]").evaluate("log => log.getBoundingClientRect().top")
    wire.cut()
    cut = page.evaluate("performance.now()")
    expect(line).to_be_visible(timeout=10_000)

    shown = page.evaluate("window.lines[0]") - cut
    assert 3500 < shown < 6000
    expect(line).to_contain_text(AWAY)
    expect(line).to_contain_text(re.compile(r"Next try in \d+ s|Trying"))
    below = page.locator(".comp").evaluate("comp => comp.getBoundingClientRect().top")
    assert line.evaluate("line => line.getBoundingClientRect().bottom") <= below
    assert page.locator("[role=log]").evaluate("log => log.getBoundingClientRect().top") == log_before
    page.locator(".comp textarea").press_sequentially("still typing")
    expect(page.locator(".comp textarea")).to_have_value("still typing")

    wire.mend()
    line.get_by_role("button", name="Try now").click()
    expect(line).to_have_count(0)
    is_live(page, timeout=3000)


def test_d4_what_was_said_meanwhile_stands_where_it_was_said(
    page: Page, wire: Wire, server: HubbubServer, ada: HttpClient, room: str
) -> None:
    say(page, "one")
    nothing_is_pending(page)
    wire.cut()
    say(page, "four, written while away")
    ben = server.client("ben")
    ben.say(room, "two")
    ben.say(room, "three")

    wire.mend()

    shows(page, ["one", "two", "three", "four, written while away"])
    nothing_is_pending(page)
    assert said(ada, room) == bodies(page)


def test_d6_all_that_changed_meanwhile_is_applied(
    page: Page, wire: Wire, server: HubbubServer, ada: HttpClient, room: str
) -> None:
    edited, deleted, liked = (ada.say(room, text)["id"] for text in ("draft", "mistake", "good"))
    shows(page, ["draft", "mistake", "good"])
    wire.cut()
    ben = server.client("ben")
    accepted(ada.operate(room, "edit", target=edited, body="final"))
    accepted(ada.operate(room, "delete", target=deleted))
    accepted(ben.operate(room, "react", target=liked, emoji="👍"))
    accepted(ada.patch(f"/api/v1/rooms/{room}", {"name": "commons", "topic": "what we share"}))

    wire.mend()

    expect(page.locator("article.msg .body")).to_have_text([re.compile("^final"), "good"], timeout=15_000)
    expect(page.locator("article.msg", has_text="good").locator(".rx")).to_contain_text("1")
    expect(page.locator("main h1")).to_have_text("# commons")
    expect(page.locator("main .topic")).to_have_text("what we share")
    expect(page.locator(".side")).to_contain_text("commons")


def test_d8_everything_works_without_websockets(
    ada: HttpClient, room: str, server: HubbubServer, wire: Wire, pages: Pages
) -> None:
    wire.refuse("/ws/")
    garden = ada.make_room("garden")["id"]
    page = pages.open_through(wire.base_url, ada, "/account/")
    page.add_init_script(STATES)
    page.goto(f"{wire.base_url}/chat/general/")

    is_live(page)
    states: dict[str, float] = page.evaluate("window.states")
    assert states["online"] - states["late"] < 5000
    assert page.locator(".conn:not([hidden])").count() == 0
    say(page, "by plain HTTP")
    nothing_is_pending(page)
    ben = server.client("ben")
    ben.say(room, "heard too")
    ben.say(garden, "and elsewhere")
    shows(page, ["by plain HTTP", "heard too"])
    expect(page.locator(f"[data-room-id={garden}]")).to_have_attribute("data-unread", "1")
    page.goto(f"{page.url}#settings")
    expect(page.locator("[data-connection]")).to_contain_text("lets no WebSocket through")

    wire.refuse()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-connection]")).to_contain_text("over a WebSocket", timeout=20_000)


def test_d10_an_ended_session_is_begun_anew_over_the_room(
    page: Page, server: HubbubServer, ada: HttpClient, room: str, pages: Pages
) -> None:
    pages.expect_complaints("status of 401")
    page.locator(".comp textarea").press_sequentially("half a sentence")
    url = page.url

    accepted(ada.delete("/api/v1/sessions"))

    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Sign in again")
    expect(page.locator("main h1")).to_have_text("# general")
    dialog.get_by_label("Password").fill("a wrong one")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("That password is not right.")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)

    is_live(page)
    assert page.url == url
    expect(page.locator(".comp textarea")).to_have_value("half a sentence")
    page.locator(".comp textarea").focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.msg .body")).to_have_text("half a sentence")
    nothing_is_pending(page)
    ada.sign_in("ada")
    assert said(ada, room) == ["half a sentence"]


def test_c4_reading_in_one_place_clears_the_badge_in_every_other(
    page: Page, server: HubbubServer, ada: HttpClient, room: str, wire: Wire, pages: Pages
) -> None:
    garden = ada.make_room("garden")["id"]
    tab = page.context.new_page()
    tab.goto(page.url)
    elsewhere = pages.open_as(ada, "/chat/general/")
    for one in (tab, elsewhere):
        is_live(one)
    server.client("ben").say(garden, "@ada look")
    others = (tab, elsewhere)
    for one in (*others, page):
        expect(one).to_have_title(re.compile(r"^\(1\) "))

    page.bring_to_front()
    page.locator(".side").get_by_text("garden").click()
    expect(page).not_to_have_title(re.compile(r"^\("), timeout=5000)
    read = time.monotonic()

    for one in others:
        expect(one).not_to_have_title(re.compile(r"^\("))
        expect(one.locator(f"[data-room-id={garden}]")).to_have_attribute("data-unread", "0")
    assert time.monotonic() - read < 1
