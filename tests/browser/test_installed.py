"""Rows B6, D9 and J7 of docs/behaviour.md: rooms open from what was seen last, without a network too; releases wait."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import cookies_of
from tests.browser.room_page import (
    WENT_AWAY,
    all_of_it_is_there,
    bodies,
    is_live,
    nothing_is_pending,
    reload,
    say,
    shows,
)
from tests.support.http_client import HttpClient, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.people import PASSWORD
from tests.support.waiting import wait_until
from tests.support.wire import Lay, Wire

# Presses a room in the sidebar and counts the milliseconds until a message of it is on screen.
OPEN = """async ([room, text]) => {
  document.querySelector(`[data-room-id="${room}"]`).click();
  const pressed = performance.now();
  const there = () => [...document.querySelectorAll('article.msg')].some((row) => row.textContent.includes(text));
  while (!there()) await new Promise(requestAnimationFrame);
  return performance.now() - pressed;
}"""
KEPT_ROOMS = """async () => {
  const found = (await indexedDB.databases()).find(({ name }) => name.startsWith('hubbub '));
  const database = await new Promise((done) => {
    const asked = indexedDB.open(found.name);
    asked.onsuccess = () => done(asked.result);
  });
  const keys = await new Promise((done) => {
    const asked = database.transaction('rooms').objectStore('rooms').getAllKeys();
    asked.onsuccess = () => done(asked.result);
  });
  database.close();
  return keys.filter(Boolean);
}"""
OPEN_KEPT = """
  const found = (await indexedDB.databases()).find(({ name }) => name.startsWith('hubbub '));
  const database = await new Promise((done) => {
    const asked = indexedDB.open(found.name);
    asked.onsuccess = () => done(asked.result);
  });
  const rooms = database.transaction('rooms', 'readwrite').objectStore('rooms');
  const read = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result) });
"""
# As if all of it had been kept before the server was restored from an older copy.
ANOTHER_LIFE = f"""async () => {{{OPEN_KEPT}
  for (const key of await read(rooms.getAllKeys())) {{
    const kept = await read(rooms.get(key));
    await read(rooms.put({{...kept, epoch: 'another'}}, key));
  }}
  database.close();
}}"""
KEPT_EPOCHS = f"""async () => {{{OPEN_KEPT}
  const kept = await read(rooms.getAll());
  database.close();
  return kept.map(({{epoch}}) => epoch);
}}"""
INSTALLED = """async () => {
  const registration = await navigator.serviceWorker.getRegistration('/chat/');
  return Boolean(registration?.active && navigator.serviceWorker.controller);
}"""


@pytest.fixture
def wire(server: HubbubServer, wire_to: Lay, pages: Pages) -> Wire:
    pages.expect_complaints(*WENT_AWAY, "status of 50")
    return wire_to(server)


@pytest.fixture
def garden(ada: HttpClient, room: str) -> str:
    ada.say(room, "in general")
    garden = str(ada.make_room("garden")["id"])
    ada.say(garden, "in the garden")
    return garden


@pytest.fixture
def page(ada: HttpClient, garden: str, room: str, wire: Wire, pages: Pages) -> Page:
    """Ada's page, which has seen both rooms."""
    opened = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(opened)
    opened.locator(f"[data-room-id={garden}]").click()
    shows(opened, ["in the garden"])
    opened.locator(f"[data-room-id={room}]").click()
    shows(opened, ["in general"])
    wait_until("both rooms are kept", lambda: sorted(opened.evaluate(KEPT_ROOMS)) == sorted([room, garden]))
    wait_until("the worker is there", lambda: opened.evaluate(INSTALLED) is True, timeout=30)
    return opened


def test_b6_a_room_seen_before_opens_at_once_over_a_slow_network(
    page: Page, wire: Wire, ada: HttpClient, garden: str
) -> None:
    ada.say(garden, "said later")
    reload(page)
    is_live(page)
    wire.slow(2.0)

    took = page.evaluate(OPEN, [garden, "in the garden"])

    assert took < 100
    wire.slow(0)
    shows(page, ["in the garden", "said later"])


def test_j7_the_chat_opens_without_a_network_on_the_last_rooms(page: Page, wire: Wire, garden: str) -> None:
    reload(page)
    is_live(page)
    wire.cut()

    page.goto(f"{wire.base_url}/chat/garden/")

    shows(page, ["in the garden"])
    expect(page.locator("html[data-conn=offline]")).to_be_attached(timeout=15_000)
    page.locator(".side").get_by_text("general").click()
    shows(page, ["in general"])
    say(page, "written without a network")
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(1)
    wire.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    nothing_is_pending(page)
    assert bodies(page) == ["in general", "written without a network"]


