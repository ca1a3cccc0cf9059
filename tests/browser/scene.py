"""What the tests of the client's page share: a page that is alive, its field, and what somebody else says meanwhile."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.room_page import all_of_it_is_there
from tests.support.hubbub_process import HubbubServer
from tests.support.pages import Pages


def is_alive(page: Page) -> None:
    """Its socket is open, and the parts that are fetched at leisure are there."""
    expect(page.locator("html[data-conn=online]")).to_be_attached(timeout=15_000)
    all_of_it_is_there(page)


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


def talk(server: HubbubServer) -> str:
    """A room with everything in it that a room can have; its id."""
    ada, ben = server.client("ada"), server.client("ben")
    room = str(ada.make_room("general", topic="Deploys, queues and on-call")["id"])
    ben.join(room)
    first = ada.say(room, "Good morning, see https://example.org/a and `code`")["id"]
    ben.operate(room, "react", target=first, emoji="👍")
    ben.operate(room, "send", body="@ada yes: **bold**, *italic*\n\n> quoted\n\n- item", reply_to=first)
    ada.operate(room, "edit", target=ada.say(room, "edit me")["id"], body="edited")
    ben.say(room, "```\nfor (;;) { wait() } // a line of code that is longer than a telephone is wide\n```")
    ben.say(room, "مرحبا بالعالم")
    ada.say(str(ada.make_room("elsewhere")["id"]), "hello")
    ada.make_room("news", "announcement")
    direct = ben.post("/api/v1/direct", {"usernames": ["ada"]}).json()["id"]
    ben.say(direct, "psst")
    return room


def settled(page: Page) -> None:
    """Colours and menus fade over; they are judged when they have settled."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")


def cut(page: Page) -> list[str]:
    """Buttons whose words do not fit, and whatever sticks out of the window."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll('button, .button, [role=menuitem], h1, label')]
              .filter((it) => it.checkVisibility() && !it.closest('.sr'))
              .filter((it) => {
                const { left, right } = it.getBoundingClientRect();
                const words = it.matches('.ib, h1, .name, .quote') ? false : it.scrollWidth > it.clientWidth + 1;
                return words || left < -1 || right > innerWidth + 1;
              })
              .map((it) => it.outerHTML.slice(0, 120))"""
        )
    )
