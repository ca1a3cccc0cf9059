"""What the tests of the client's page share: a page that is alive, its field, and what somebody else says meanwhile."""

from playwright.sync_api import Locator, Page, expect

from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages


def is_alive(page: Page) -> None:
    """Its socket is open, and the parts that are fetched at leisure are there."""
    expect(page.locator("html[data-conn=online]")).to_be_attached(timeout=15_000)
    expect(page.locator(".edges")).to_be_attached()


def room_page(server: HubbubServer, pages: Pages, who: str = "ada", **options: object) -> Page:
    """Somebody in a room called general that Ada made and Ben joined."""
    ada = server.client("ada")
    room = ada.make_room("general", topic="For everything")
    server.client("ben").join(room["id"])
    page = pages.open_as(ada if who == "ada" else server.client(who), "/chat/general/", **options)
    is_alive(page)
    field(page).focus()
    return page


def field(page: Page) -> Locator:
    return page.locator(".comp textarea")


def offers(page: Page) -> Locator:
    return page.locator(".completion [role=option]")


def texts(found: Locator) -> list[str]:
    return [text.strip() for text in found.all_inner_texts()]


def composing(page: Page, key_code: int, *, is_composing: bool) -> bool:
    """An Enter as an input method makes it; whether the page took it for its own."""
    return bool(
        page.evaluate(
            """([keyCode, isComposing]) => {
              const event = new KeyboardEvent('keydown',
                {key: 'Enter', code: 'Enter', keyCode, isComposing, bubbles: true, cancelable: true});
              document.querySelector('.comp textarea').dispatchEvent(event);
              return event.defaultPrevented;
            }""",
            [key_code, is_composing],
        )
    )
