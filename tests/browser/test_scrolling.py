"""Reading a log: nothing moves what one reads, the end stays in view, and the past comes before it is reached."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import LENGTH, Past
from tests.browser.reading import (
    at_rest,
    below,
    cookies_of,
    first_in_view,
    log,
    numbers,
    opened,
    row,
    scrolled_up,
    settle,
    top_of,
    wheel,
)
from tests.support.pages import Pages
from tests.support.waiting import wait_until

LAST = LENGTH - 1
ZONE = ZoneInfo("Asia/Kathmandu")  # three quarters of an hour away from everybody else's midnight


def test_b1_reading_is_not_moved_by_arrivals(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    scrolled_up(page)
    reading = first_in_view(page)
    before = top_of(page, reading)

    for number in range(5):
        past.ben.say(past.id, f"news {number}")

    expect(page.locator(".foot > .jump")).to_contain_text("5 new messages")
    settle(page)
    assert top_of(page, reading) == before
    assert page.get_by_text("news 4").count() == 1, "the premise: they are on the page, below"


def test_b1_a_change_above_the_reader_moves_nothing(past: Past, pages: Pages) -> None:
    target = past.id_of("message 295")
    page = opened(pages, past)
    scrolled_up(page, 200)
    reading = first_in_view(page)
    before = top_of(page, reading)
    assert top_of(page, "message 295") < -100 < 0 <= before, (
        "the premise: it lies above the view, on the page"
    )

    past.ada.operate(past.id, "edit", target=target, body="message 295\n\n" + "much longer\n\n" * 12)

    expect(page.get_by_text("much longer").first).to_be_attached()
    settle(page)
    assert top_of(page, reading) == before


def test_b2_the_last_line_stays_in_view(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    assert below(page) == 0

    def is_at_the_end() -> bool:
        settle(page)
        return below(page) < 1

    past.ben.say(past.id, "one more\n\nof three\n\nparagraphs")
    expect(page.get_by_text("paragraphs")).to_be_in_viewport()
    wait_until("the end after a message", is_at_the_end)
    page.locator(".comp textarea").fill("a\nb\nc\nd\ne\nf")
    wait_until("the end when the composer has grown", is_at_the_end)
    page.set_viewport_size({"width": 900, "height": 420})
    wait_until("the end when the window is smaller", is_at_the_end)
    page.locator("article.msg .body").last.evaluate(
        "(body) => body.append(Object.assign(document.createElement('div'), {style: 'block-size: 300px'}))"
    )
    wait_until("the end when something in the log has grown", is_at_the_end)
    expect(page.locator(".foot > .jump")).to_be_hidden()


def test_b3_older_pages_come_before_the_top_and_move_nothing(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    page.evaluate(WATCH_DRIFT)

    def reached() -> bool:
        wheel(page, -260)
        return log(page).evaluate("(log) => log.scrollTop") == 0 and "message 0" in _texts(page)

    wait_until("the first message", reached, timeout=40)
    at_rest(page)
    found = page.evaluate("window.drift")
    assert found["frames"] > 30, "the premise: many frames were looked at"
    assert found["blank"] == 0
    assert found["jumps"] == []
    assert numbers(page)[:3] == [0, 1, 2]
    assert page.locator("article.msg").count() <= 300


# In each frame: the rows seen in the frame before may have moved by what was scrolled, and by nothing else.
WATCH_DRIFT = """() => {
  const log = document.querySelector('[role=log]');
  const found = (window.drift = {frames: 0, blank: 0, jumps: []});
  let seen = new Map();
  const look = () => {
    const box = log.getBoundingClientRect();
    const now = new Map();
    for (const row of log.querySelectorAll('article.msg[data-seq]')) {
      const {top, bottom} = row.getBoundingClientRect();
      if (bottom > box.top && top < box.bottom) now.set(row.dataset.seq, top);
    }
    const shifts = [...now].filter(([seq]) => seen.has(seq)).map(([seq, top]) => top - seen.get(seq));
    found.frames += 1;
    if (!now.size) found.blank += 1;
    if (shifts.length && Math.max(...shifts) - Math.min(...shifts) > 0.5) found.jumps.push(shifts);
    if (shifts.length && (Math.max(...shifts) > 400 || Math.min(...shifts) < -1)) found.jumps.push(shifts);
    seen = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def _texts(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("article.msg .body").all_inner_texts()]


def test_b9_the_latest_is_one_step_away(past: Past, pages: Pages) -> None:
    first = past.seq_of("message 3")
    page = opened(pages, past, at=first)
    expect(page.locator(".foot > .jump")).to_contain_text("Jump to latest")
    assert f"message {LAST}" not in _texts(page), "the premise: the end is not even on the page"

    page.locator(".foot > .jump").click()

    expect(row(page, f"message {LAST}")).to_be_in_viewport()
    assert below(page) == 0
    assert numbers(page) == list(range(numbers(page)[0], LENGTH))
    expect(page.locator(".foot > .jump")).to_be_hidden()


def test_b10_a_permalink_lands_and_stays(past: Past, pages: Pages) -> None:
    seq = past.seq_of("message 100")
    page = opened(pages, past, at=seq)
    target = row(page, "message 100")

    expect(target).to_be_in_viewport()
    expect(target).to_have_attribute("data-flash", "")
    height = log(page).evaluate("(log) => log.clientHeight")
    before = top_of(page, "message 100")
    assert 0 <= before < height / 2
    past.ben.say(past.id, "meanwhile")
    row(page, "message 99").evaluate("(row) => { row.style.paddingBlockEnd = '200px' }")
    settle(page)
    assert top_of(page, "message 100") == before
    expect(target).not_to_have_attribute("data-flash", "")

    page.reload()
    expect(row(page, "message 100")).to_be_in_viewport()


# As the screen shows it, whatever colours are called; at a moment of the animation, or as it stands.
FLASH_AT = """(row, at) => {
  const [flash] = row.getAnimations();
  flash?.pause();
  if (flash) flash.currentTime = at;
  const picture = document.createElement('canvas').getContext('2d');
  picture.fillStyle = getComputedStyle(row).backgroundColor;
  picture.fillRect(0, 0, 1, 1);
  return [...picture.getImageData(0, 0, 1, 1).data].join();
}"""


def test_a_flash_holds_and_fades_and_stands_still_under_reduced_motion(past: Past, pages: Pages) -> None:
    page = opened(pages, past, at=past.seq_of("message 100"))
    target = row(page, "message 100")
    held, late, middle = (target.evaluate(FLASH_AT, at) for at in (0, 1590, 2000))
    assert held == late, "it holds for 1.6 s"
    assert middle != held, "then it fades"

    still = opened(pages, past, at=past.seq_of("message 100"), reduced_motion="reduce")
    target = row(still, "message 100")
    assert target.evaluate("(row) => row.getAnimations().length") == 0
    assert target.evaluate(FLASH_AT, None) == held
    expect(target).not_to_have_attribute("data-flash", "")


def test_the_row_with_the_focus_stays_however_far_one_scrolls(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    focused = row(page, f"message {LAST}")
    focused.focus()

    def is_far_away() -> bool:
        wheel(page, -1500)
        return "message 20" in _texts(page)

    wait_until("the past", is_far_away, timeout=40)
    assert f"message {LAST - 1}" not in _texts(page), "the premise: its neighbours have left the page"
    expect(focused).to_be_focused()

    page.keyboard.press("e")
    expect(page.locator("textarea.edit")).to_be_focused()
    page.keyboard.press("Escape")
    at_rest(page)
    assert page.locator("article.msg").count() <= 301


def test_b10_a_second_click_on_the_same_link_works_again(past: Past, pages: Pages) -> None:
    seq = past.seq_of("message 20")
    past.ada.say(past.id, f"see {past.url}?at={seq}")
    page = opened(pages, past)
    link = page.locator("article.msg .body a").last

    link.click()
    expect(row(page, "message 20")).to_be_in_viewport()
    assert page.url == f"{past.url}?at={seq}"
    page.locator(".foot > .jump").click()
    expect(link).to_be_in_viewport()
    link.click()

    expect(row(page, "message 20")).to_be_in_viewport()
    expect(row(page, "message 20")).to_have_attribute("data-flash", "")


def test_b11_from_a_permalink_down_to_the_present_without_a_gap(past: Past, pages: Pages) -> None:
    seq = past.seq_of("message 30")
    page = opened(pages, past, at=seq)
    expect(row(page, "message 30")).to_be_in_viewport()
    seen: set[int] = set(numbers(page))
    assert LAST not in seen, "the premise: the present is not there yet"

    def arrived() -> bool:
        wheel(page, 700)
        now = numbers(page)
        assert now == list(range(now[0], now[-1] + 1)), "nothing is skipped or doubled"
        seen.update(now)
        return LAST in now and below(page) < 1

    wait_until("the present", arrived, timeout=40)
    assert seen >= set(range(30, LENGTH))
    past.ben.say(past.id, "and now")
    expect(page.get_by_text("and now")).to_be_in_viewport()


def test_b12_back_returns_to_the_place_that_was_left(past: Past, pages: Pages) -> None:
    other = past.ada.make_room(f"beside {past.name}")["name"]
    page = opened(pages, past)
    scrolled_up(page, 900)
    reading = first_in_view(page)
    before = top_of(page, reading)

    page.locator(".room").get_by_text(other, exact=True).click()
    expect(page.get_by_role("heading", name=other).first).to_be_visible()
    page.go_back()

    expect(row(page, reading)).to_be_in_viewport()
    settle(page)
    assert top_of(page, reading) == before
    page.locator(".room").get_by_text(other, exact=True).click()
    expect(page.get_by_role("heading", name=other).first).to_be_visible()
    page.locator(".room").get_by_text(past.name, exact=True).click()
    expect(row(page, f"message {LAST}")).to_be_in_viewport()


def test_a10_sending_goes_to_the_newest_message_from_anywhere(past: Past, pages: Pages) -> None:
    seq = past.seq_of("message 20")
    page = opened(pages, past, at=seq)
    expect(row(page, "message 20")).to_be_in_viewport()

    page.locator(".comp textarea").fill("here I am")
    page.keyboard.press("Enter")

    expect(row(page, "here I am")).to_be_in_viewport()
    expect(row(page, "here I am")).to_have_attribute("data-state", "sent")
    assert below(page) == 0


def test_b7_days_are_named_and_corrected_at_midnight(past: Past, pages: Pages) -> None:
    said = past.event_of(f"message {LAST}")["at"]
    evening = datetime.fromisoformat(said).astimezone(ZONE).replace(hour=23, minute=59, second=50)
    page = pages.blank(timezone_id=str(ZONE))
    page.clock.install(time=evening)
    page.context.add_cookies(cookies_of(past.ada))
    page.goto(past.url)
    day = page.locator("[data-divider=day]")
    expect(day).to_have_text("Today")

    page.clock.run_for(15_000)

    expect(day).to_have_text("Yesterday")
    page.clock.set_fixed_time(evening + timedelta(days=3))
    past.ben.say(past.id, "later")
    expect(day.first).to_have_text(f"{evening:%A}")
    page.clock.set_fixed_time(evening + timedelta(days=8))
    past.ben.say(past.id, "later still")
    expect(day.first).to_have_text(f"{evening:%B} {evening.day}")


def test_b8_grouped_rows_show_their_time_on_hover_and_focus(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    grouped = row(page, f"message {LAST}")
    time = grouped.locator("time")
    shown = "(time) => getComputedStyle(time).color !== 'rgba(0, 0, 0, 0)'"
    assert page.locator("article.msg[data-head]").count() < 5, "one name and one face for all of it"
    expect(grouped.locator(".who")).to_be_hidden()
    page.mouse.move(5, 5)
    assert not time.evaluate(shown)

    grouped.hover()
    wait_until("its time in the gutter", lambda: time.evaluate(shown))
    page.mouse.move(5, 5)
    grouped.focus()
    wait_until("its time in the gutter again", lambda: time.evaluate(shown))

    assert re.search(r"\d\d:\d\d:\d\d \w+", time.get_attribute("title") or ""), "seconds and zone"
    assert grouped.evaluate(
        "(row) => row.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id).textContent)"
    ) == ["ada", time.inner_text()]
    american = opened(pages, past, locale="en-US")
    assert re.fullmatch(r"\d{1,2}:\d\d\s[AP]M", row(american, f"message {LAST}").locator("time").inner_text())


def test_what_is_added_at_the_end_stands_as_if_all_had_been_drawn_anew(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    for number in range(70):  # with more than the window holds, so that rows leave it
        client = past.ben if number % 7 < 4 else past.ada
        client.say(past.id, f"added {number}\n\nwith **marks** and @ada")
        if number % 10 == 9:
            expect(row(page, f"added {number}")).to_be_attached()
    settle(page)

    grown = page.evaluate(STANDING)
    page.evaluate("dispatchEvent(new Event('focus'))")  # Everything is looked at again.
    settle(page)

    assert page.evaluate(STANDING) == grown
    assert len(grown) > 100


STANDING = """() => [...document.querySelector('.rows').children].map((one) =>
  [one.className, one.dataset.seq, one.dataset.head, one.dataset.mention, one.innerText])"""
