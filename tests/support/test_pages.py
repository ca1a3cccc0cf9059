"""The real Chromium of the tests: it shows pages, and tells when one complains."""

import pytest

from tests.support.pages import Pages


def test_a_page_shows_what_it_is_given(pages: Pages) -> None:
    page = pages.open("data:text/html,<title>Hubbub</title><p>hi")

    assert page.title() == "Hubbub"
    assert page.locator("p").inner_text() == "hi"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<script>console.error('no such room')</script>", "no such room"),
        ("<script>throw new Error('broken')</script>", "uncaught: .*broken"),
        (
            "<meta http-equiv='Content-Security-Policy' content=\"img-src 'none'\"><img src='data:,x'>",
            "Content Security Policy",
        ),
    ],
)
def test_what_a_page_complains_of_is_heard(pages: Pages, source: str, complaint: str) -> None:
    page = pages.blank()
    with page.expect_console_message() if "throw" not in source else page.expect_event("pageerror"):
        page.goto(f"data:text/html,{source}")
    page.evaluate("1")

    assert pages.unexpected() != []
    pages.expect_complaints(complaint)
    assert pages.unexpected() == []
