"""From typed text to safe HTML: the subset, the people who are called, and what nobody should achieve by typing."""

import json
import re
import time
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nh3
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hubbub.messages import markup
from hubbub.messages.markup import possible_mentions, render
from hubbub.messages.markup_html import html_of
from hubbub.messages.markup_rules import Called

FIXTURES = json.loads((Path(__file__).parents[1] / "fixtures" / "markup.json").read_text())
PEOPLE = {name: name for name in ("ada", "ben.lee", "ben", "аня", "dot.", "x_")}
LENGTH = 5_000
MARKS = r"""*_~`[]()<>!@#&\\:/-+.1 >|"'=""" + "\n\t"
ALLOWED = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "span"),
    *("href", "title", "target", "rel", "class", "data-user", "data-lang", "start"),
}

bodies = st.text(st.sampled_from(MARKS) | st.sampled_from("aя \xa0👍"), max_size=60) | st.lists(
    st.sampled_from(
        [
            *(
                "http://a.b",
                "https://",
                "mailto:x@y.z",
                "javascript:alert(1)",
                "@ada",
                "@ben.lee",
                "](",
                "<script>",
            ),
            *(
                "\n- ",
                "\n> ",
                "\n1. ",
                "\n```\n",
                "```",
                "**",
                "*",
                "_",
                "~~",
                "`",
                "[",
                "]",
                ")",
                " ",
                "word",
                "\n\n",
            ),
        ]
    ),
    max_size=25,
).map("".join)


def html(body: str) -> str:
    return render(body, mention=PEOPLE.get).html


