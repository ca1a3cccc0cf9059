"""The words and their direction, in real Chromium: Russian counts, long words in buttons, a mirrored page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scene import cut, field, is_alive, room_page, talk
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages

LONG = "Kraftfahrzeughaftpflichtversicherung"


def edge(page: Page, selector: str, side: str) -> float:
    """How far a side of the element is from the left of the window."""
    return float(
        page.locator(selector).first.evaluate("(it, side) => it.getBoundingClientRect()[side]", side)
    )


def test_k7_russian_is_whole_and_counts_right(server: HubbubServer, pages: Pages) -> None:
    talk(server)
    ada = server.client("ada")
    room = server.client("ben").room_named("elsewhere")["id"]
    server.client("ben").join(room)
    for number in range(21):
        ada.say(room, f"message {number}")
    page = pages.open_as(server.client("ben"), "/chat/general/", locale="ru-RU")
    is_alive(page)

    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("link", name=re.compile("elsewhere"))).to_contain_text(
        "21 непрочитанное сообщение"
    )
    assert page.locator("[aria-label^='side.'], [title^='side.']").count() == 0
    assert cut(page) == []
    page.get_by_role("button", name="Ваша учётная запись").click()
    page.get_by_role("menuitem", name="Настройки").click()
    expect(page.get_by_role("dialog", name="Настройки")).to_be_visible()
    assert cut(page) == []


@pytest.mark.parametrize("width", [320, 390, 760, 1280])
def test_k7_long_words_never_cut_a_button(server: HubbubServer, pages: Pages, width: int) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/", viewport={"width": width, "height": 720})
    page.add_init_script(
        """const parse = JSON.parse;
        JSON.parse = (text) => {
          const found = parse(text);
          for (const [id, words] of Object.entries(found?.catalogue ?? {}))
            if (typeof words === 'string') found.catalogue[id] = `LONG ${words}`;
          return found;
        };""".replace("LONG", LONG)
    )

    for path, button in [("/chat/news/", ".side .find"), ("/chat/nowhere/", ".connect button")]:
        page.goto(server.base_url + path)
        is_alive(page)
        expect(page.locator(button)).to_contain_text(LONG)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert cut(page) == []


def test_k8_a_mirrored_page_mirrors_layout_and_arrows_and_keeps_code(
    server: HubbubServer, pages: Pages
) -> None:
    talk(server)
    page = pages.open_as(
        server.client("ada"), "/chat/general/?dir=rtl", viewport={"width": 1280, "height": 800}
    )
    is_alive(page)

    assert edge(page, ".side", "right") == 1280
    assert edge(page, ".aside", "left") == 0
    assert edge(page, ".send", "right") < edge(page, ".comp textarea", "left")
    assert edge(page, ".msg .av", "left") > edge(page, ".msg .body", "right")
    code = page.locator(".body pre").first
    assert code.evaluate("(it) => getComputedStyle(it).direction") == "ltr"
    english, arabic = page.locator(".body").get_by_text("Good morning"), page.get_by_text("مرحبا بالعالم")
    assert english.evaluate("(it) => getComputedStyle(it).direction") == "ltr"
    assert arabic.evaluate("(it) => getComputedStyle(it).direction") == "rtl"
    # A short left-to-right message still stands at its author's side.
    short = page.locator(".body").filter(has_text="(edited)")
    assert short.evaluate("(it) => it.closest('.body').getBoundingClientRect().right") == pytest.approx(
        edge(page, ".msg .body", "right"), abs=1
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.set_viewport_size({"width": 390, "height": 780})
    arrow = page.locator(".icon-back").first
    assert arrow.evaluate("(it) => getComputedStyle(it).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    assert edge(page, ".top .back", "right") > 300


def test_k8_each_text_takes_its_own_direction_in_either_page(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    for text, direction in [("שלום עולם", "rtl"), ("hello", "ltr")]:
        field(page).fill(text)
        assert field(page).evaluate("(it) => it.matches(':dir(rtl)') ? 'rtl' : 'ltr'") == direction
        field(page).press("Enter")
        body = page.locator("article.msg .body").get_by_text(text)
        expect(body).to_have_css("direction", direction)

    undirected = page.evaluate(
        """() => [...document.querySelectorAll('.name, .body, .room b, .person b, .topic, .comp textarea')]
          .filter((it) => it.closest('[dir=auto]') === null).map((it) => it.outerHTML.slice(0, 100))"""
    )
    assert undirected == []
