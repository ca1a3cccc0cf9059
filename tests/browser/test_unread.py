"""What is unread: where a room opens, what stays where it is, and what counts as read."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import LENGTH, Past
from tests.browser.reading import (
    below,
    cookies_of,
    first_in_view,
    is_alive,
    log,
    numbers,
    opened,
    row,
    settle,
    top_of,
    wheel,
)
from tests.support.pages import Pages
from tests.support.waiting import wait_until

DIVIDER = "[data-divider=unread]"


def read_position(past: Past) -> int:
    return int(past.ben.room_named(past.name)["read"])


def divider_top(page: Page) -> float:
    return float(
        page.locator(DIVIDER).evaluate(
            "(rule) => rule.getBoundingClientRect().top - rule.closest('[role=log]').getBoundingClientRect().top"
        )
    )


def test_c1_a_room_opens_at_the_first_unread_message_in_the_upper_third(past: Past, pages: Pages) -> None:
    past.unread_after("message 299")

    page = opened(pages, past, who="ben")

    expect(page.locator(DIVIDER)).to_be_in_viewport()
    assert 0 <= divider_top(page) < log(page).evaluate("(log) => log.clientHeight") / 3
    after = page.locator(DIVIDER).evaluate(
        "(rule) => rule.nextElementSibling.querySelector('.body').innerText.trim()"
    )
    assert after == "message 300"


def test_c1_however_far_back_the_first_unread_message_is(past: Past, pages: Pages) -> None:
    past.unread_after("message 39")

    page = opened(pages, past, who="ben")

    expect(page.locator(DIVIDER)).to_be_in_viewport()
    expect(row(page, "message 40")).to_be_in_viewport()
    assert LENGTH - 1 not in numbers(page), "the premise: the end is not there yet"


def test_c2_the_divider_stays_until_one_sends(past: Past, pages: Pages) -> None:
    past.unread_after("message 259")
    page = opened(pages, past, who="ben")
    expect(page.locator(DIVIDER)).to_be_in_viewport()
    before = divider_top(page)
    for number in range(3):
        past.ada.say(past.id, f"news {number}")
    expect(page.locator(".foot > .jump")).to_contain_text("3 new messages")
    settle(page)

    assert page.locator(DIVIDER).count() == 1
    assert divider_top(page) == before
    page.locator(".foot > .jump").click()
    wait_until("the room is read", lambda: read_position(past) >= past.seq_of("news 2"))
    wheel(page, -1500)
    expect(page.locator(f"{DIVIDER} + article")).to_contain_text("message 260")

    page.locator(".comp textarea").fill("I have read it")
    page.keyboard.press("Enter")
    expect(page.locator(DIVIDER)).to_have_count(0)


def test_c3_nothing_is_read_in_a_window_without_focus(past: Past, pages: Pages) -> None:
    past.unread_after("message 325")
    page = pages.blank()
    page.context.add_init_script("window.hasFocus = false; document.hasFocus = () => window.hasFocus")
    page.context.add_cookies(cookies_of(past.ben))
    page.goto(past.url)
    expect(row(page, f"message {LENGTH - 1}")).to_be_in_viewport()
    expect(page.locator("html[data-conn=online]")).to_be_attached()
    before = read_position(past)

    past.ada.say(past.id, "seen by nobody")
    expect(row(page, "seen by nobody")).to_be_attached()
    page.wait_for_timeout(1500)  # More than the moment after which it would be read.
    assert read_position(past) == before

    page.evaluate("window.hasFocus = true; window.dispatchEvent(new Event('focus'))")
    wait_until("it is read now", lambda: read_position(past) > before)


def test_c7_marked_unread_stays_so_until_one_leaves_and_returns(past: Past, pages: Pages) -> None:
    other = past.ada.make_room(f"beside {past.name}")
    past.ben.join(other["id"])
    page = opened(pages, past, who="ben")
    page.keyboard.press("Escape")
    last = past.seq_of(f"message {LENGTH - 1}")
    wait_until("all is read", lambda: read_position(past) >= last)
    row(page, "message 327").hover()
    row(page, "message 327").get_by_role("button", name="More").click()

    page.get_by_role("menuitem", name="Mark unread from here").click()

    expect(page.locator(f"{DIVIDER} + article")).to_contain_text("message 327")
    here = page.locator(f".room[data-room-id='{past.id}']")
    expect(here).to_have_attribute("data-unread", "3")
    wait_until("the server knows", lambda: read_position(past) == past.seq_of("message 327") - 1)
    past.ada.say(past.id, "one more")
    expect(here).to_have_attribute("data-unread", "4")
    page.wait_for_timeout(1500)  # More than the moment after which it would be read.
    expect(here).to_have_attribute("data-unread", "4")

    page.locator(".room").get_by_text(other["name"], exact=True).click()
    expect(page.get_by_role("heading", name=other["name"]).first).to_be_visible()
    here.click()
    expect(page.locator(f"{DIVIDER} + article")).to_contain_text("message 327")
    expect(here).to_have_attribute("data-unread", "0")


def test_c8_a_room_that_is_only_passed_is_not_read(past: Past, pages: Pages) -> None:
    past.unread_after("message 320")
    other = past.ada.make_room(f"beside {past.name}")
    past.ben.join(other["id"])
    page = pages.open_as(past.ben, f"/chat/{other['name']}/")
    expect(page.locator("html[data-conn=online]")).to_be_attached()
    before = read_position(past)

    page.locator(f".room[data-room-id='{past.id}']").click()
    expect(row(page, "message 321")).to_be_attached()
    page.locator(f".room[data-room-id='{other['id']}']").click()
    expect(page.get_by_role("heading", name=other["name"]).first).to_be_visible()
    page.wait_for_timeout(1200)  # More than the moment after which it would be read.
    assert read_position(past) == before

    page.locator(f".room[data-room-id='{past.id}']").click()
    wait_until("it is read when one stays", lambda: read_position(past) > before)


def test_c9_escape_reads_the_room_and_goes_to_the_end(past: Past, pages: Pages) -> None:
    past.unread_after("message 100")
    page = opened(pages, past, who="ben")
    expect(page.locator(DIVIDER)).to_be_in_viewport()

    page.keyboard.press("Escape")

    expect(row(page, f"message {LENGTH - 1}")).to_be_in_viewport()
    assert below(page) == 0
    expect(page.locator(DIVIDER)).to_have_count(0)
    wait_until("it is read", lambda: past.ben.room_named(past.name)["unread"] == 0)


def test_c9_shift_escape_reads_everything_and_can_be_taken_back(past: Past, pages: Pages) -> None:
    past.unread_after("message 100")
    quiet = past.ada.make_room(f"beside {past.name}")
    page = pages.open_as(past.ben, f"/chat/{quiet['name']}/")
    is_alive(page)
    here = page.locator(f".room[data-room-id='{past.id}']")
    expect(here).to_have_attribute("data-unread", "229")

    page.keyboard.press("Shift+Escape")
    page.get_by_role("button", name="Mark as read").click()

    expect(here).to_have_attribute("data-unread", "0")
    wait_until("it is read", lambda: past.ben.room_named(past.name)["unread"] == 0)
    page.get_by_role("button", name="Undo").click()
    expect(here).to_have_attribute("data-unread", "229")
    wait_until("it is not", lambda: past.ben.room_named(past.name)["unread"] == 229)


def test_b13_page_keys_move_the_log_while_the_composer_is_empty(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    page.locator(".comp textarea").focus()
    assert below(page) == 0

    page.keyboard.press("PageUp")
    wait_until("a page up", lambda: below(page) > 300)
    page.keyboard.press("PageDown")
    wait_until("and down again", lambda: below(page) < 100)
    page.keyboard.press("Home")
    wait_until("the first that was known", lambda: int(first_in_view(page).split()[1]) <= LENGTH - 60)
    page.keyboard.press("End")
    expect(row(page, f"message {LENGTH - 1}")).to_be_in_viewport()
    assert below(page) == 0

    page.locator(".comp textarea").fill("words")
    before = top_of(page, f"message {LENGTH - 1}")
    page.keyboard.press("Home")
    settle(page)
    assert top_of(page, f"message {LENGTH - 1}") == before


def test_what_comes_while_one_looks_is_never_unread_beside(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    page.evaluate(WATCH_MARKS, past.id)

    for number in range(5):
        past.ben.say(past.id, f"seen at once {number}")
        expect(row(page, f"seen at once {number}")).to_be_in_viewport()

    assert page.evaluate("window.marks") == [], "neither the sidebar nor the title said that something waits"

    wait_until("all of it is read", lambda: past.ada.room_named(past.name)["unread"] == 0)
    page.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    past.ben.say(past.id, "said to nobody")
    expect(page.locator(f".room[data-room-id='{past.id}']")).to_have_attribute("data-unread", "1")


# Notes each time the room is shown as unread in the sidebar or in the title.
WATCH_MARKS = """(room) => {
  window.marks = [];
  const beside = document.querySelector(`.room[data-room-id="${room}"]`);
  const look = () => beside.dataset.unread !== '0' && window.marks.push(beside.dataset.unread);
  new MutationObserver(look).observe(beside, {attributes: true});
  new MutationObserver(() => document.title.startsWith('•') && window.marks.push(document.title)).observe(
    document.querySelector('title'), {childList: true});
}"""
