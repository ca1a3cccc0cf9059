"""From what somebody typed to safe HTML and the people it calls; pure: no I/O, no models.

A subset of Markdown, since a chat line is not a document: no headings, images, tables, raw HTML, indented code or
reference definitions; what is not markup stays visible as it was typed. `markup.json` among the tests' fixtures is
the subset that the browser's echo shares.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it import MarkdownIt

from hubbub.messages import markup_rules
from hubbub.messages.markup_html import html_of, link_of

RENDERER_VERSION = 1
MAX_NESTING = 12  # levels of quotes and lists; what is deeper stays text
MAX_MENTIONS = 50  # people that one message can call, and the names looked up for it are four times as many

Resolve = Callable[[str], str | None]

# A line that is its own HTML: it begins with a letter, and holds nothing that is escaped, marked or an address.
_BARE = re.compile(r"[^\W\d_][^\x00-\x1f`*_~\[\\@:&<>\xa0]*(?<!\s)")
# Nothing in such a line begins any markup: it needs only escaping. A list may begin a line, so a line that begins
# with a digit or a sign is looked at properly.
_PLAIN = re.compile(r"(?![-+>])(?!\d+[.)])[^\x00-\x1f`*_~\[\\@]+(?<!\s)")
_URL = re.compile(r"https?://", re.IGNORECASE)
# An address that stands alone and that no rule about links would change in any way.
_SIMPLE_URL = re.compile(
    r"(?<!\S)(https?://(?:[a-z0-9]{1,30}[.-]){0,6}[a-z]{2,30}(?:/(?:[A-Za-z0-9/?&=#.+-]*[A-Za-z0-9/=])?)?)(?!\S)"
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """`mentions` are the canonical usernames that `mention` gave back."""

    html: str
    mentions: frozenset[str]


def render(body: str, *, mention: Resolve) -> Rendered:
    """HTML of a body that `clean_body` took. `mention` gives the canonical username of a typed one, or None."""
    written = f"<p>{body}</p>" if _BARE.fullmatch(body) else _written_short(body)
    if written is not None:
        return Rendered(written, frozenset())
    called = markup_rules.Called(mention, MAX_MENTIONS)
    tokens = _MARKDOWN.parse(body, {"called": called})
    return Rendered(_CLEANER.clean(html_of(tokens)), frozenset(called.usernames))


def possible_mentions(body: str) -> frozenset[str]:
    """Every name that `render` may ask `mention` about, so that they can be looked up in one query."""
    if "@" not in body:
        return frozenset()
    return frozenset(markup_rules.names_in(body, 4 * MAX_MENTIONS))


def _written_short(body: str) -> str | None:
    """The same HTML as the parser's for lines of plain text and simple addresses, as most messages are; else None."""
    lines: list[str] = []
    for line in body.split("\n"):
        if _PLAIN.fullmatch(line) is None or line[0].isspace():
            return None
        text_and_urls = _SIMPLE_URL.split(line) if "://" in line else [line]
        if any(_URL.search(text) for text in text_and_urls[::2]):
            return None
        lines.append("".join([*map(_text_or_link, range(len(text_and_urls)), text_and_urls)]))
    return f"<p>{'<br>'.join(lines)}</p>"


def _text_or_link(place: int, text: str) -> str:
    escaped = _escaped(text)
    return link_of(escaped) if place % 2 else escaped


def _escaped(text: str) -> str:
    """As the cleaner would write it, which is how HTML is serialised."""
    return escape(text, quote=False).replace("\xa0", "&nbsp;")


_MARKDOWN = markup_rules.install(
    MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 4 * MAX_NESTING}), max_level=MAX_NESTING
)
_CLEANER = nh3.Cleaner(
    tags={*("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "span")},
    attributes={"a": {"href", "title"}, "ol": {"start"}, "pre": {"data-lang"}, "span": {"data-user"}},
    allowed_classes={"span": {"at"}},
    tag_attribute_values={"a": {"target": {"_blank"}}},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="nofollow noopener noreferrer",
    url_schemes={"http", "https", "mailto"},
)
