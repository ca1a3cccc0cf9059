"""What a person does and sees on the page of a room. Knows the markup's public hooks, not the client's modules."""

from functools import partial

from playwright.sync_api import Page, expect

from tests.support.http_client import HttpClient
from tests.support.waiting import wait_until

WENT_AWAY = (
    r"ERR_CONNECTION_REFUSED",
    r"ERR_EMPTY_RESPONSE",
    r"ERR_CONNECTION_RESET",
    r"ERR_CONNECTION_CLOSED",
    r"ERR_CONTENT_LENGTH_MISMATCH",
    r"ERR_INTERNET_DISCONNECTED",
    r"ERR_NETWORK_CHANGED",
    r"ERR_SOCKET_NOT_CONNECTED",
    r"WebSocket connection",
    r"unknown error occurred when fetching the script",
)
"""What a browser says by itself when a connection ends."""


def is_live(page: Page, timeout: float = 15_000) -> None:
    """Wait until the page is alive and its connection open."""
    expect(page.locator("html[data-conn=online]")).to_be_attached(timeout=timeout)
    expect(page.locator(".comp textarea")).to_be_visible()
    all_of_it_is_there(page)


def all_of_it_is_there(page: Page) -> None:
    """Wait for the parts that are fetched after the first paint, such as the keys."""
    wait_until("the lazy parts are there", lambda: page.evaluate("Boolean(window.__chat)"), timeout=20)


def say(page: Page, text: str) -> None:
    """Until the words stand in the log: before that nothing is pending either."""
    page.locator(".comp textarea").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("article.msg").get_by_text(text, exact=True).last).to_be_attached()


def bodies(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("article.msg .body").all_inner_texts()]


def shows(page: Page, wanted: list[str], timeout: float = 20) -> None:
    """Wait until exactly these messages stand there, in this order."""
    try:
        wait_until("exactly these messages", partial(_are, page, wanted), timeout=timeout)
    except AssertionError:
        found = bodies(page)
        raise AssertionError(f"{found} instead of {wanted}") from None


def nothing_is_pending(page: Page, timeout: float = 20_000) -> None:
    expect(page.locator("article.msg[data-state=pending]")).to_have_count(0, timeout=timeout)


def said(client: HttpClient, room: str) -> list[str]:
    """What the log holds, word for word."""
    return [str(event["body"]) for event in client.log_of(room) if event["type"] == "message"]


def reload(page: Page) -> None:
    """And yes to a browser that asks whether to leave."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.evaluate("window.isBefore = true")
    page.reload()
    assert page.evaluate("window.isBefore") is None


def _are(page: Page, wanted: list[str]) -> bool:
    return bodies(page) == wanted
