"""Rows A6 and A7 of docs/behaviour.md: half a sentence waits in its room, over reloads and killed tabs."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room_page import is_live, nothing_is_pending, reload
from tests.support.http_client import HttpClient
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.waiting import wait_until


def test_a6_a_draft_waits_in_its_room(server: HubbubServer, ada: HttpClient, room: str, pages: Pages) -> None:
    ada.make_room("garden")
    answered = ada.say(room, "a question")["id"]
    page = pages.open_as(ada, "/chat/general/")
    is_live(page)
    page.locator(f"article.msg[data-id={answered}]").focus()
    page.keyboard.press("r")
    page.keyboard.type("half a sentence")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    mark = page.locator(f"[data-room-id={room}] .draft")

    page.locator(".side").get_by_text("garden").click()
    expect(page.locator("main h1")).to_have_text("# garden")
    expect(page.locator(".comp textarea")).to_have_value("")
    expect(mark).to_have_count(1)
    page.locator(".side").get_by_text("general").click()

    field = page.locator(".comp textarea")
    expect(field).to_have_value("half a sentence")
    assert field.evaluate("field => field.selectionStart") == len("half a sentence") - 4
    expect(page.locator(".replying")).to_contain_text("a question")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(mark).to_have_count(0)
    expect(page.locator("article.msg").last).to_contain_text("half a sentence")
    nothing_is_pending(page)
    assert ada.log_of(room)[-1]["reply_to"] == answered


@pytest.mark.parametrize("end", ["reload", "kill"])
def test_a7_half_a_sentence_survives(
    end: str, server: HubbubServer, ada: HttpClient, room: str, pages: Pages
) -> None:
    answered = ada.say(room, "a question")["id"]
    for number in range(70):
        ada.say(room, f"later {number}")
    page = pages.open_as(ada, "/chat/general/")
    is_live(page)
    reach(page, f"article.msg[data-id={answered}]")
    page.locator(f"article.msg[data-id={answered}]").focus()
    page.keyboard.press("r")
    page.keyboard.type("half a sentence")
    wait_until("it was kept", lambda: page.evaluate(KEPT_DRAFTS) == 1)

    if end == "kill":
        page = killed(page)
    else:
        reload(page)

    is_live(page)
    expect(page.locator(".comp textarea")).to_have_value("half a sentence")
    expect(page.locator(".replying")).to_contain_text("a question")
    page.locator(".comp textarea").focus()
    page.keyboard.press("End")
    page.keyboard.type(" and the rest")
    page.keyboard.press("Enter")
    expect(page.locator("article.msg").last).to_contain_text("half a sentence and the rest")
    nothing_is_pending(page)
    assert ada.log_of(room)[-1]["reply_to"] == answered


KEPT_DRAFTS = """async () => {
  const [{ name }] = await indexedDB.databases();
  const database = await new Promise((done) => {
    const asked = indexedDB.open(name);
    asked.onsuccess = () => done(asked.result);
  });
  const count = await new Promise((done) => {
    const asked = database.transaction('drafts').objectStore('drafts').count();
    asked.onsuccess = () => done(asked.result);
  });
  database.close();
  return count;
}"""


def reach(page: Page, selector: str) -> None:
    def there() -> bool:
        page.locator("[role=log]").first.hover()
        page.mouse.wheel(0, -3000)
        page.wait_for_timeout(50)
        return page.locator(selector).count() == 1

    wait_until("the message is shown", there, timeout=20)


def killed(page: Page) -> Page:
    """The tab is gone without a word; the same browser opens the same address anew."""
    url, context = page.url, page.context
    other = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Page.enable")
    page.close(run_before_unload=False)
    other.goto(url)
    return other
