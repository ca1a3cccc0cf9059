"""Writing in real Chromium: what Enter does, input methods, completion, marks, and what must not be sent."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.scene import composing, field, is_alive, offers, room_page, texts
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.waiting import wait_until

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


def said(page: Page) -> list[str]:
    return texts(page.locator("article.msg .body"))


def is_sent(page: Page, text: str) -> None:
    expect(page.locator("article.msg .body").last).to_have_text(text, use_inner_text=True)
    expect(field(page)).to_have_value("")


def test_e1_enter_sends_and_shift_enter_and_a_fence_break_the_line(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)

    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(field(page)).to_have_value("one\ntwo")
    page.keyboard.press("Enter")
    is_sent(page, "one\ntwo")

    page.keyboard.type("```")
    page.keyboard.press("Enter")
    page.keyboard.type("x = 1")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("```\nx = 1\n")
    page.keyboard.type("```")
    page.keyboard.press("Enter")
    is_sent(page, "x = 1")


def test_e1_where_it_was_chosen_only_ctrl_enter_sends(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    page.evaluate("localStorage.setItem('hubbub enter', 'break')")

    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(field(page)).to_have_value("one\ntwo")
    page.keyboard.press("Control+Enter")

    is_sent(page, "one\ntwo")


def test_e1_on_touch_enter_breaks_the_line_and_the_button_sends(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages, **PHONE)

    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(field(page)).to_have_value("one\ntwo")
    page.get_by_role("button", name="Send").tap()

    is_sent(page, "one\ntwo")


def test_e2_an_input_method_confirming_never_sends(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    page.keyboard.type("にほん")

    assert not composing(page, 13, is_composing=True)
    assert not composing(
        page, 229, is_composing=False
    )  # Safari ends the composition before it tells of Enter
    expect(field(page)).to_have_value("にほん")
    assert said(page) == []

    assert composing(page, 13, is_composing=False)  # the premise: such an Enter does send
    is_sent(page, "にほん")


def test_e2_nor_does_a_real_composition(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    session = page.context.new_cdp_session(page)

    session.send("Input.imeSetComposition", {"text": "日本", "selectionStart": 2, "selectionEnd": 2})
    page.keyboard.press("Enter")
    assert said(page) == []
    session.send("Input.insertText", {"text": "日本"})
    expect(field(page)).to_have_value(re.compile("日本"))
    page.keyboard.press("Enter")

    expect(page.locator("article.msg .body")).to_have_count(1)


def test_e3_an_open_list_owns_enter_tab_and_escape(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)

    page.keyboard.type("@be")
    expect(offers(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(offers(page).first).to_be_hidden()
    expect(field(page)).to_have_value("@be")
    page.keyboard.type("n")
    expect(offers(page).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("@ben ")
    page.keyboard.type("and @be")
    page.keyboard.press("Tab")
    expect(field(page)).to_have_value("@ben and @ben ")
    expect(field(page)).to_be_focused()
    assert said(page) == []

    page.keyboard.press("Control+z")
    expect(field(page)).to_have_value("@ben and @be")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    is_sent(page, "@ben and @be")


def test_e4_people_are_listed_at_once_without_the_network(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    page.context.set_offline(True)
    pages.expect_complaints("ERR_INTERNET_DISCONNECTED", "WebSocket")
    page.evaluate(
        """() => {
          window.waits = [];
          const field = document.querySelector('.comp textarea');
          field.addEventListener('input', () => {
            const began = performance.now();
            const look = () => {
              const chosen = document.querySelector('.completion:not([hidden]) [aria-selected=true]');
              if (chosen) window.waits.push(performance.now() - began);
              else if (performance.now() - began < 2000) setTimeout(look);
            };
            look();
          });
        }"""
    )

    page.keyboard.type("@b")
    expect(offers(page)).to_have_count(1)
    page.keyboard.type("e")
    wait_until("three looks", lambda: len(page.evaluate("window.waits")) == 3)

    assert max(page.evaluate("window.waits")) < 50
    expect(field(page)).to_have_attribute("aria-activedescendant", "completion-0")


def test_e5_the_order_of_people_is_handle_speakers_members_others(server: HubbubServer, pages: Pages) -> None:
    server.add_people("ann", "anna", "annabel", "anton", "anke")
    ada = server.client("ada")
    room, other = ada.make_room("general"), ada.make_room("elsewhere")
    for name in ("anna", "annabel", "anton"):
        server.client(name).join(room["id"])
    for name in ("ann", "anke"):
        server.client(name).join(other["id"])
    for name in ("anton", "annabel"):
        server.client(name).say(room["id"], "hello")
    page = pages.open_as(ada, "/chat/elsewhere/")
    is_alive(page)
    page.get_by_role("link", name="general").click()
    expect(page.locator("article.msg")).to_have_count(2)

    field(page).press_sequentially("@an")
    expect(offers(page)).to_have_count(5)
    names = texts(offers(page).locator("b"))
    notes = texts(offers(page).locator("small"))
    page.keyboard.type("n")
    exact = texts(offers(page).locator("b"))

    assert names == ["annabel", "anton", "anna", "anke", "ann"]
    assert notes == ["not in this room"] * 2
    assert exact == ["ann", "annabel", "anna"]


def test_e6_rooms_and_commands_are_completed_and_a_smile_is_left_alone(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)

    page.keyboard.type("see #gen")
    expect(offers(page)).to_have_text(["#generalFor everything"])
    page.keyboard.press("Tab")
    expect(field(page)).to_have_value("see #general ")
    field(page).fill("")
    page.keyboard.type(":rocket")
    expect(offers(page).first).to_contain_text("🚀")  # from here on the names are there
    for smile in (":)", ":p", ":-D", "10:30", "see /"):
        field(page).fill("")
        page.keyboard.type(smile)
        expect(field(page)).to_have_value(smile)
        expect(offers(page).first).to_be_hidden()
    field(page).fill("")
    page.keyboard.type("/")

    expect(offers(page)).to_contain_text(["a private message"])


def test_e6_two_letters_after_a_colon_complete_emoji_in_ones_language_and_in_english(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages, locale="ru-RU")

    for typed, sign in [(":rocket", "🚀"), (":ракет", "🚀")]:
        field(page).fill("")
        page.keyboard.type(typed)
        expect(offers(page).first).to_contain_text(sign)
        page.keyboard.press("Enter")
        expect(field(page)).to_have_value(f"{sign} ")
    page.keyboard.type(":x")

    expect(offers(page).first).to_be_hidden()


def test_e7_the_composer_grows_to_two_fifths_and_the_log_stays_at_its_end(
    server: HubbubServer, pages: Pages
) -> None:
    ada = server.client("ada")
    room = ada.make_room("general")
    for number in range(40):
        ada.say(room["id"], f"message {number}")
    page = pages.open_as(ada, "/chat/general/")
    is_alive(page)
    before = field(page).evaluate("(it) => it.clientHeight")

    for _ in range(30):
        field(page).press("Shift+Enter")

    height = field(page).evaluate("(it) => it.getBoundingClientRect().height")
    assert before < 60
    assert height == pytest.approx(page.evaluate("innerHeight") * 0.4, abs=2)
    assert field(page).evaluate("(it) => it.scrollHeight > it.clientHeight")
    bottom = page.get_by_text("message 39", exact=True).evaluate("(it) => it.getBoundingClientRect().bottom")
    assert bottom <= page.locator(".foot").evaluate("(it) => it.getBoundingClientRect().top") + 1
    expect(page.get_by_text("message 39", exact=True)).to_be_in_viewport()


def test_e10_marks_by_key_links_by_paste_and_one_undo_each(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    page.keyboard.type("plan")
    marks = {
        "Control+b": "**plan**",
        "Control+i": "*plan*",
        "Control+Shift+X": "~~plan~~",
        "Control+e": "`plan`",
        "Control+Shift+C": "```\nplan\n```",
    }

    for keys, marked in marks.items():
        page.keyboard.press("Control+a")
        page.keyboard.press(keys)
        expect(field(page)).to_have_value(marked)
        page.keyboard.press(keys)
        expect(field(page)).to_have_value("plan")
        page.keyboard.press("Control+a")
        page.keyboard.press(keys)
        page.keyboard.press("Control+z")
        expect(field(page)).to_have_value("plan")

    page.keyboard.press("Control+a")
    paste(page, "https://example.org/plan")
    expect(field(page)).to_have_value("[plan](https://example.org/plan)")
    page.keyboard.press("Control+z")
    expect(field(page)).to_have_value("plan")


def paste(page: Page, text: str) -> None:
    field(page).evaluate(
        """(field, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', text);
          field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_e11_typing_at_the_page_goes_to_the_composer_first_letter_kept(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)
    field(page).evaluate("(it) => it.blur()")
    page.keyboard.press("Control+c")
    page.keyboard.press("Alt+x")
    expect(field(page)).not_to_be_focused()
    page.get_by_role("button", name="People").focus()
    page.keyboard.type("x")
    expect(field(page)).to_have_value("")

    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("hello")

    expect(field(page)).to_have_value("hello")


def test_e11_a_selection_can_still_be_copied(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages, permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.type("worth copying")
    page.keyboard.press("Enter")
    page.locator("article.msg .body").dblclick()

    page.keyboard.press("Control+c")

    assert page.evaluate("navigator.clipboard.readText()").strip() in ("worth", "copying")
    expect(field(page)).to_have_value("")


def test_e12_an_unknown_command_is_kept_and_can_be_sent_as_text(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)

    page.keyboard.type("/shurg well")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no command /shurg. Your text is kept.")
    expect(field(page)).to_have_value("/shurg well")
    assert said(page) == []
    page.get_by_role("button", name="Send as text").click()

    is_sent(page, "/shurg well")


def test_a13_a_counter_shows_from_nine_tenths_and_too_much_is_not_sent(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)
    counter = page.locator(".count")

    field(page).fill("a" * 4499)
    expect(counter).to_be_hidden()
    field(page).fill("a" * 4500)
    expect(counter).to_have_text("500")
    field(page).fill("😀" * 5001)
    expect(counter).to_have_text("-1")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Too long by 1 character. Nothing is lost")
    assert said(page) == []
    assert field(page).evaluate("(it) => [...it.value].length") == 5001


def refuse_first_operation(page: Page, wait_ms: int) -> None:
    """The server says once that the writer is too fast, as it does when the rate is used up."""
    refused: list[str] = []

    def lay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame.get("type") != "op" or refused:
                return server.send(message)
            refused.append(frame["ref"])
            answer = {
                "type": "err",
                "ref": frame["ref"],
                "code": "rate_limited",
                "detail": "",
                "retry_after_ms": wait_ms,
            }
            return socket.send(json.dumps(answer))

        socket.on_message(pass_on)

    page.route_web_socket(re.compile("/ws/v1"), lay)


def test_l7_who_writes_too_fast_sees_a_calm_countdown_and_goes_on_typing(
    server: HubbubServer, pages: Pages
) -> None:
    page = room_page(server, pages)
    refuse_first_operation(page, 3000)
    page.reload()
    is_alive(page)
    line = page.get_by_role("timer")

    field(page).press_sequentially("one")
    page.keyboard.press("Enter")
    expect(line).to_have_text(re.compile("Your messages are kept; the next goes out in [123] s."))
    page.keyboard.type("meanwhile")
    expect(field(page)).to_have_value("meanwhile")

    expect(page.locator("article.msg[data-state=sent]").get_by_text("one")).to_be_visible()
    expect(line).to_be_hidden()
    expect(field(page)).to_have_value("meanwhile")
