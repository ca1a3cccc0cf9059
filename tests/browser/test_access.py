"""The chat for everybody: keyboard alone, a screen reader, forced colours, big text, small windows."""

from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scene import cut, field, is_alive, room_page, settled, talk
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.waiting import wait_until


def test_k1_the_whole_flow_goes_by_keyboard_alone_and_focus_is_always_seen(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(page.locator("article.msg[data-seq]")).to_have_count(1)
    expect(field(page)).to_have_value("")

    page.keyboard.press("Shift+ArrowUp")
    focus_is_seen(page)
    page.keyboard.press("e")
    expect(page.get_by_role("textbox", name="Edit the message")).to_be_focused()
    page.keyboard.type(" and more")
    page.keyboard.press("Enter")
    expect(page.locator("article.msg .body")).to_contain_text("first and more")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("+")
    expect(page.locator(".picker")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".rx [aria-pressed=true]")).to_have_count(1)
    field(page).focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("r")
    expect(page.locator(".replying")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".replying")).to_be_hidden()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    focus_is_seen(page)
    page.keyboard.press("Enter")
    expect(page.locator("article.msg")).to_have_count(0)

    page.locator("body").press("F6")
    for _ in range(30):
        page.keyboard.press("Tab")
        focus_is_seen(page)


def focus_is_seen(page: Page) -> None:
    """A ring of two pixels on what has the focus, or on what it stands in."""
    settled(page)
    ring = page.evaluate(
        """() => {
          const one = document.activeElement;
          if (!one || one === document.body) return 'none';
          const seen = (it) => {
            const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(it);
            if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) return true;
            return boxShadow !== 'none' && /0px 0px 0px [12]px/.test(boxShadow);
          };
          const seenIt = [one, one.closest('form'), one.closest('label')].some((it) => it && seen(it));
          return seenIt ? '' : one.outerHTML.slice(0, 200);
        }"""
    )
    assert ring in ("", "none"), ring


def test_k2_f6_walks_the_regions_and_arrows_the_messages(server: HubbubServer, pages: Pages) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/")
    is_alive(page)
    page.evaluate("document.activeElement.blur()")

    def here() -> str:
        return str(
            page.evaluate(
                """() => {
                  const at = document.activeElement;
                  return at.closest('.side') ? 'side' : at.matches('article.msg') ? 'log'
                    : at.closest('.comp') ? 'composer' : at.closest('.aside') ? 'people' : at.tagName;
                }"""
            )
        )

    walked = []
    for _ in range(5):
        page.keyboard.press("F6")
        walked.append(here())
    assert walked == ["side", "log", "composer", "people", "side"]
    page.keyboard.press("Shift+F6")
    assert here() == "people"

    assert page.locator("article.msg[tabindex='0']").count() == 1  # one tab stop
    rows = page.locator("article.msg")
    field(page).focus()
    page.keyboard.press("Shift+ArrowUp")
    expect(rows.last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(rows.count() - 2)).to_be_focused()
    page.keyboard.press("Home")
    expect(rows.first).to_be_focused()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press(" ")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rows.last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(field(page)).to_be_focused()


def spoken(page: Page) -> list[str]:
    """What the live regions of the accessibility tree have said, in order."""
    return list(page.evaluate("window.spoken"))


def listen(page: Page) -> None:
    page.evaluate(
        """() => {
          window.spoken = [];
          new MutationObserver((changes) => {
            for (const { target } of changes) {
              const near = target.nodeType === 1 ? target : target.parentElement;
              const region = near?.closest('[role=status], [role=alert], [aria-live]');
              if (!region || region.getAttribute('aria-live') === 'off' || region.closest('[aria-live=off]')) continue;
              if (region.textContent) window.spoken.push(region.textContent);
            }
          }).observe(document.body, {childList: true, subtree: true, characterData: true});
        }"""
    )


