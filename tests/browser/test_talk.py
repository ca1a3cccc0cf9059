"""People at real browsers: they talk, are refused, reload, and lose nothing when the server is killed."""

import re

from playwright.sync_api import Page, expect

from tests.browser.room_page import WENT_AWAY, say, shows
from tests.support.fixtures import Servers
from tests.support.http_client import accepted
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages
from tests.support.waiting import wait_until


def composer(page: Page) -> None:
    """Wait until the page is alive and its socket open."""
    expect(page.locator("html[data-conn=online]")).to_be_attached()
    expect(page.locator("textarea")).to_be_visible()


def test_the_first_visitor_owns_the_place_and_a_second_person_talks(
    hubbub_server: Servers, pages: Pages
) -> None:
    server = hubbub_server(cast=False)
    ada = pages.open(f"{server.base_url}/")
    ada.get_by_label("Name", exact=True).fill("ada")
    ada.get_by_label(re.compile("e-mail", re.IGNORECASE)).fill("ada@example.org")
    ada.locator("input[type=password]").first.fill("a horse, a battery and a staple")
    ada.get_by_label(re.compile("workspace", re.IGNORECASE)).fill("Atelier")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/chat/general/")
    composer(ada)

    ben = pages.open(f"{server.base_url}/")
    ben.get_by_role("link", name=re.compile("account", re.IGNORECASE)).click()
    ben.locator("input[name=username]").fill("ben")
    ben.locator("input[name=password1]").fill("another staple, another horse")
    ben.keyboard.press("Enter")
    ben.wait_for_url("**/chat/")
    ben.goto(f"{server.base_url}/chat/general/")
    composer(ben)

    say(ada, "Welcome, Ben")
    say(ben, "Thank you")
    for page in (ada, ben):
        expect(page.get_by_text("Welcome, Ben")).to_be_visible()
        expect(page.locator("article.msg").get_by_text("Thank you")).to_be_visible()
    ben.reload()
    expect(ben.get_by_text("Welcome, Ben")).to_be_visible()


def test_a_room_is_opened_by_typing_its_name(server: HubbubServer, pages: Pages) -> None:
    page = pages.open_as(server.client("ada"), "/chat/")
    page.get_by_label("Room name").fill("кофе ☕")

    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="кофе ☕").first).to_be_visible()
    composer(page)
    assert server.client("ben").room_named("кофе ☕")["kind"] == "public"


def test_editing_reacting_and_deleting_reach_the_other(server: HubbubServer, pages: Pages) -> None:
    client = server.client("ada")
    room = client.make_room("general")
    first = client.say(room["id"], "first draft")
    ada, ben = pages.open_as(client, "/chat/general/"), pages.open_as(server.client("ben"), "/chat/general/")
    composer(ada)
    expect(ben.get_by_text("first draft")).to_be_visible()

    accepted(client.operate(room["id"], "edit", target=first["id"], body="second draft"))
    expect(ben.get_by_text("second draft")).to_be_visible()
    accepted(server.client("ben").operate(room["id"], "react", target=first["id"], emoji="👍"))
    expect(ada.locator(".rx [data-act=toggle]")).to_contain_text("1")
    ada.locator(".rx [data-act=toggle]").click()
    expect(ben.locator(".rx [data-act=toggle]")).to_contain_text("2")
    accepted(client.operate(room["id"], "delete", target=first["id"]))
    expect(ben.get_by_text("second draft")).to_have_count(0)


def test_a_stranger_is_refused_like_one_who_asks_for_nothing(server: HubbubServer, pages: Pages) -> None:
    client = server.client("ada")
    client.say(client.make_room("plans", "private")["id"], "the secret plan")
    assert "the secret plan" in pages.open_as(client, "/chat/plans/").content()  # the premise

    cleo = pages.open_as(server.client("cleo"), "/chat/plans/")
    visitor = pages.open(f"{server.base_url}/chat/plans/")

    expect(cleo.locator("main")).to_be_visible()
    assert "the secret plan" not in cleo.content()
    assert cleo.locator("article.msg").count() == 0
    assert "/login/" in visitor.url


def test_scrolling_up_reaches_the_first_message(server: HubbubServer, pages: Pages) -> None:
    client = server.client("ada")
    room = client.make_room("general")
    for number in range(150):
        client.say(room["id"], f"message {number}")
    page = pages.open_as(client, "/chat/general/")
    composer(page)
    expect(page.get_by_text("message 149", exact=True)).to_be_visible()
    assert page.get_by_text("message 0", exact=True).count() == 0  # the premise: it is not there yet

    def reached() -> bool:
        page.locator("[role=log]").first.hover()
        page.mouse.wheel(0, -3000)
        page.wait_for_timeout(50)
        return page.get_by_text("message 0", exact=True).count() == 1

    wait_until("the first message is shown", reached, timeout=20)
    assert page.locator("article.msg").count() <= 300


def test_kill_9_while_one_writes_loses_and_doubles_nothing(server: HubbubServer, pages: Pages) -> None:
    pages.expect_complaints(*WENT_AWAY)
    client = server.client("ada")
    room = client.make_room("general")
    ada, ben = pages.open_as(client, "/chat/general/"), pages.open_as(server.client("ben"), "/chat/general/")
    composer(ada)
    composer(ben)
    for number in range(5):
        say(ada, f"before {number}")

    server.kill()
    for number in range(5):
        say(ada, f"while it was away {number}")
    expect(ada.locator("article.msg[data-state=pending]").first).to_be_visible()
    server.start()

    wanted = [f"before {n}" for n in range(5)] + [f"while it was away {n}" for n in range(5)]
    for page in (ada, ben):
        expect(page.get_by_text("while it was away 4")).to_be_visible(timeout=40_000)
        shows(page, wanted)
    log = server.client("ben").log_of(room["id"])
    assert [event["body"] for event in log if event["type"] == "message"] == wanted
