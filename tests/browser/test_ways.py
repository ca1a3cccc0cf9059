"""Finding one's way in real Chromium: the switcher, the sidebar, the keys, and what the tab says."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.scene import field, is_alive, room_page, texts
from tests.support.http_client import accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages

SMALL = {"width": 1200, "height": 420}


def results(page: Page) -> Locator:
    return page.locator("dialog.switcher [role=option]")


def listed(page: Page) -> list[str]:
    return texts(page.locator(".rooms a.room b"))


def row(page: Page, name: str) -> Locator:
    return page.locator(".rooms a.room").filter(has=page.get_by_text(name, exact=True))


def three_rooms(server: HubbubServer) -> dict[str, str]:
    """Ben reads one, has something unread in another and is called in a third; ids by name."""
    ada, ben = server.client("ada"), server.client("ben")
    rooms = {name: str(ada.make_room(name)["id"]) for name in ("read", "unread", "called")}
    for room in rooms.values():
        ben.join(room)
    ada.say(rooms["unread"], "something")
    ada.say(rooms["called"], "@ben, come here")
    return rooms


def test_g1_the_switcher_opens_at_once_with_what_waits_and_two_letters_lead_there(
    server: HubbubServer, pages: Pages
) -> None:
    three_rooms(server)
    page = pages.open_as(server.client("ben"), "/chat/read/")
    is_alive(page)
    page.evaluate(
        """() => addEventListener('keydown', () => {
          const began = performance.now();
          const look = () => {
            if (document.querySelector('dialog.switcher [role=option]')) window.waited ??= performance.now() - began;
            else if (performance.now() - began < 2000) setTimeout(look);
          };
          look();
        }, {capture: true, once: true})"""
    )

    page.keyboard.press("Control+k")
    expect(results(page).first).to_be_visible()
    assert texts(results(page).locator("b"))[:2] == ["called", "unread"]
    page.keyboard.type("un")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/chat/unread/$"))

    assert page.evaluate("window.waited") < 50
    expect(page.locator("article.msg .body")).to_have_text("something")
    expect(field(page)).to_be_focused()


def test_g1_the_room_visited_last_comes_first_and_escape_gives_the_focus_back(
    server: HubbubServer, pages: Pages
) -> None:
    ada = server.client("ada")
    for name in ("one", "two", "three"):
        ada.make_room(name)
    page = pages.open_as(ada, "/chat/one/")
    is_alive(page)
    for name in ("two", "three"):
        row(page, name).click()
        expect(page).to_have_url(re.compile(f"/chat/{name}/$"))
    expect(field(page)).to_be_focused()

    page.keyboard.press("Control+k")
    assert texts(results(page).locator("b")) == ["two", "one", "three"]
    page.keyboard.press("Escape")

    expect(results(page)).to_have_count(0)
    expect(field(page)).to_be_focused()


@pytest.mark.parametrize("typed", ["ghbdtn", "privet", "дк", "design re", "вуышпт"])
def test_g2_the_switcher_forgives_alphabet_and_layout(server: HubbubServer, pages: Pages, typed: str) -> None:
    ada = server.client("ada")
    for name in ("привет", "Дальняя кухня", "design-review", "random"):
        ada.make_room(name)
    page = pages.open_as(ada, "/chat/random/")
    is_alive(page)

    page.keyboard.press("Control+k")
    page.keyboard.type(typed)

    found = results(page).filter(has=page.locator("b")).first.locator("b")
    wanted = {"ghbdtn": "привет", "privet": "привет", "дк": "Дальняя кухня"}.get(typed, "design-review")
    expect(found).to_have_text(wanted)


def test_the_switcher_makes_a_room_and_writes_to_a_person(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)

    page.keyboard.press("Control+k")
    page.keyboard.type("brand new")
    expect(results(page)).to_have_text(["Make the room brand new"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Create room").click()
    expect(page.get_by_role("heading", name="# brand new").first).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("@be")
    expect(results(page)).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="ben").first).to_be_visible()
    assert server.client("ben").get("/api/v1/rooms").json()["rooms"][-1]["kind"] == "direct"


def test_g4_direct_rooms_stand_by_their_last_message_and_hold_still_under_the_pointer(
    server: HubbubServer, pages: Pages
) -> None:
    server.add_people("eve")
    ada = server.client("ada")
    ids = {}
    for name in ("ben", "cleo", "eve"):
        ids[name] = accepted(ada.post("/api/v1/direct", {"usernames": [name]}))["id"]
    for name in ("eve", "ben", "cleo"):
        server.client(name).say(ids[name], f"from {name}")
    ada.make_room("general")
    page = pages.open_as(ada, "/chat/general/")
    is_alive(page)
    assert listed(page) == ["general", "cleo", "ben", "eve"]

    row(page, "ben").hover()
    server.client("eve").say(ids["eve"], "again")
    expect(row(page, "eve").locator(".badge")).to_contain_text("2")
    assert listed(page) == ["general", "cleo", "ben", "eve"]
    page.mouse.move(900, 300)

    expect(page.locator(".rooms a.room b")).to_have_text(["general", "eve", "cleo", "ben"])


def test_g5_keys_walk_the_rooms_and_the_unread_ones(server: HubbubServer, pages: Pages) -> None:
    three_rooms(server)
    page = pages.open_as(server.client("ben"), "/chat/read/")
    is_alive(page)

    for keys, name in [
        ("Alt+ArrowDown", "unread"),
        ("Alt+ArrowUp", "read"),
        ("Alt+ArrowUp", "called"),
    ]:
        page.keyboard.press(keys)
        expect(page).to_have_url(re.compile(f"/chat/{name}/$"))
    row(page, "read").click()
    expect(page).to_have_url(re.compile("/chat/read/$"))
    page.keyboard.press("Alt+Shift+ArrowDown")
    expect(page).to_have_url(re.compile("/chat/(unread|called)/$"))


def test_g5_the_list_of_keys_opens_and_is_searched(server: HubbubServer, pages: Pages) -> None:
    page = room_page(server, pages)
    dialog = page.get_by_role("dialog", name="Keys")

    page.keyboard.press("Control+/")
    expect(dialog).to_be_visible()
    page.keyboard.type("struck")
    expect(dialog.locator("dt")).to_have_text(["Struck through"])
    expect(dialog.locator("kbd")).to_have_text(["Ctrl", "Shift", "X"])
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(field(page)).to_be_focused()
    field(page).click()  # a letter in the very moment in which a dialog closes is lost by the browser
    page.keyboard.type("?")
    expect(field(page)).to_have_value("?")
    field(page).evaluate("(it) => it.blur()")
    page.keyboard.press("?")

    expect(dialog).to_be_visible()


def test_g9_pills_lead_to_what_is_unread_out_of_view(server: HubbubServer, pages: Pages) -> None:
    ada, ben = server.client("ada"), server.client("ben")
    rooms = [ada.make_room(f"room {number:02}") for number in range(30)]
    for room in rooms:
        ben.join(room["id"])
    for number in (0, 1, 29):
        ada.say(rooms[number]["id"], "hello")
    page = pages.open_as(ben, "/chat/room%2015/", viewport=SMALL)
    is_alive(page)
    above, below = page.locator("[data-edge=above]"), page.locator("[data-edge=below]")

    expect(above).to_be_hidden()
    expect(below).to_have_text("1 unread below")
    below.click()
    expect(row(page, "room 29")).to_be_in_viewport()
    expect(above).to_have_text("2 unread above")
    expect(below).to_be_hidden()
    above.click()

    expect(row(page, "room 01")).to_be_in_viewport()


def test_g9_sections_fold_and_remember_and_still_show_what_is_unread(
    server: HubbubServer, pages: Pages
) -> None:
    three_rooms(server)
    page = pages.open_as(server.client("ben"), "/chat/read/")
    is_alive(page)
    heading = page.get_by_role("button", name="Rooms", exact=True)
    row(page, "called").click()
    expect(row(page, "called").locator(".badge")).to_have_count(0)
    row(page, "read").click()

    heading.click()
    expect(page.locator(".rooms a.room b")).to_have_text(["read", "unread"])
    expect(heading).to_have_attribute("aria-expanded", "false")
    expect(heading).to_be_focused()
    page.reload()
    is_alive(page)
    expect(page.locator(".rooms a.room b")).to_have_text(["read", "unread"])
    heading.press("Enter")

    expect(page.locator(".rooms a.room b")).to_have_text(["called", "read", "unread"])


def test_c5_read_unread_and_called_differ_without_colour(server: HubbubServer, pages: Pages) -> None:
    three_rooms(server)
    ada = server.client("ada")
    ada.say(accepted(ada.post("/api/v1/direct", {"usernames": ["ben"]}))["id"], "hi")
    page = pages.open_as(server.client("ben"), "/chat/", viewport={"width": 1200, "height": 700})
    is_alive(page)

    def look(name: str) -> tuple[int, int, str]:
        shown = row(page, name)
        weight = int(shown.locator("b").evaluate("(it) => getComputedStyle(it).fontWeight"))
        badge = shown.locator(".badge")
        number = badge.evaluate("(it) => it.firstChild.textContent") if badge.count() else ""
        return weight, shown.locator(".dot").count(), number

    assert look("read") == (400, 0, "")
    assert look("unread") == (650, 1, "")
    assert look("called") == (650, 0, "1")
    assert look("ada") == (650, 0, "1")
    assert "1 unread message" in row(page, "unread").inner_text()
    assert "1 message for you" in row(page, "called").inner_text()


def test_c6_the_title_and_the_icon_of_the_tab_say_what_waits(server: HubbubServer, pages: Pages) -> None:
    ada, ben = server.client("ada"), server.client("ben")
    rooms = {name: ada.make_room(name)["id"] for name in ("here", "there")}
    for room in rooms.values():
        ben.join(room)
    page = pages.open_as(ben, "/chat/here/")
    is_alive(page)
    icon = page.locator("link[rel~=icon]")
    expect(page).to_have_title("here · Hubbub")
    expect(icon).to_have_attribute("data-state", "quiet")
    quiet = icon.get_attribute("href")

    ada.say(rooms["there"], "something")
    expect(page).to_have_title("• here · Hubbub")
    expect(icon).to_have_attribute("data-state", "unread")
    unread = icon.get_attribute("href")
    ada.say(rooms["there"], "@ben!")
    ada.say(accepted(ada.post("/api/v1/direct", {"usernames": ["ben"]}))["id"], "hi")

    expect(page).to_have_title("(2) here · Hubbub")
    expect(icon).to_have_attribute("data-state", "calls")
    assert len({quiet, unread, icon.get_attribute("href")}) == 3
