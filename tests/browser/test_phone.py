"""The chat on a telephone and in the settings: one column, keyboard, fingers, the way back, choices that stay."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scene import field, is_alive, talk
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.waiting import wait_until

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
# What iOS does with a keyboard open: the window keeps its size and only a part of it is seen.
A_KEYBOARD = """
  class View extends EventTarget { scale = 1; offsetTop = 0; offsetLeft = 0; height = innerHeight; width = innerWidth; }
  const view = new View();
  Object.defineProperty(window, 'visualViewport', { value: view });
  window.keyboard = (height) => { view.height = innerHeight - height; view.dispatchEvent(new Event('resize')); };
"""


def on_the_phone(server: HubbubServer, pages: Pages, path: str, **options: Any) -> Page:
    talk(server)
    page = pages.open_as(server.client("ada"), path, **{**PHONE, **options})
    is_alive(page)
    return page


def bottom(page: Page, selector: str) -> float:
    return float(page.locator(selector).first.evaluate("(it) => it.getBoundingClientRect().bottom"))


def test_j1_the_composer_stands_on_the_keyboard_and_the_header_stays(
    server: HubbubServer, pages: Pages
) -> None:
    talk(server)
    page = pages.blank(**PHONE)
    page.add_init_script(A_KEYBOARD)
    cookies = server.client("ada").http.cookies.jar
    page.context.add_cookies(
        [{"name": one.name, "value": one.value or "", "url": server.base_url} for one in cookies]
    )
    page.goto(f"{server.base_url}/chat/general/")
    is_alive(page)
    assert bottom(page, ".foot") == pytest.approx(780, abs=1)

    page.evaluate("keyboard(300)")
    assert bottom(page, ".foot") == pytest.approx(480, abs=1)
    assert page.locator(".top").first.evaluate("(it) => it.getBoundingClientRect().top") == 0
    expect(page.locator("article.msg").last).to_be_in_viewport()
    assert bottom(page, "article.msg:last-of-type") <= page.locator(".foot").evaluate(
        "(it) => it.getBoundingClientRect().top + 1"
    )
    page.evaluate("keyboard(0)")
    assert bottom(page, ".foot") == pytest.approx(780, abs=1)

    assert float(field(page).evaluate("(it) => parseFloat(getComputedStyle(it).fontSize)")) >= 16
    viewport = page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "maximum-scale" not in viewport
    assert "user-scalable" not in viewport
    assert page.evaluate("getComputedStyle(document.body).touchAction") in ("manipulation", "auto")


def test_j2_safe_areas_are_kept_clear(server: HubbubServer, pages: Pages) -> None:
    page = on_the_phone(server, pages, "/chat/general/")
    assert "viewport-fit=cover" in (page.locator("meta[name=viewport]").get_attribute("content") or "")

    session = page.context.new_cdp_session(page)
    insets = {"top": 0, "left": 44, "bottom": 34, "right": 44}
    session.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})

    wait_until("the composer stands above the home bar", lambda: bottom(page, ".comp") <= 780 - 34)
    for selector in (".comp", ".msg .av", ".top .back"):
        left, right = page.locator(selector).first.evaluate(
            "(it) => [it.getBoundingClientRect().left, it.getBoundingClientRect().right]"
        )
        assert left >= 44
        assert right <= 390 - 44


SMALL = """(least) => {
  const inline = (it) => it.matches('.body a, .quiet a, p a');
  const mine = (it, x, y) => {
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return true;
    const hit = document.elementFromPoint(x, y);
    return !hit || it === hit || it.contains(hit) || hit.contains(it) || hit.closest('label') === it.closest('label');
  };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, [role=menuitem], label')];
  return all.filter((it) => it.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !inline(it))
    .filter((it) => !it.closest('label') || it.matches('label'))
    .filter((it) => !it.querySelector(':scope > input:not([type=radio])'))
    .filter((it) => {
      const { left, right, top, bottom, width, height } = it.getBoundingClientRect();
      if (!width || bottom < 0 || top > innerHeight) return false;
      const [x, y, half] = [(left + right) / 2, (top + bottom) / 2, least / 2 - 0.5];
      const wide = width >= least - 0.5 || (mine(it, x - half, y) && mine(it, x + half, y));
      const high = height >= least - 0.5 || (mine(it, x, y - half) && mine(it, x, y + half));
      return !(wide && high);
    }).map((it) => it.outerHTML.slice(0, 140));
}"""


@pytest.mark.parametrize("path", ["/chat/general/", "/chat/", "/chat/nowhere/"])
def test_j4_every_target_is_large_enough_for_a_finger(server: HubbubServer, pages: Pages, path: str) -> None:
    page = on_the_phone(server, pages, path)

    assert page.evaluate(SMALL, 44) == []
    if path != "/chat/general/":
        return
    page.locator(".top .back").tap()
    expect(page.locator(".rooms")).to_be_visible()
    assert page.evaluate(SMALL, 44) == []
    page.get_by_role("button", name="Your account").tap()
    expect(page.get_by_role("menu")).to_be_visible()
    assert page.evaluate(SMALL, 44) == []
    page.get_by_role("menuitem", name="Settings").tap()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    assert page.evaluate(SMALL, 44) == []


def test_j4_every_target_is_large_enough_for_a_pointer(server: HubbubServer, pages: Pages) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/")
    is_alive(page)

    assert page.evaluate(SMALL, 24) == []
    page.goto(f"{server.base_url}/chat/")
    is_alive(page)
    assert page.evaluate(SMALL, 24) == []


def test_j5_back_closes_what_lies_over_the_room_then_the_room(server: HubbubServer, pages: Pages) -> None:
    page = on_the_phone(server, pages, "/chat/general/")

    page.get_by_role("button", name="People").tap()
    expect(page.locator("dialog.sheet")).to_be_visible()
    page.go_back()
    expect(page.locator("dialog.sheet")).to_have_count(0)
    expect(page.get_by_text("Good morning").first).to_be_visible()
    page.get_by_role("button", name="People").tap()
    page.locator("dialog.sheet").get_by_role("button", name="Close").tap()
    expect(page.locator("dialog.sheet")).to_have_count(0)
    expect(page).to_have_url(re.compile("/chat/general/$"))
    wait_until("the step of the sheet is gone", lambda: page.evaluate("!history.state?.layer"))
    page.go_back()

    expect(page.locator(".rooms")).to_be_visible()
    expect(page.locator(".main")).to_be_hidden()
    page.get_by_role("link", name="general").tap()
    expect(page.get_by_text("Good morning").first).to_be_visible()
    page.locator(".top .back").tap()
    expect(page.locator(".rooms")).to_be_visible()


def test_g3_the_settings_have_an_address_that_survives_copy_reload_and_back(
    server: HubbubServer, pages: Pages
) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/")
    is_alive(page)
    dialog = page.get_by_role("dialog", name="Settings")

    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Settings").click()
    expect(page).to_have_url(re.compile("/chat/general/#settings$"))
    page.reload()
    is_alive(page)
    expect(dialog).to_be_visible()
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("/chat/general/$"))
    page.go_forward()
    expect(dialog).to_be_visible()

    copied = pages.open_as(server.client("ada"), "/chat/general/#settings")
    expect(copied.get_by_role("dialog", name="Settings")).to_be_visible()
    copied.keyboard.press("Escape")
    expect(copied.get_by_role("dialog", name="Settings")).to_have_count(0)
    expect(copied).to_have_url(re.compile("/chat/general/$"))


def test_l6_choices_take_effect_at_once_and_stay_without_a_flash(server: HubbubServer, pages: Pages) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/#settings")
    dialog = page.get_by_role("dialog", name="Settings")
    root = page.locator("html")
    look = (
        "(({colorScheme, fontSize}) => [colorScheme, fontSize])(getComputedStyle(document.documentElement))"
    )

    tab = page.context.new_page()
    tab.goto(f"{server.base_url}/chat/elsewhere/")
    is_alive(tab)

    dialog.get_by_label("Dark").check()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    tab.close()
    expect(dialog.get_by_role("status").first).to_have_text("Kept.")
    dialog.get_by_label("Large", exact=True).check()
    dialog.get_by_label("Compact").check()
    assert page.evaluate(look) == ["dark", "17.92px"]
    expect(root).to_have_attribute("data-density", "compact")
    dialog.get_by_label("Breaks the line; Ctrl").check()
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ window.first = {look}; }})")
    page.goto(f"{server.base_url}/chat/general/")
    is_alive(page)

    assert page.evaluate("window.first") == ["dark", "17.92px"]
    field(page).fill("one")
    field(page).press("Enter")
    expect(field(page)).to_have_value("one\n")


def test_l6_another_language_is_spoken_at_once(server: HubbubServer, pages: Pages) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/#settings")
    is_alive(page)

    page.get_by_role("combobox", name="Language").select_option("ru")

    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("dialog", name="Настройки")).to_be_visible()
