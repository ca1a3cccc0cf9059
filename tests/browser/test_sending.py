"""Rows A of docs/behaviour.md: what is written appears at once, arrives once, in order, and is never lost."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.room_page import WENT_AWAY, bodies, is_live, nothing_is_pending, reload, said, say, shows
from tests.support.http_client import HttpClient, accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.waiting import wait_until
from tests.support.wire import Lay

# Writes, presses Enter, and counts the milliseconds until the row is there and the field is empty.
ECHO = """async (text) => {
  const field = document.querySelector('.comp textarea');
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  const pressed = performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  const done = () => field.value === ''
    && [...document.querySelectorAll('article.msg')].some((row) => row.textContent.includes(text));
  while (!done()) await new Promise(requestAnimationFrame);
  return performance.now() - pressed;
}"""


def test_a1_the_row_is_there_and_the_composer_empty_at_once_on_a_slow_network(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(page)
    page.evaluate(ECHO, "the first is slower: nothing is warm yet")
    wire.slow(1.0)

    took = page.evaluate(ECHO, "on a slow wire")

    assert took < 100
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(1)
    nothing_is_pending(page)


def test_a2_a_pending_row_is_muted_then_slow_then_the_same_row(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(page)
    say(page, "the one before")
    nothing_is_pending(page)
    wire.slow(1.5)
    say(page, "watched")
    row = page.locator("article.msg", has_text="watched")
    expect(row).to_have_attribute("data-state", "pending")
    assert row.get_attribute("data-slow") is None
    pending = row.evaluate(
        "row => { row.seenBefore = true; return getComputedStyle(row.querySelector('.body')).color }"
    )
    top = row.evaluate("row => row.getBoundingClientRect().top")

    expect(row).to_have_attribute("data-slow", "")
    nothing_is_pending(page)

    assert row.count() == 1
    assert row.evaluate("row => row.seenBefore") is True
    assert row.evaluate("row => getComputedStyle(row.querySelector('.body')).color") != pending
    assert row.evaluate("row => row.getBoundingClientRect().top") == top


def test_e11_what_is_selected_stays_so_while_its_message_is_stored_and_answered(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    ben = server.client("ben")
    ben.join(room)
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(page)
    wire.slow(1.0)
    say(page, "worth copying")
    message = page.locator("article.msg")
    message.get_by_text("worth copying").dblclick(position={"x": 10, "y": 8})
    expect(message).to_have_attribute("data-state", "pending")
    assert selected(page) == "worth"

    expect(message).to_have_attribute("data-state", "sent")
    assert selected(page) == "worth"
    accepted(ben.operate(room, "react", target=message.get_attribute("data-id"), emoji="👍"))
    expect(message.locator("[data-emoji]")).to_be_visible()

    assert selected(page) == "worth"
    accepted(ada.operate(room, "edit", target=message.get_attribute("data-id"), body="other words"))
    expect(message.locator(".body")).to_contain_text("other words")


def selected(page: Page) -> str:
    return str(page.evaluate("String(getSelection())")).strip()


def test_a3_offline_messages_arrive_once(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    pages.expect_complaints(*WENT_AWAY)
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    ben = pages.open_as(server.client("ben"), "/chat/general/")
    is_live(page)
    is_live(ben)
    wire.cut()
    for number in range(3):
        say(page, f"offline {number}")
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(3)

    wire.mend()
    reload(page)

    wanted = [f"offline {number}" for number in range(3)]
    shows(page, wanted)
    nothing_is_pending(page)
    shows(ben, wanted)
    assert said(ada, room) == wanted


def test_a4_a_lost_answer_and_a_retry_make_one_message(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    pages.expect_complaints(*WENT_AWAY)
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(page)
    wire.die("down")
    say(page, "said once")
    wait_until("the server has stored it", lambda: said(ada, room) == ["said once"])
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(1)

    wire.mend()

    nothing_is_pending(page)
    shows(page, ["said once"])
    reload(page)
    is_live(page)
    shows(page, ["said once"])
    assert said(ada, room) == ["said once"]


def test_a4_a_reload_between_storing_and_answer_never_shows_it_twice(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    pages.expect_complaints(*WENT_AWAY)
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(page)
    page.context.add_init_script(
        """window.most = 0;
        new MutationObserver(() => {
          window.most = Math.max(window.most, document.querySelectorAll('article.msg').length);
        }).observe(document, { childList: true, subtree: true });"""
    )
    wire.die("down", asked="/ws/")
    say(page, "said once")
    wait_until("the server has stored it", lambda: said(ada, room) == ["said once"])

    wire.slow(0.4)
    reload(page)
    is_live(page)
    wait_until("it was acknowledged", lambda: page.evaluate("window.__chat.stats().outbox") == 0)

    assert bodies(page) == ["said once"]
    assert page.evaluate("window.most") == 1


def refused_row(page: Page) -> None:
    expect(page.locator("article.msg[data-state=failed]")).to_have_count(1, timeout=20_000)


@pytest.fixture
def silenced(server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages) -> Page:
    """Ben's page, with one message that was refused: the room became Ada's to announce in while he was away."""
    pages.expect_complaints(*WENT_AWAY, "status of 403")
    wire = wire_to(server)
    ada.make_room("garden")
    ben = server.client("ben")
    ben.join(room)
    page = pages.open_through(wire.base_url, ben, "/chat/general/")
    is_live(page)
    wire.cut()
    say(page, "too late to say this")
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(1)
    accepted(ada.patch(f"/api/v1/rooms/{room}", {"kind": "announcement"}))
    wire.mend()
    return page


def test_a5_a_refused_message_says_why_and_is_kept_until_discarded(
    silenced: Page, ada: HttpClient, room: str
) -> None:
    refused_row(silenced)
    row = silenced.locator("article.msg[data-state=failed]")
    expect(row).to_contain_text("You may not do that in this room.")
    for choice in ("Retry", "Edit", "Discard"):
        expect(row.get_by_role("button", name=choice)).to_be_visible()

    reload(silenced)
    again = silenced.locator("article.msg[data-state=failed]")
    expect(again).to_contain_text("too late to say this")
    again.get_by_role("button", name="Discard").click()
    expect(again).to_have_count(0)
    reload(silenced)
    expect(silenced.locator("main h1").first).to_be_visible()
    assert silenced.get_by_text("too late to say this").count() == 0
    assert said(ada, room) == []


def test_a5_retry_sends_what_was_refused(silenced: Page, ada: HttpClient, room: str) -> None:
    refused_row(silenced)
    accepted(ada.patch(f"/api/v1/rooms/{room}", {"kind": "public"}))
    is_live(silenced)

    silenced.locator("article.msg[data-state=failed]").get_by_role("button", name="Retry").click()

    nothing_is_pending(silenced)
    shows(silenced, ["too late to say this"])
    assert said(ada, room) == ["too late to say this"]


def test_a5_edit_brings_the_words_back(silenced: Page, ada: HttpClient, room: str) -> None:
    refused_row(silenced)
    accepted(ada.patch(f"/api/v1/rooms/{room}", {"kind": "public"}))
    is_live(silenced)

    silenced.locator("article.msg[data-state=failed]").get_by_role("button", name="Edit").click()

    expect(silenced.locator(".comp textarea")).to_have_value("too late to say this")
    expect(silenced.locator("article.msg[data-state=failed]")).to_have_count(0)


def test_a8_a_late_failure_leaves_another_rooms_words_alone(silenced: Page) -> None:
    silenced.locator(".side").get_by_text("garden").click()
    expect(silenced.locator("main h1")).to_have_text("# garden")
    field = silenced.locator(".comp textarea")
    field.press_sequentially("being typed")
    wait_until("it was refused", lambda: silenced.evaluate("window.__chat.stats().failed") == 1, timeout=20)

    expect(field).to_have_value("being typed")
    assert field.evaluate("field => field === document.activeElement && field.selectionStart") == len(
        "being typed"
    )
    assert bodies(silenced) == []


def test_a9_two_tabs_show_a_message_once_also_while_both_reconnect(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    pages.expect_complaints(*WENT_AWAY)
    wire = wire_to(server)
    one = pages.open_through(wire.base_url, ada, "/chat/general/")
    two = one.context.new_page()
    two.goto(one.url)
    is_live(one)
    is_live(two)
    say(one, "from one")
    shows(two, ["from one"])
    wire.cut()

    say(one, "from one, away")
    say(two, "from two, away")
    for page in (one, two):
        expect(page.locator("article.msg[data-state=pending]")).to_have_count(2)
    wire.mend()

    nothing_is_pending(one)
    nothing_is_pending(two)
    wanted = said(ada, room)
    assert sorted(wanted) == ["from one", "from one, away", "from two, away"]
    shows(one, wanted)
    shows(two, wanted)


def test_a11_ten_messages_typed_fast_keep_their_order(
    server: HubbubServer, ada: HttpClient, room: str, pages: Pages
) -> None:
    page = pages.open_as(ada, "/chat/general/")
    ben = pages.open_as(server.client("ben"), "/chat/general/")
    is_live(page)
    is_live(ben)
    page.locator(".comp textarea").focus()

    for number in range(10):
        page.keyboard.type(f"n{number}")
        page.keyboard.press("Enter")

    wanted = [f"n{number}" for number in range(10)]
    shows(page, wanted)
    shows(ben, wanted)
    nothing_is_pending(page)
    shows(page, wanted)


def test_a12_closing_asks_while_something_is_unsent_and_not_for_a_draft(
    server: HubbubServer, ada: HttpClient, room: str, wire_to: Lay, pages: Pages
) -> None:
    pages.expect_complaints(*WENT_AWAY)
    wire = wire_to(server)
    page = pages.open_through(wire.base_url, ada, "/chat/general/")
    is_live(page)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.locator(".comp textarea").press_sequentially("only a draft")
    page.reload()
    is_live(page)
    assert asked == []

    wire.cut()
    page.locator(".comp textarea").press_sequentially(", now sent")
    page.keyboard.press("Enter")
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(1)

    with page.expect_event("close"):
        page.close(run_before_unload=True)

    assert asked == ["beforeunload"]
