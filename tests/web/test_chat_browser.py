"""The shell of the chat in real Chromium: its policy lets its own modules in, and each is fetched once."""

from collections import Counter

from playwright.sync_api import expect

from tests.support.fixtures import Servers
from tests.support.pages import Pages
from tests.support.people import ADA


def test_every_module_is_fetched_once_and_nothing_complains(hubbub_server: Servers, pages: Pages) -> None:
    server = hubbub_server()
    ada = server.client(ADA)
    ada.make_room("general")
    page = pages.open_as(ada, "/account/")
    fetched: Counter[str] = Counter()
    page.on("request", lambda request: fetched.update([request.url.partition("?")[0]]))

    page.goto(f"{server.base_url}/chat/general/", wait_until="networkidle")

    modules = {url: times for url, times in fetched.items() if "/hubbub/app/" in url}
    assert any("/main." in url for url in modules)
    assert set(modules.values()) == {1}, modules


def test_a_room_is_opened_by_name_without_a_script(hubbub_server: Servers, pages: Pages) -> None:
    server = hubbub_server()
    ada = server.client(ADA)
    ada.make_room("новости дня")
    page = pages.open_as(ada, "/chat/", java_script_enabled=False)

    assert "needs JavaScript" in page.content()  # Chromium's emulation does not lay out <noscript>
    page.get_by_label("Room name").fill("Новости дня")
    page.get_by_role("button", name="Connect").click()

    expect(page.get_by_role("heading")).to_have_text("# новости дня")
