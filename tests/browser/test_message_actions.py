"""What can be done to a message: by pointer, by key, by finger; and what others see of it."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LENGTH, Past
from tests.browser.reading import below, opened, row, settle, top_of
from tests.support.http_client import accepted
from tests.support.pages import Pages
from tests.support.waiting import wait_until

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAST = f"message {LENGTH - 1}"


def menu(page: Page) -> list[str]:
    texts = page.locator("[role=menu] [role=menuitem] span").all_inner_texts()
    return [text.strip() for text in texts]


class Finger:
    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def down(self, x: float, y: float) -> None:
        self._tell("touchStart", [{"x": x, "y": y}])

    def move(self, x: float, y: float) -> None:
        self._tell("touchMove", [{"x": x, "y": y}])

    def up(self) -> None:
        self._tell("touchEnd", [])

    def _tell(self, kind: str, points: list[dict[str, float]]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def middle_of(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_f1_the_bar_appears_on_hover_and_shifts_nothing(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    before = top_of(page, "message 325")

    row(page, "message 325").hover()

    bar = row(page, "message 325").locator(".tools")
    expect(bar).to_be_visible()
    names = [button.get_attribute("aria-label") for button in bar.get_by_role("button").all()]
    assert names == ["React", "Reply", "More"]
    assert top_of(page, "message 325") == before
    box, whole = bar.bounding_box(), row(page, "message 325").bounding_box()
    assert box is not None
    assert whole is not None
    assert box["x"] > whole["x"] + whole["width"] - 140
    page.mouse.move(5, 5)
    expect(bar).to_be_hidden()


def test_f2_every_action_is_in_each_menu_and_has_a_key(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    mine = ["React", "Reply", "Edit", "Copy link", "Copy text", "Delete"]

    row(page, LAST).hover()
    row(page, LAST).get_by_role("button", name="More").click()
    assert menu(page) == mine
    page.keyboard.press("Escape")
    row(page, LAST).click(button="right")
    assert menu(page) == mine
    page.keyboard.press("Escape")
    row(page, LAST).focus()
    page.keyboard.press("Enter")
    assert menu(page) == mine
    page.keyboard.press("Escape")

    expect(row(page, LAST)).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator(".replying")).to_contain_text(LAST)
    row(page, LAST).focus()
    page.keyboard.press("e")
    expect(page.locator("textarea.edit")).to_be_focused()
    page.keyboard.press("Escape")
    row(page, LAST).focus()
    page.keyboard.press("+")
    expect(page.locator(".picker")).to_be_visible()
    page.keyboard.press("Escape")
    row(page, LAST).focus()
    page.keyboard.press("Delete")
    expect(page.locator("dialog.ask blockquote")).to_have_text(LAST)


def test_f2_another_persons_message_can_be_marked_unread_and_not_edited(past: Past, pages: Pages) -> None:
    page = opened(pages, past, who="ben")

    row(page, LAST).click(button="right")

    assert menu(page) == ["React", "Reply", "Copy link", "Copy text", "Mark unread from here"]


def test_f2_copied_links_and_texts_are_on_the_clipboard(past: Past, pages: Pages) -> None:
    page = opened(pages, past, permissions=["clipboard-read", "clipboard-write"])
    clipboard = "navigator.clipboard.readText()"
    row(page, "message 320").focus()

    page.keyboard.press("c")
    wait_until("a link", lambda: page.evaluate(clipboard) == f"{past.url}?at={past.seq_of('message 320')}")
    row(page, "message 321").focus()
    page.keyboard.press("Control+c")

    wait_until("a text", lambda: page.evaluate(clipboard) == "message 321")


def test_f3_a_reaction_toggles_at_once_and_says_whose_it_is(past: Past, pages: Pages) -> None:
    target = past.id_of(LAST)
    accepted(past.ben.operate(past.id, "react", target=target, emoji="❤"))
    ada, ben = opened(pages, past), opened(pages, past, who="ben")
    chip = row(ada, LAST).locator("[data-emoji]")
    expect(chip).to_have_text(re.compile("1"))

    ada.context.set_offline(True)  # At once: before any answer can come.
    chip.click()
    expect(chip).to_have_text(re.compile("2"), timeout=500)
    expect(chip).to_have_attribute("aria-pressed", "true")
    ada.context.set_offline(False)
    expect(row(ben, LAST).locator("[data-emoji]")).to_have_text(re.compile("2"), timeout=20_000)

    chip.hover()
    expect(ada.locator("[role=tooltip]")).to_have_text("❤️ You and ben")
    ada.mouse.move(5, 5)
    expect(ada.locator("[role=tooltip]")).to_be_hidden()
    ada.locator(".comp textarea").focus()
    chip.focus()
    expect(ada.locator("[role=tooltip]")).to_be_visible()
    chip.click()
    expect(row(ben, LAST).locator("[data-emoji]")).to_have_text(re.compile("1"))
    assert row(ada, LAST).locator("[data-emoji]").count() == 1


def test_f4_deleting_asks_with_the_words_quoted(past: Past, pages: Pages) -> None:
    ada, ben = opened(pages, past), opened(pages, past, who="ben")
    row(ada, LAST).focus()
    ada.keyboard.press("Delete")
    expect(ada.locator("dialog.ask blockquote")).to_have_text(LAST)
    ada.get_by_role("button", name="Cancel").click()
    expect(row(ben, LAST)).to_be_visible()

    row(ada, LAST).focus()
    ada.keyboard.press("Delete")
    ada.get_by_role("dialog").get_by_role("button", name="Delete").click()

    for page in (ada, ben):
        expect(row(page, LAST)).to_have_count(0)
        expect(page.get_by_text("Message deleted")).to_have_count(0)


def test_f4_a_deleted_message_with_an_answer_leaves_its_place(past: Past, pages: Pages) -> None:
    accepted(past.ben.operate(past.id, "send", body="an answer", reply_to=past.id_of(LAST)))
    page = opened(pages, past, who="ben")
    expect(row(page, "an answer").locator(".quote")).to_have_text(f"ada{LAST}")

    accepted(past.ada.operate(past.id, "delete", target=past.id_of(LAST)))

    expect(page.locator(".body", has_text="Message deleted")).to_have_count(1)
    expect(row(page, "an answer").locator(".quote")).to_contain_text("Message deleted")


def test_f5_editing_happens_in_the_row(past: Past, pages: Pages) -> None:
    ada, ben = opened(pages, past), opened(pages, past, who="ben")
    editor = ada.locator("textarea.edit")
    row(ada, LAST).focus()
    ada.keyboard.press("e")
    expect(editor).to_have_value(LAST)
    editor.fill("never mind")
    ada.keyboard.press("Escape")
    expect(row(ada, LAST)).to_be_visible()

    row(ada, LAST).focus()
    ada.keyboard.press("e")
    editor.fill("better words")
    ada.keyboard.press("Enter")

    for page in (ada, ben):
        edited = page.locator("article.msg", has_text="better words")
        expect(edited.locator(".ed")).to_have_text("(edited)")
        edited.locator(".ed").hover()
        expect(edited.locator(".ed")).to_have_attribute("title", re.compile(r"\d\d:\d\d:\d\d"))
    ada.locator("article.msg", has_text="better words").focus()
    ada.keyboard.press("e")
    editor.fill("")
    ada.keyboard.press("Enter")
    expect(ada.locator("dialog.ask blockquote")).to_have_text("better words")


def test_f6_a_quote_shows_what_is_answered_and_leads_there(past: Past, pages: Pages) -> None:
    answer = accepted(
        past.ben.operate(past.id, "send", body="late answer", reply_to=past.id_of("message 10"))
    )
    page = opened(pages, past)
    quote = row(page, "late answer").locator(".quote")
    expect(quote).to_have_text("adamessage 10")
    assert page.locator(".body").get_by_text("message 10", exact=True).count() == 0, "the premise: far away"

    quote.click()

    expect(row(page, "message 10")).to_be_in_viewport()
    expect(row(page, "message 10")).to_have_attribute("data-flash", "")
    assert page.url == f"{past.url}?at={past.seq_of('message 10')}"
    page.go_back()
    expect(row(page, "late answer")).to_be_in_viewport()
    accepted(past.ada.operate(past.id, "delete", target=past.id_of("message 10")))
    expect(quote).to_contain_text("Message deleted")
    quote.click()
    expect(page.locator(".toast")).to_have_text("That message is no longer here.")
    expect(row(page, "late answer")).to_be_in_viewport()
    assert answer["seq"] > 0


def test_f6_an_answer_that_arrives_brings_what_it_is_about(past: Past, pages: Pages) -> None:
    page = opened(pages, past)

    accepted(past.ben.operate(past.id, "send", body="about that", reply_to=past.id_of("message 7")))

    expect(row(page, "about that").locator(".quote")).to_have_text("adamessage 7")


def test_f10_who_edits_is_told_of_a_change_and_keeps_the_text(past: Past, pages: Pages) -> None:
    page = opened(pages, past)
    target = past.id_of(LAST)
    row(page, LAST).focus()
    page.keyboard.press("e")
    page.locator("textarea.edit").fill("my own words")

    accepted(past.ada.operate(past.id, "edit", target=target, body="from my phone"))
    expect(page.locator(".overtaken")).to_contain_text("from my phone")
    expect(page.locator("textarea.edit")).to_have_value("my own words")

    accepted(past.ada.operate(past.id, "delete", target=target))
    expect(page.locator(".comp textarea")).to_have_value("my own words")
    expect(page.locator(".toast")).to_contain_text("deleted")


def test_e9_up_in_an_empty_composer_edits_my_last_message(past: Past, pages: Pages) -> None:
    past.ben.say(past.id, "somebody else's")
    page = opened(pages, past)
    field = page.locator(".comp textarea")
    field.fill("words")
    page.keyboard.press("ArrowUp")
    settle(page)
    assert page.locator("textarea.edit").count() == 0

    field.fill("")
    page.keyboard.press("ArrowUp")

    expect(page.locator("textarea.edit")).to_have_value(LAST)


def test_j3_a_long_press_opens_a_sheet(past: Past, pages: Pages) -> None:
    page = opened(pages, past, who="ben", **PHONE)
    finger = Finger(page)
    x, y = middle_of(row(page, LAST))
    finger.down(x, y)
    finger.move(x, y - 30)
    finger.up()
    page.wait_for_timeout(700)  # Longer than a press.
    assert page.locator("[role=menu]").count() == 0, "moving means scrolling"

    x, y = middle_of(row(page, LAST))
    finger.down(x, y)
    expect(page.locator("[role=menu]")).to_be_visible()
    finger.up()

    settle(page)
    sheet = page.locator("[role=menu]")
    expect(sheet).to_be_visible()
    assert sheet.locator("> :first-child").get_attribute("class") == "quick"
    expect(sheet.locator(".said")).to_have_text(LAST)
    assert sheet.locator(".said").evaluate("(said) => getComputedStyle(said).userSelect") == "text"
    box = sheet.bounding_box()
    assert box is not None
    assert round(box["y"] + box["height"]) == 844
    sheet.get_by_role("menuitem", name="👍").click()
    expect(row(page, LAST).locator("[data-emoji='👍']")).to_be_visible()
    expect(sheet).to_have_count(0)


def test_j6_a_pull_to_the_left_answers_and_scrolling_wins(past: Past, pages: Pages) -> None:
    page = opened(pages, past, **PHONE)
    finger = Finger(page)
    x, y = middle_of(row(page, LAST))
    finger.down(x, y)
    finger.move(x - 20, y)
    finger.move(x - 70, y + 3)
    expect(row(page, LAST)).to_have_attribute("data-pulled", "")
    finger.up()
    expect(page.locator(".replying")).to_contain_text(LAST)
    page.keyboard.press("Escape")
    expect(page.locator(".replying")).to_be_hidden()

    x, y = middle_of(row(page, LAST))
    finger.down(x, y)
    finger.move(x - 20, y + 25)
    finger.move(x - 80, y + 100)
    finger.up()
    settle(page)
    expect(page.locator(".replying")).to_be_hidden()


def test_f9_an_emoji_is_found_by_words_of_both_languages_and_picked_by_keys(past: Past, pages: Pages) -> None:
    page = opened(pages, past, locale="ru-RU")
    row(page, LAST).focus()
    page.keyboard.press("+")
    picker = page.locator(".picker")
    expect(picker.get_by_role("combobox")).to_be_focused()
    expect(picker.get_by_role("option").nth(40)).to_be_attached()
    assert picker.get_by_role("option").count() < 150, "only the rows in view"

    page.keyboard.type("ракета")
    expect(picker.get_by_role("option").first).to_have_text("🚀")
    picker.get_by_role("combobox").fill("thumbs up")
    expect(picker.get_by_role("option").first).to_have_text("👍")
    picker.locator(".tones button").nth(3).click()
    expect(picker.get_by_role("option").first).to_have_text("👍🏽")
    picker.get_by_role("combobox").fill("heart")
    picker.get_by_role("combobox").press("ArrowRight")
    picker.get_by_role("combobox").press("ArrowDown")
    chosen = picker.locator("[aria-selected=true]").inner_text()
    page.keyboard.press("Enter")

    expect(row(page, LAST).locator(f"[data-emoji='{chosen}']")).to_be_visible()
    expect(picker).to_have_count(0)
    row(page, LAST).focus()
    page.keyboard.press("+")
    expect(picker.get_by_role("option").first).to_have_text(chosen)
    expect(picker.locator(".tones [aria-pressed=true]")).to_have_text("✋🏽")

    page.keyboard.type("heart")
    expect(picker.get_by_role("option").first).not_to_have_text(chosen)
    page.keyboard.press("Escape")
    expect(picker).to_have_count(0)
    expect(row(page, LAST)).to_be_focused()


def test_b14_copying_across_messages_gives_names_times_and_clean_text(past: Past, pages: Pages) -> None:
    past.ben.say(past.id, "first line\nsecond **line**")
    page = opened(pages, past, permissions=["clipboard-read", "clipboard-write"])
    row(page, LAST).hover()
    page.evaluate(
        """() => {
          const bodies = [...document.querySelectorAll('article.msg .body')].slice(-2);
          const range = document.createRange();
          range.setStart(bodies[0], 0);
          range.setEnd(bodies[1], bodies[1].childNodes.length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )

    page.keyboard.press("Control+c")

    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(
        rf"ada, \d\d/\d\d/\d{{4}}, \d\d:\d\d\n{LAST}\n\nben, \d\d/\d\d/\d{{4}}, \d\d:\d\d\nfirst line\nsecond line",
        copied,
    ), copied


def test_b15_wide_content_scrolls_inside_itself(past: Past, pages: Pages) -> None:
    past.ada.say(past.id, "```\n" + "x" * 400 + "\n```")
    past.ada.say(past.id, "https://example.org/" + "y" * 300)
    page = opened(pages, past, viewport={"width": 320, "height": 600})

    widths = page.evaluate(
        "[document.documentElement.scrollWidth, document.querySelector('.log').scrollWidth]"
    )
    assert widths == [320, page.locator(".log").evaluate("(log) => log.clientWidth")]
    pre = page.locator("article.msg pre")
    assert pre.evaluate("(pre) => pre.scrollWidth > pre.clientWidth"), "the premise: it is wider than its box"
    assert below(page) == 0