def test_k3_a_screen_reader_hears_each_new_message_once_and_nothing_else(
    server: HubbubServer, pages: Pages
) -> None:
    room = talk(server)
    page = pages.open_as(server.client("ada"), "/chat/elsewhere/")
    is_alive(page)
    ben = server.client("ben")
    listen(page)

    page.get_by_role("link", name="general").click()
    expect(page.get_by_text("Good morning").first).to_be_visible()
    first = ben.say(room, "Hello **there**")["id"]
    wait_until("the message is spoken", lambda: spoken(page) == ["ben: Hello there"])
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [node for node in tree if node.get("role", {}).get("value") == "status"]
    assert any("ben: Hello there" in text for text in map(partial(words_below, tree), heard))

    ben.operate(room, "edit", target=first, body="Hello all")
    ben.operate(room, "react", target=first, emoji="🎉")
    field(page).fill("my own words")
    field(page).press("Enter")
    expect(page.get_by_text("Hello all")).to_be_visible()
    for number in range(4):
        ben.say(room, f"burst {number}")
    wait_until("the burst is spoken", lambda: any("3" in text or "4" in text for text in spoken(page)[1:]))
    expect(page.get_by_text("burst 3")).to_be_visible()

    said = " ".join(spoken(page))
    assert said.count("Hello there") == 1
    assert "Hello all" not in said
    assert "my own words" not in said
    assert "Good morning" not in said
    assert len(spoken(page)) <= 3  # the message, and the burst in one sentence or two
    assert page.get_by_role("log").first.get_attribute("aria-live") == "off"


def words_below(tree: list[dict[str, Any]], node: dict[str, Any]) -> str:
    by_id = {one["nodeId"]: one for one in tree}
    below = [by_id[child] for child in node.get("childIds", []) if child in by_id]
    own = str(node.get("name", {}).get("value", ""))
    return " ".join([own, *(words_below(tree, child) for child in below)])


def test_k4_forced_colours_keep_borders_presence_and_unread_marks(server: HubbubServer, pages: Pages) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/", forced_colors="active")
    is_alive(page)

    def style(selector: str, name: str) -> str:
        return str(page.locator(selector).first.evaluate("(it, name) => getComputedStyle(it)[name]", name))

    assert style(".comp", "borderTopStyle") == "solid"
    assert style(".side", "borderInlineEndStyle") == "solid"
    assert style(".av", "borderTopStyle") == "solid"
    online, off = style("[data-presence=online]", "boxShadow"), style("[data-presence=off]", "boxShadow")
    assert online == "none"
    assert "inset" in off
    assert style(".badge", "backgroundColor") != style("body", "backgroundColor")
    field(page).focus()
    assert style(".comp", "outlineStyle") == "solid"
    page.get_by_role("button", name="People").focus()
    focus_is_seen(page)


def test_k5_reduced_motion_stops_every_transition(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages, reduced_motion="reduce")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.switcher")).to_be_visible()

    slow = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((it) => {
          const { transitionDuration, animationDuration } = getComputedStyle(it);
          return `${transitionDuration},${animationDuration}`.split(',').some((one) => parseFloat(one) > 0.001);
        }).map((it) => it.className)"""
    )

    assert slow == []
    assert page.evaluate("getComputedStyle(document.querySelector('.log')).scrollBehavior") == "auto"


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(320, 256, "100%"), (640, 512, "200%"), (1280, 800, "200%"), (320, 640, "100%"), (320, 640, "125%")],
    ids=["400 % zoom", "200 % zoom and text", "200 % text", "320 px", "320 px and large text"],
)
def test_k6_big_text_and_small_windows_lose_nothing(
    server: HubbubServer, pages: Pages, width: int, height: int, size: str
) -> None:
    talk(server)
    page = pages.open_as(server.client("ada"), "/chat/general/", viewport={"width": width, "height": height})
    is_alive(page)
    page.evaluate("(size) => { document.documentElement.style.fontSize = size }", size)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert cut(page) == []
    expect(field(page)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=0.99)
    expect(page.locator(".top h1").first).to_be_in_viewport()
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.switcher input")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert cut(page) == []


def test_k9_dialogs_keep_the_focus_and_give_it_back_and_menus_take_letters(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)
    opener = page.get_by_role("button", name="Your account")
    opener.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem").last).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("menuitem", name="Keys")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Settings")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('.app')")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_k9_what_is_typed_right_after_a_dialog_was_closed_is_written(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)
    for number in range(10):
        page.keyboard.type(f"{number} ")
        page.keyboard.press("Control+k")
        expect(page.locator("dialog.switcher input")).to_be_focused()
        page.keyboard.type("gen")
        page.keyboard.press("Escape")
        page.keyboard.type("and on, ")

    expect(field(page)).to_have_value("".join(f"{number} and on, " for number in range(10)))

    # Nor is a control without a caret asked for one.
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem").first.click()
    dark = page.locator(".settings [value=dark]")
    dark.focus()
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.switcher input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dark).to_be_focused()
