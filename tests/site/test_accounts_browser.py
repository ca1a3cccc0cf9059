"""The account pages in real Chromium: nothing complains, axe finds nothing serious, nothing is cut on a phone."""

import re
from functools import partial
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.site.accounts_cast import PASSWORD
from tests.support.fixtures import Servers
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages

ERRORS = ("400", "403", "403_csrf", "404", "429", "500")
# As the server renders them; what would provoke each is tested elsewhere.
RENDER_ERRORS = """
from django.template.loader import get_template
print("<!-- next -->".join(get_template(f"{{name}}.html").render() for name in {names}))
"""
LOOKS: tuple[tuple[Literal["light", "dark"], str], ...] = (("light", "ltr"), ("dark", "rtl"))
PHONE, DESK = ViewportSize(width=320, height=700), ViewportSize(width=1100, height=800)


@pytest.fixture
def server(hubbub_server: Servers) -> HubbubServer:
    return hubbub_server(cast=False)


def look_over(page: Page) -> None:
    """Both themes, both directions, both sizes."""
    for scheme, direction in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
        # Colours fade over; they are judged when they have settled.
        page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
        found = Axe().run(page).response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ] == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.set_viewport_size(DESK)


def make_owner(page: Page, server: HubbubServer) -> None:
    page.goto(f"{server.base_url}/")
    expect(page).to_have_url(re.compile("/welcome/$"))
    page.locator("[name=username]").fill("Ada")
    page.locator("[name=email]").fill("ada@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=workspace]").fill("Ateliê <b>")
    page.locator("button").click()
    expect(page).to_have_url(re.compile("/chat/general/$"))


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_the_pages_before_sign_in_are_whole(server: HubbubServer, pages: Pages, locale: str) -> None:
    page = pages.blank(locale=locale)
    page.goto(f"{server.base_url}/welcome/")
    look_over(page)
    page.locator("[name=username]").fill("everyone")
    page.locator("[name=password]").fill("12345678")
    page.locator("[name=workspace]").fill("Atelier")
    page.locator("button").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    look_over(page)
    make_owner(page, server)

    visitor = pages.blank(locale=locale)
    for path in (
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
    ):
        visitor.goto(server.base_url + path)
        look_over(visitor)


def test_an_invited_person_comes_in_by_the_link(server: HubbubServer, pages: Pages) -> None:
    ada, ben = pages.blank(), pages.blank()
    make_owner(ada, server)
    ada.goto(f"{server.base_url}/workspace/")
    ada.get_by_label("Whoever has an invitation link").check()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("status")).to_contain_text("Saved.")
    ada.get_by_role("button", name="Make a link").click()
    link = ada.locator("[data-link]").inner_text()
    look_over(ada)

    ben.goto(link)
    look_over(ben)
    ben.locator("[name=username]").fill("Бен")
    ben.locator("[name=password1]").fill(PASSWORD)
    ben.get_by_role("button", name="Join").click()

    expect(ben).to_have_url(re.compile("/chat/general/$"))


def test_ones_own_pages_are_whole_and_the_theme_does_not_flash(server: HubbubServer, pages: Pages) -> None:
    page = pages.blank()
    make_owner(page, server)
    page.goto(f"{server.base_url}/account/")
    page.get_by_label("What is it for?").fill("build")
    page.get_by_role("button", name="Make a token").click()
    look_over(page)
    page.get_by_label("Theme", exact=True).select_option("dark")
    page.get_by_label("Language", exact=True).select_option("ru")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    for path in ("/account/", "/accounts/password/change/", "/accounts/logout/", "/workspace/"):
        page.goto(server.base_url + path)
        look_over(page)


def answer_with(html: str, route: Route) -> None:
    route.fulfill(body=html, content_type="text/html")


def test_the_pages_that_tell_of_an_error_are_whole(server: HubbubServer, pages: Pages) -> None:
    pages.expect_complaints("status of 404")
    page = pages.blank()
    rendered = server.command("shell", "-c", RENDER_ERRORS.format(names=ERRORS)).split("<!-- next -->")
    make_owner(page, server)
    page.goto(f"{server.base_url}/nowhere/at/all/")
    expect(page.get_by_role("heading").first).to_be_visible()

    for name, html in zip(ERRORS, rendered, strict=True):
        address = f"{server.base_url}/error/{name}/"
        page.route(address, partial(answer_with, html))
        page.goto(address)
        assert page.get_by_role("link").count() > 0, f"{name} leads on"
        look_over(page)
