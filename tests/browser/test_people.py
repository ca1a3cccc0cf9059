"""People in real Chromium: who is there, who types, first steps, empty places, and what one may not."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scene import field, is_alive, room_page
from tests.support.fixtures import Servers
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.people import PASSWORD
from tests.support.waiting import wait_until


def typing_line(page: Page) -> str:
    return page.locator(".typing").inner_text().strip()


def test_i1_presence_differs_by_shape(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    mark = page.locator(".person[data-username=ben] [data-presence]")
    own = page.locator(".person[data-username=ada] [data-presence]")
    shape = "(it) => getComputedStyle(it).boxShadow"
    expect(mark).to_have_attribute("data-presence", "off")

    assert own.evaluate(shape) == "none"  # filled
    assert "inset" in mark.evaluate(shape)  # a ring
    assert mark.evaluate("(it) => getComputedStyle(it).backgroundColor") != own.evaluate(
        "(it) => getComputedStyle(it).backgroundColor"
    )


def test_i3_who_types_is_named_and_gone_when_the_message_comes(server: HubbubServer, pages: Pages) -> None:
    server.add_people("eve", "finn")
    page = room_page(server, pages)
    room = server.client("ada").room_named("general")["id"]
    before = page.locator(".comp").bounding_box()
    sockets = {}
    for name in ("ben", "cleo", "eve", "finn"):
        client = server.client(name)
        client.join(room)
        sockets[name] = server.session_socket(client)
        sockets[name].hello()

    for names, words in [
        (["ben"], "ben is typing…"),
        (["cleo"], "ben and cleo are typing…"),
        (["eve"], "ben, cleo and eve are typing…"),
        (["finn"], "Several people are typing…"),
    ]:
        for name in names:
            sockets[name].send({"type": "typing", "room": room})
        expect(page.locator(".typing")).to_have_text(words)
    assert page.locator(".comp").bounding_box() == before

    for name in ("finn", "eve", "cleo"):
        server.client(name).say(room, "here")
    expect(page.locator(".typing")).to_have_text(re.compile("ben is typing|^$"))


@pytest.mark.waits
def test_i4_typing_ends_by_itself_and_is_not_told_of_commands_or_where_it_is_off(
    server: HubbubServer, pages: Pages
) -> None:
    ada = room_page(server, pages)
    ben = pages.open_as(server.client("ben"), "/chat/general/")
    is_alive(ben)
    told: list[str] = []
    ada.on("websocket", lambda socket: socket.on("framesent", lambda frame: told.append(str(frame))))
    ada.reload()
    is_alive(ada)

    field(ada).press_sequentially("/pm ben")
    field(ada).fill("")
    ada.evaluate("localStorage.setItem('hubbub typing', 'off')")
    field(ada).press_sequentially("secretly")
    assert not any('"typing"' in frame for frame in told)
    ada.evaluate("localStorage.removeItem('hubbub typing')")
    field(ada).press_sequentially(" openly")
    expect(ben.locator(".typing")).to_have_text("ada is typing…")
    began = time.monotonic()

    expect(ben.locator(".typing")).to_have_text("", timeout=12_000)
    assert time.monotonic() - began > 3


def test_l1_the_owner_sends_the_first_message_after_one_screen(hubbub_server: Servers, pages: Pages) -> None:
    page = pages.open(f"{hubbub_server(cast=False).base_url}/")
    began = time.monotonic()

    page.get_by_label("Name", exact=True).fill("ada")
    page.get_by_label(re.compile("e-mail", re.IGNORECASE)).fill("ada@example.org")
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.get_by_label(re.compile("workspace", re.IGNORECASE)).fill("Atelier")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat/general/")
    is_alive(page)
    field(page).fill("The first words")
    field(page).press("Enter")
    expect(page.locator("article.msg[data-state=sent], article.msg[data-seq]").first).to_contain_text("first")

    assert time.monotonic() - began < 60


def test_l2_an_invited_person_lands_in_a_room_with_an_introduction(
    hubbub_server: Servers, pages: Pages
) -> None:
    server = hubbub_server(cast=False)
    ada, ben = pages.open(f"{server.base_url}/"), pages.blank()
    ada.locator("[name=username]").fill("ada")
    ada.locator("[name=email]").fill("ada@example.org")
    ada.locator("[name=password]").fill(PASSWORD)
    ada.locator("[name=workspace]").fill("Atelier")
    ada.locator("button").click()
    ada.wait_for_url("**/chat/general/")
    ada.goto(f"{server.base_url}/workspace/")
    ada.get_by_label("Whoever has an invitation link").check()
    ada.get_by_role("button", name="Save").click()
    ada.get_by_role("button", name="Make a link").click()

    ben.goto(ada.locator("[data-link]").inner_text())
    ben.locator("[name=username]").fill("ben")
    ben.locator("[name=password1]").fill(PASSWORD)
    ben.get_by_role("button", name="Join").click()

    ben.wait_for_url("**/chat/general/")
    is_alive(ben)
    expect(ben.get_by_text("Writing here joins you")).to_be_visible()
    expect(ben.locator("dialog")).to_have_count(0)
    field(ben).fill("Hello from Ben")
    field(ben).press("Enter")
    expect(ben.get_by_text("Writing here joins you")).to_be_hidden()


def test_l3_every_empty_place_says_what_it_is_for_and_gives_one_action(
    server: HubbubServer, pages: Pages
) -> None:
    page = pages.open_as(server.client("ada"), "/chat/")
    is_alive(page)

    empty = page.locator(".rooms .hint")
    expect(empty.nth(0)).to_contain_text("Rooms are where people talk.")
    expect(empty.nth(1)).to_contain_text("Messages between you and a few people")
    assert [empty.nth(at).locator("button").count() for at in (0, 1)] == [1, 1]
    empty.nth(1).get_by_role("button", name="Write to somebody").click()
    page.keyboard.type("/")
    expect(page.locator("dialog.switcher")).to_contain_text("Nothing found. Try fewer letters.")
    page.keyboard.press("Escape")
    empty.nth(0).get_by_role("button", name="Open a room").click()
    expect(page.locator(".selector input")).to_be_focused()
    page.keyboard.type("new place")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Nothing here yet. Say what this room is for.")).to_be_visible()
    expect(field(page)).to_be_focused()


def test_l4_what_one_may_not_do_is_absent_or_said_beforehand(server: HubbubServer, pages: Pages) -> None:
    ada = server.client("ada")
    news = ada.make_room("news", "announcement")["id"]
    ada.say(news, "from above")
    page = pages.open_as(server.client("ben"), "/chat/news/")
    is_alive(page)

    expect(page.get_by_text("Only managers can post in #news.")).to_be_visible()
    expect(field(page)).to_be_hidden()
    page.locator("article.msg").first.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Copy text")).to_be_visible()
    for forbidden in ("Edit", "Delete", "Reply"):
        expect(menu.get_by_role("menuitem", name=forbidden, exact=True)).to_have_count(0)


def test_l5_an_error_says_what_happened_that_the_text_is_safe_and_what_to_do(
    server: HubbubServer, pages: Pages
) -> None:
    pages.expect_complaints("ERR_INTERNET_DISCONNECTED", "WebSocket", "404")
    page = room_page(server, pages)

    page.keyboard.type("/pm nobody-at-all hello")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(
        "Nobody here is called nobody-at-all. Your text is kept."
    )
    expect(field(page)).to_have_value("/pm nobody-at-all hello")
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    field(page).fill("/pm ben hello")
    page.keyboard.press("Enter")
    wait_until(
        "the refusal is said",
        lambda: "Your text is kept; try again in a moment." in page.get_by_role("alert").inner_text(),
    )
    expect(field(page)).to_have_value("/pm ben hello")