def test_j7_the_chat_can_be_installed(page: Page) -> None:
    session = page.context.new_cdp_session(page)

    manifest = session.send("Page.getAppManifest")

    assert manifest["errors"] == []
    assert '"display": "standalone"' in manifest["data"]
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],  # which every profile of a test is
    )


def test_nothing_of_others_is_kept_after_signing_out(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/login/**")

    assert page.evaluate(KEPT_ROOMS) == []
    assert page.evaluate("caches.has('hubbub shell /chat/')") is False


def test_a_second_person_on_the_same_browser_sees_nothing_of_the_first(
    page: Page, wire: Wire, server: HubbubServer
) -> None:
    page.locator(".comp textarea").press_sequentially("half a sentence of Ada's")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/login/**")
    page.locator("[name=login]").fill("ben")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat/**")
    page.goto(f"{wire.base_url}/chat/nowhere-at-all/")
    expect(page.locator("html[data-conn=online]")).to_be_attached(timeout=15_000)
    all_of_it_is_there(page)

    page.keyboard.press("Control+k")
    expect(page.locator("dialog.switcher")).to_be_visible()
    seen = page.content()
    for words in ("in general", "in the garden", "half a sentence"):
        assert words not in seen
    page.keyboard.press("Escape")
    page.goto(f"{wire.base_url}/chat/general/")
    is_live(page)
    expect(page.locator(".comp textarea")).to_have_value("")


def test_whoever_comes_from_the_page_to_sign_in_never_gets_the_last_page_of_somebody_else(
    page: Page, wire: Wire, server: HubbubServer
) -> None:
    reload(page)  # the worker has kept a page of Ada's
    is_live(page)
    page.context.clear_cookies()
    page.context.add_cookies(
        cookies_of(server.client("ben"))
    )  # her session ended elsewhere, and Ben signed in
    page.goto(f"{wire.base_url}/accounts/login/")
    wire.slow(1.5)

    page.evaluate("location.assign('/chat/general/')")

    page.wait_for_url("**/chat/general/")
    expect(page.locator(".me b")).to_have_text("ben", timeout=30_000)


def test_what_was_kept_of_another_life_of_the_log_is_thrown_away(page: Page) -> None:
    page.evaluate(ANOTHER_LIFE)

    reload(page)
    is_live(page)
    shows(page, ["in general"])

    wait_until("what was kept is of this life", lambda: page.evaluate(KEPT_EPOCHS).count("another") == 0)


def test_a_lost_room_is_kept_no_longer(
    page: Page, server: HubbubServer, ada: HttpClient, pages: Pages, wire: Wire
) -> None:
    secret = str(ada.make_room("secret", kind="private")["id"])
    accepted(ada.post(f"/api/v1/rooms/{secret}/members", {"username": "ben"}))
    ada.say(secret, "between us")
    ben = pages.open_through(wire.base_url, server.client("ben"), "/chat/secret/")
    is_live(ben)
    wait_until("the room is kept", lambda: ben.evaluate(KEPT_ROOMS) == [secret])

    accepted(ada.delete(f"/api/v1/rooms/{secret}/members/ben"))

    expect(ben.get_by_text("between us")).to_have_count(0)
    wait_until("the room is forgotten", lambda: ben.evaluate(KEPT_ROOMS) == [])


def test_d9_a_new_release_waits_until_the_reader_reloads(page: Page, wire: Wire) -> None:
    page.locator(".comp textarea").press_sequentially("half a sentence")
    newer = re.compile(r'"name": "\w+"')
    page.route(
        "**/sw.js", lambda route: route.fulfill(body=newer.sub('"name": "newer"', route.fetch().text()))
    )

    wire.mend()  # every connection ends, as at a restart

    line = page.locator(".conn[data-update]")
    expect(line).to_contain_text("Updated. Reload when ready", timeout=20_000)
    page.evaluate("window.isBefore = true")
    expect(page.locator(".comp textarea")).to_have_value("half a sentence")
    assert page.evaluate("window.isBefore") is True
    with page.expect_navigation():
        line.get_by_role("button", name="Reload").click()
    is_live(page)
    expect(page.locator(".comp textarea")).to_have_value("half a sentence")
