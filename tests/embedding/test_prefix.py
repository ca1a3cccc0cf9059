"""The chat below a prefix of another site, in real Chromium: it installs itself there and opens without a network."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.reading import cookies_of
from tests.browser.room_page import WENT_AWAY, is_live, say, shows
from tests.embedding.test_host import Shop
from tests.support.http_client import HttpClient
from tests.support.pages import Pages
from tests.support.people import as_lines
from tests.support.waiting import wait_until

SCOPE = "async () => (await navigator.serviceWorker.ready).scope"
CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"


class PrefixedShop(Shop):
    SETTINGS, APPLICATION = "tests.host.prefixed_settings", "tests.host.prefixed_asgi:application"


@pytest.fixture
def shop() -> Iterator[PrefixedShop]:
    shop = PrefixedShop()
    shop.manage("migrate", "--verbosity", "0")
    shop.manage("createuser", "--bulk", given=as_lines("ada"))
    shop.start()
    wait_until("the shop answers", shop.answers, timeout=30)
    yield shop
    shop.destroy()


@pytest.mark.processes
def test_the_worker_below_a_prefix_keeps_to_the_chat_and_opens_it_without_a_network(
    shop: PrefixedShop, pages: Pages
) -> None:
    pages.expect_complaints(*WENT_AWAY, "status of 50", "favicon.ico")  # the shop has none
    talk = f"{shop.base_url}/talk"
    ada = HttpClient(talk)
    ada.sign_in("ada")
    ada.make_room("orders")
    page = pages.blank()
    page.context.add_cookies(cookies_of(ada))
    page.goto(f"{talk}/chat/orders/")
    is_live(page)
    say(page, "one of each")
    expect(page.locator("article.msg[data-seq]")).to_have_count(1)

    assert page.evaluate(SCOPE) == f"{talk}/chat/"
    page.reload()
    is_live(page)
    wait_until("the worker serves the page", lambda: page.evaluate(CONTROLLED) is True)
    page.goto(shop.base_url)
    assert page.evaluate(CONTROLLED) is False, "the shop itself is none of its business"
    ada.close()
    shop.kill()

    page.goto(f"{talk}/chat/orders/")

    shows(page, ["one of each"])
    expect(page.locator("html[data-conn=offline]")).to_be_attached(timeout=15_000)