class Page(HTMLParser):
    """What a browser would see: the words, and each tag and attribute."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words = ""
        self.found: set[str] = set()
        self.links: list[dict[str, str | None]] = []
        self.feed(source)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}
        if tag == "a":
            self.links.append(dict(attrs))


@pytest.mark.parametrize("pair", FIXTURES, ids=lambda pair: pair["source"])
def test_the_subset_is_rendered_as_the_fixtures_say(pair: dict[str, str]) -> None:
    known = {"ada": "ada", "ben.lee": "ben.lee", "аня": "аня"}

    assert render(pair["source"], mention=known.get).html == pair["html"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        *(
            ("@ada", {"ada"}),
            ("@ada.", {"ada"}),
            ("@ben.lee!", {"ben.lee"}),
            ("@ben.li", {"ben"}),
            ("@dot.", {"dot."}),
        ),
        *(
            ("(@ada)", {"ada"}),
            ("**@ada**", {"ada"}),
            ("> @ada", {"ada"}),
            ("- @ada\n- @ben", {"ada", "ben"}),
        ),
        *(
            ("_@ada_", {"ada"}),
            ("_so @ada._", {"ada"}),
            ("@x_", {"x_"}),
            ("@аня-то", {"аня"}),
            ("«@аня»", {"аня"}),
        ),
        *(("@ada...", {"ada"}), ("@ada@ben", {"ada"}), ("@ada+1", {"ada"})),
        *(("mail ada@ada", set()), ("a.@ada", set()), ("/@ada", set()), ("@@ada", set()), ("`@ada`", set())),
        *(
            ("```\n@ada\n```", set()),
            ("http://a.b/@ada", set()),
            ("[@ada](http://a.b)", set()),
            ("\\@ada", set()),
        ),
        *(("@nobody", set()), ("@adam", set()), ("@", set()), ("@ ada", set()), ("@ada_x", set())),
    ],
)
def test_who_is_called(body: str, names: set[str]) -> None:
    rendered = render(body, mention=PEOPLE.get)

    assert rendered.mentions == names
    assert set(re.findall(r'data-user="([^"]*)"', rendered.html)) == names


def test_a_mention_keeps_the_typed_words_and_names_the_real_handle() -> None:
    rendered = render("hi @ADA", mention=lambda name: PEOPLE.get(name.lower()))

    assert rendered.html == '<p>hi <span class="at" data-user="ada">@ADA</span></p>'
    assert rendered.mentions == {"ada"}


def test_a_hostile_handle_cannot_leave_its_attribute() -> None:
    rendered = render("@ada", mention=lambda name: '"><script>')

    assert Page(rendered.html).found == {"p", "span", "class", "data-user"}


def test_nobody_can_call_everybody_or_ask_for_every_name() -> None:
    body = " ".join(f"@u{number}" for number in range(700))
    asked: list[str] = []

    def anybody(name: str) -> str:
        asked.append(name)
        return name

    assert len(render(body, mention=anybody).mentions) == markup.MAX_MENTIONS
    assert len(asked) <= markup.MAX_MENTIONS
    assert len(possible_mentions(body)) <= 4 * markup.MAX_MENTIONS + 150


@given(bodies)
def test_every_name_that_is_asked_about_was_foretold(body: str) -> None:
    asked: set[str] = set()

    def note(name: str) -> str | None:
        asked.add(name)
        return PEOPLE.get(name)

    render(body, mention=note)

    assert asked <= possible_mentions(body)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc",
        "//evil.org",
        "/a",
        "x",
    ],
)
def test_other_addresses_than_web_and_mail_are_text(url: str) -> None:
    page = Page(html(f"[words]({url})"))

    assert page.links == []
    assert page.words == f"[words]({url})"


def test_links_open_elsewhere_and_tell_nothing() -> None:
    for body in ("https://example.org", "[x](https://example.org)"):
        (link,) = Page(html(body)).links
        assert link == {
            "href": "https://example.org",
            "target": "_blank",
            "rel": "nofollow noopener noreferrer",
        }


@given(bodies | st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
@example("[\u200b](http://a.b)")
@example("* * *")
def test_no_letter_is_ever_lost(body: str) -> None:
    page = Page(html(body))
    shown = page.words + " ".join(str(link.get("href")) + str(link.get("title")) for link in page.links)
    shown += " ".join(re.findall(r'(?:data-lang|start)="([^"]*)"', html(body)))

    for word in re.findall(r"[^\W\d_]+", body):
        assert word in shown or word in unescape(shown)


@given(bodies | st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
@example("<script>alert(1)</script>")
@example('[x](http://a.b "\'><script>")')
@example('http://a.b/"onmouseover="alert(1)')
def test_only_our_tags_and_safe_addresses_ever_come_out(body: str) -> None:
    page = Page(html(body))

    assert page.found <= ALLOWED
    for link in page.links:
        assert re.match(r"https?://|mailto:", link.get("href") or "http://", re.IGNORECASE)
        assert link["rel"] == "nofollow noopener noreferrer"


@given(bodies)
@example("http://a.bjavascript:alert(1)")
def test_the_cleaner_finds_nothing_to_clean_but_addresses_that_cannot_be(body: str) -> None:
    tokens = markup._MARKDOWN.parse(body, {"called": Called(PEOPLE.get, 50)})
    made = html_of(tokens)

    cleaned = Page(markup._CLEANER.clean(made))
    assert Page(made).found - {"href"} == cleaned.found - {"href"}
    assert Page(made).words == cleaned.words


addresses = st.from_regex(markup._SIMPLE_URL, fullmatch=True) | st.sampled_from(
    ["http://a.bc/?q#?", "https://ab/.", "http://a.bc/c=", "http://1.2.3.4/&amp=", "https://xn.a-b.cd/#a=b&c"]
)
everyday = st.lists(
    addresses
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    | st.sampled_from(["one", "two 3", "- x"]),
    min_size=1,
).flatmap(lambda parts: st.sampled_from([" ", "\n", ", "]).map(lambda between: between.join(parts)))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
    | bodies.filter(bool)
    | everyday
)
@example("one\ntwo & https://a.bc/c?d=e&f=g three\nhttps://a.bc")
@example("one\n- two")
@example("one\n\ntwo")
@example("one \n two")
@example("see http://a.bc/http://c.d")
@example("http://0.0.0.0.0")
@example("1. x")
@example("x\u2028")
@example("a\xa0b \"'&<")
@example("HTTP://x.y")
def test_the_short_way_for_plain_text_gives_the_same(body: str) -> None:
    assume(body)
    short = html(body)

    tokens = markup._MARKDOWN.parse(body, {"called": Called(PEOPLE.get, 50)})

    assert short == markup._CLEANER.clean(html_of(tokens))


@pytest.mark.parametrize("body", ["hello", "one\ntwo", "see https://a.bc/c?d=e&f=g#h now", "💚 & <b>"])
def test_everyday_messages_go_the_short_way(body: str) -> None:
    assert markup._written_short(body) is not None


def test_the_cleaner_would_stop_what_the_parser_let_through() -> None:
    bad = '<p onclick="x"><img src=x><a href="javascript:x" class="y">a</a><span class="at z" style="x">b</span></p>'

    assert Page(markup._CLEANER.clean(bad)).found == {"p", "a", "target", "rel", "span", "class"}
    assert isinstance(markup._CLEANER, nh3.Cleaner)


HOSTILE = [
    *(
        "[",
        "]",
        "*",
        "_",
        "~~",
        "`",
        "> ",
        ">",
        "- ",
        "* ",
        "1. ",
        "@",
        "@a.",
        "@_",
        "@+",
        "@ada ",
        "\\",
        "![",
        "<",
        "&",
    ),
    *(
        "[](",
        "[a](",
        "[a](http://b)",
        '[a](http://b "',
        "[x](((((",
        "http://",
        "http://a ",
        "http://a((((",
        "://",
        "a@b ",
    ),
    *(
        "```\n",
        "`a",
        "`\n",
        "**a ",
        "_a_",
        "*a_ ",
        "***a",
        "*_~`[@",
        "> - ",
        "> \n",
        "- a\n",
        "- a\n  ",
        "\t",
        "\n",
        "\u0301",
    ),
]
LONG = {
    "brackets that could be a link": "[" * (LENGTH - 10) + "](http://b)",
    "code marks of every length": " ".join("`" * length for length in range(1, 99)),
    "a list in a list in a list": "".join(" " * (2 * depth) + "- a\n" for depth in range(70)),
    "quotes that grow": "".join(">" * depth + " a\n" for depth in range(99)),
    **{repr(piece): piece * (LENGTH // len(piece)) for piece in HOSTILE},
}


@pytest.mark.parametrize("body", LONG.values(), ids=LONG.keys())
def test_no_message_takes_long_or_grows_much(body: str) -> None:
    fastest = min(_seconds(body) for _ in range(3))

    # 10 to 40 ms each on an idle core; the first versions without limits needed 100 to 250.
    assert fastest < 0.5
    assert len(html(body)) < 20 * LENGTH


def test_twice_the_length_takes_about_twice_the_time() -> None:
    body = "[" * 2_000 + "](http://b)" + "*_~`[@" * 400
    short, long = min(_seconds(body) for _ in range(3)), min(_seconds(body * 4) for _ in range(3))

    assert long < 10 * short


def _seconds(body: str) -> float:
    began = time.perf_counter()
    html(body)
    return time.perf_counter() - began
