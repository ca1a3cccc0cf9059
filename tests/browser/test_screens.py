"""Every screen of the chat, in both themes and both directions: axe finds nothing serious."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.scene import field, is_alive, settled, talk
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages


def nothing_serious(page: Page, screen: str) -> None:
    """Both themes, both directions."""
    for direction in ("ltr", "rtl"):
        page.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            settled(page)
            found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            serious = [
                (one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"])
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            assert serious == [], f"{screen}, {scheme}, {direction}"
    page.evaluate("document.documentElement.dir = 'ltr'")


def my_menu(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()


def message_menu(page: Page) -> None:
    field(page).press("Shift+ArrowUp")
    page.keyboard.press("Enter")


def settings(page: Page) -> None:
    my_menu(page)
    page.get_by_role("menuitem", name="Settings").click()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()


def question(page: Page) -> None:
    page.locator("article.msg").filter(has_text="(edited)").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator("dialog.ask")).to_be_visible()


def completion(page: Page) -> None:
    field(page).press_sequentially("@b")
    expect(page.locator(".completion")).to_be_visible()


SCREENS: dict[str, tuple[str, Callable[[Page], object]]] = {
    "a room": ("/chat/general/", lambda page: field(page).focus()),
    "the selector": ("/chat/", lambda page: page.locator(".selector input").focus()),
    "a room that is missing": ("/chat/nowhere/", lambda page: page.locator(".selector input").focus()),
    "an empty room": ("/chat/news/", lambda _page: None),
    "completion": ("/chat/general/", completion),
    "the switcher": ("/chat/general/", lambda page: page.keyboard.press("Control+k")),
    "a message menu": ("/chat/general/", message_menu),
    "one's own menu": ("/chat/general/", my_menu),
    "a question": ("/chat/general/", question),
    "the keys": ("/chat/general/", lambda page: page.keyboard.press("Control+/")),
    "the settings": ("/chat/general/", settings),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("part", [0, 1, 2])
def test_k4_no_screen_has_a_serious_finding_in_any_theme_or_direction(
    server: HubbubServer, pages: Pages, part: int
) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/")

    for screen, (path, open_it) in list(SCREENS.items())[part::3]:
        page.goto(server.base_url + path)
        is_alive(page)
        open_it(page)
        nothing_serious(page, screen)


@pytest.mark.timeout(240)
def test_k4_nor_has_a_direct_room_a_visitor_or_what_cannot_be_sent(
    server: HubbubServer, pages: Pages
) -> None:
    talk(server)
    ada = server.client("ada")
    ada.say(str(ada.make_room("open", visitors=True)["id"]), "hello, world")
    page = pages.open_as(server.client("ben"), "/chat/news/")
    is_alive(page)
    expect(page.get_by_text("Only managers can post in #news.")).to_be_visible()
    nothing_serious(page, "a room to read only")
    page.get_by_role("link", name="ada").click()
    expect(page.get_by_text("psst")).to_be_visible()
    nothing_serious(page, "a direct room")
    field(page).fill("/nope")
    field(page).press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    nothing_serious(page, "a refusal")

    visitor = pages.open(f"{server.base_url}/chat/open/")
    expect(visitor.get_by_text("hello, world")).to_be_visible()
    nothing_serious(visitor, "a visitor's page")
