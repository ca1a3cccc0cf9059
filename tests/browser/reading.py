"""What the tests of the log share: a page of a room with many messages, what stands on it, and how far it moved."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Past
from tests.browser.room_page import all_of_it_is_there
from tests.support.http_client import HttpClient
from tests.support.pages import Pages

BELOW = "log.scrollHeight - log.scrollTop - log.clientHeight"
SETTLED = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)
TOP_OF = """(row) => Math.round((row.getBoundingClientRect().top
  - row.closest('[role=log]').getBoundingClientRect().top) * 10) / 10"""


def is_alive(page: Page) -> None:
    """Its socket is open, and the parts that are fetched at leisure are there."""
    expect(page.locator("html[data-conn=online]")).to_be_attached(timeout=15_000)
    all_of_it_is_there(page)
    settle(page)


def opened(pages: Pages, past: Past, *, at: int = 0, who: str = "ada", **options: object) -> Page:
    """The room on the page of Ada, or of Ben, at its end or at a message."""
    page = pages.open_as(getattr(past, who), past.path + (f"?at={at}" if at else ""), **options)
    is_alive(page)
    return page


def cookies_of(client: HttpClient) -> Any:
    jar = client.http.cookies.jar
    return [{"name": one.name, "value": one.value or "", "url": client.base_url} for one in jar]


def settle(page: Page) -> None:
    """Until what is planned for this frame has been drawn."""
    page.evaluate(SETTLED)


def log(page: Page) -> Locator:
    return page.locator("[role=log]")


def row(page: Page, text: str) -> Locator:
    """The one row whose words are exactly these."""
    return page.locator("article.msg").filter(has=page.get_by_text(text, exact=True))


def top_of(page: Page, text: str) -> float:
    """How far below the upper edge of the log a row stands."""
    return float(row(page, text).evaluate(TOP_OF))


def numbers(page: Page) -> list[int]:
    """Of the numbered messages around the view, from top to bottom; a row kept for its focus may stand elsewhere."""
    texts: list[str] = log(page).evaluate(
        """(log) => {
          const {top, bottom} = log.getBoundingClientRect();
          const runs = [[]];
          for (const node of log.querySelector('.rows').children) {
            if (node.matches('.gap')) runs.push([]);
            else if (node.matches('article.msg')) runs.at(-1).push(node);
          }
          const inView = (row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom;
          const run = runs.find((rows) => rows.some(inView)) ?? [];
          return run.map((row) => row.querySelector('.body').innerText.trim());
        }"""
    )
    return [int(text.split()[1]) for text in texts if text.startswith("message ")]


def wheel(page: Page, by: int) -> None:
    log(page).hover()
    page.mouse.wheel(0, by)
    page.wait_for_function(SETTLED)


def scrolled_up(page: Page, by: int = 600) -> None:
    """Away from the end: counted from below, since an older page may come in above at the same moment."""
    before = log(page).evaluate(f"(log) => {BELOW}")
    wheel(page, -by)
    page.wait_for_function(
        f"(before) => {{ const log = document.querySelector('[role=log]'); return {BELOW} > before + 80 }}",
        arg=before,
    )
    at_rest(page)


def at_rest(page: Page) -> None:
    """Until nothing scrolls any more."""
    page.wait_for_function(
        """() => new Promise((done) => {
          const log = document.querySelector('[role=log]');
          let [last, same] = [log.scrollTop, 0];
          const look = () => {
            same = log.scrollTop === last ? same + 1 : 0;
            last = log.scrollTop;
            return same > 8 ? done(true) : requestAnimationFrame(look);
          };
          look();
        })"""
    )


def below(page: Page) -> float:
    """How much lies under the lower edge of the log."""
    return float(log(page).evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight"))


def first_in_view(page: Page) -> str:
    """The words of the uppermost row that is wholly in view."""
    return str(
        log(page).evaluate(
            """(log) => {
              const edge = log.getBoundingClientRect().top;
              const rows = [...log.querySelectorAll('article.msg[data-seq]')];
              const first = rows.find((row) => row.getBoundingClientRect().top >= edge);
              return first.querySelector('.body').innerText.trim();
            }"""
        )
    )
