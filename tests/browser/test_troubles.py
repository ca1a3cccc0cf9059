"""Row L5 of docs/behaviour.md: what cannot be loaded or done is said and goes on later; no letter is lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.scene import field, is_alive, room_page
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages

MISSING = "A part of this page could not be loaded. What you have written is kept."


def test_l5_a_part_that_cannot_be_loaded_says_so_and_goes_on_when_it_can(
    server: HubbubServer, pages: Pages
) -> None:
    pages.expect_complaints("ERR_FAILED", "Failed to fetch dynamically imported module")
    page = room_page(server, pages, service_workers="block")
    field(page).fill("half a sentence")
    parts: dict[str, Callable[[], None]] = {
        "settings": lambda: choose(page, "Settings"),
        "keyhelp": lambda: page.keyboard.press("Control+/"),
        "emoji/picker": lambda: page.get_by_role("button", name="Emoji", exact=True).click(),
    }
    for name, begin in parts.items():
        page.route(re.compile(rf"/app/{name}\.[^/]*js$"), lambda route: route.abort())
        begin()
        said = page.locator(".toast").filter(has_text=MISSING)
        expect(said).to_be_visible()
        expect(page.locator("dialog, .picker")).to_have_count(0)

        page.unroute_all()
        said.get_by_role("button", name="Try again").click()
        expect(page.locator("dialog[open], .picker")).to_be_visible()
        expect(said).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.locator("dialog, .picker")).to_have_count(0)
    expect(field(page)).to_have_value("half a sentence")


def choose(page: Page, item: str) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name=item).click()


def test_l5_what_the_server_does_not_do_is_said(server: HubbubServer, pages: Pages) -> None:
    pages.expect_complaints("ERR_FAILED", "status of 403")
    room_page(server, pages)
    ada = server.client("ada")
    ada.make_room("news", "announcement")
    page = pages.open_as(server.client("cleo"), "/chat/news/", service_workers="block")
    is_alive(page)

    page.route("**/join", lambda route: route.abort())
    page.get_by_role("button", name="Join").click()
    expect(page.locator(".toast")).to_contain_text("The server cannot be reached, so nothing was changed.")
    page.unroute_all()
    page.route(
        "**/join", lambda route: route.fulfill(status=403, json={"code": "forbidden", "detail": "No."})
    )
    page.get_by_role("button", name="Join").click()
    expect(page.locator(".toast")).to_contain_text(
        "That was not done. You may not do that in this room. What you have written is kept."
    )


def test_letters_typed_right_after_up_began_an_edit_are_not_lost(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    typed = "abc"

    field(page).fill("my words")
    field(page).press("Enter")
    expect(page.locator("article.msg[data-seq]")).to_have_count(1)
    at_once(page, "ArrowUp", typed)
    expect(page.locator("textarea.edit")).to_have_value("my wordsabc")
    expect(field(page)).to_have_value("")


def at_once(page: Page, key: str, letters: str) -> None:
    """Nothing waits for anything in between."""
    for one in (key, *letters):
        page.keyboard.press(one)
