"""Our rules on top of the Markdown parser: mentions, bare links, and no rule that could make words disappear."""

import re
from collections.abc import Callable, Iterator

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, blockquote, fence, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, link
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

MAX_NAME = 150  # as long as a username can be on any site
MAX_BRACKETS = 150

_NAME = re.compile(r"[\w@.+\-]{1,%d}" % MAX_NAME)  # noqa: UP031  braces of the pattern
_MENTION = re.compile(r"@(?=([\w@.+\-]{1,%d}))" % MAX_NAME)  # noqa: UP031
_PUNCTUATION = re.compile(r"[.+\-@]+|_+(?=[._+\-@]*$)")
_BEFORE_NAME = re.compile(r"[^\W_]|[@.+\-/]")
_URL = re.compile(r"://[^\W_][^\s<>\[\]\"'`\\]*")
_AFTER_URL = ".,;:!?*_~"
_SCHEME = re.compile(r"(?<![^\W_])https?$", re.IGNORECASE)
_ALLOWED_LINK = re.compile(r"(?:https?://[^\s/]|mailto:[^\s])", re.IGNORECASE)
_EMPTY_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])\s*$")
_FENCE = re.compile(r"`{3,}[ \t]*[\w+#.\-]{0,24}[ \t]*$")
_SEEN = re.compile(
    r"[^\s\u00ad\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff]"
)

BlockRule = Callable[[StateBlock, int, int, bool], bool]


class Called:
    """The people that one message calls. Asks about few names, and about each once, whatever is typed."""

    def __init__(self, resolve: Callable[[str], str | None], most: int) -> None:
        self.usernames: set[str] = set()
        self._resolve = resolve
        self._most = most
        self._answers: dict[str, str | None] = {}
        self._patience = 40 * most

    def is_enough(self) -> bool:
        """Whether this is no message any more but an attempt at the server's time."""
        return self._patience <= 0

    def user(self, name: str) -> str | None:
        self._patience -= 1
        known = self._answers.get(name)
        if known is not None or name in self._answers:
            return known
        if len(self.usernames) >= self._most or len(self._answers) >= 4 * self._most:
            return None
        found = self._answers[name] = self._resolve(name)
        if found is not None:
            self.usernames.add(found)
        return found


def install(markdown: MarkdownIt, *, max_level: int) -> MarkdownIt:
    """Switch on the subset of Markdown with our changes."""
    markdown.validateLink = _is_allowed  # type: ignore[method-assign]
    markdown.enable(["blockquote", "list", "fence"])
    markdown.enable(["newline", "escape", "backticks", "strikethrough", "emphasis", "link"])
    everywhere: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
    markdown.block.ruler.at("blockquote", _not_too_deep(blockquote, max_level), everywhere)
    markdown.block.ruler.at("fence", _fence_with_lines, everywhere)
    outside_lists: RuleOptionsType = {"alt": ["paragraph", "blockquote"]}
    markdown.block.ruler.at("list", _not_too_deep(_list_with_words, max_level), outside_lists)
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.inline.ruler.at("link", _link)
    markdown.inline.ruler.before("newline", "bare_link", _bare_link)
    markdown.inline.ruler.before("newline", "mention", _mention)
    markdown.core.ruler.push("seen_links", _show_empty_links)
    return markdown


def names_in(body: str, most: int) -> set[str]:
    """The names that the mentions of a body may ask about, a few more than it will, and not many more than `most`."""
    found: set[str] = set()
    for typed in _MENTION.finditer(body):
        found.update(_names(typed[1]))
        if len(found) >= most:
            break
    return found


def _not_too_deep(rule: BlockRule, max_level: int) -> BlockRule:
    """The parser drops what is nested too deep; refusing earlier leaves it as text."""

    def shallow(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
        return state.level < max_level and rule(state, start, end, silent)

    return shallow


def _list_with_words(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """A lone "+" or "-" is an answer, and no empty list."""
    if _EMPTY_ITEM.match(_line(state, start)):
        return False
    return list_block(state, start, end, silent)


def _fence_with_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """Words after the opening marks would disappear unless they name a language; so would a block of nothing."""
    if not _FENCE.match(_line(state, start)):
        return False
    after = _line(state, start + 1) if start + 1 < end else ""
    if start + 1 >= end or (after.startswith("```") and not after.strip("` \t")):
        return False
    return fence(state, start, end, silent)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """The parser's own rule, but a single star inside a word is a sign: 2*3*4."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    marks = state.scanDelims(state.pos, marker == "*")
    if marks.length == 1:
        marks = state.scanDelims(state.pos, False)  # noqa: FBT003
    for _ in range(marks.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord(marker), marks.length, token, -1, marks.can_open, marks.can_close)
        )
    state.pos += marks.length
    return True


def _link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """The parser looks for the end of every bracket from its beginning: more than there can be links are text."""
    if state.src.find("](", state.pos) < 0:
        return False
    tried = state.env["brackets"] = state.env.get("brackets", 0) + 1
    return tried <= MAX_BRACKETS and link(state, silent)


def _is_allowed(url: str) -> bool:
    return _ALLOWED_LINK.match(url) is not None


def _bare_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme = _SCHEME.search(state.pending)
    rest = _URL.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    url = _without_sentence(scheme[0] + rest[0])
    href = state.md.normalizeLink(url)
    if not state.md.validateLink(href):
        return False
    state.pending = state.pending[: scheme.start()]
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos += len(url) - len(scheme[0])
    return True


def _without_sentence(url: str) -> str:
    """Without the punctuation after it, and a closing bracket only if it was opened inside."""
    closing = url.count(")") - url.count("(")
    end = len(url)
    while end > 0 and (url[end - 1] in _AFTER_URL or (url[end - 1] == ")" and closing > 0)):
        closing -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def _mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    if silent or state.linkLevel or state.src[state.pos] != "@":
        return False
    called: Called = state.env["called"]
    typed = _NAME.match(state.src, state.pos + 1, state.posMax)
    if typed is None or called.is_enough() or _BEFORE_NAME.match(state.src[state.pos - 1 : state.pos]):
        return False
    for name in _names(typed[0]):
        user = called.user(name)
        if user is not None:
            token = state.push("mention", "span", 0)
            token.content = name
            token.meta = {"user": user}
            state.pos += 1 + len(name)
            return True
    return False


def _names(typed: str) -> Iterator[str]:
    """What may be meant, longest first: all of it, then what stands before each punctuation mark."""
    yield typed
    for mark in reversed(list(_PUNCTUATION.finditer(typed))):
        for end in range(mark.end() - 1, mark.start() - 1, -1):
            if end:
                yield typed[:end]


def _show_empty_links(state: StateCore) -> None:
    for token in state.tokens:
        if token.children and any(child.type == "link_open" for child in token.children):
            token.children = list(_with_words(token.children))


def _with_words(tokens: list[Token]) -> Iterator[Token]:
    """The same, but a link without words shows its address, and one without address is shown as typed."""
    href, seen = "", True
    for token in tokens:
        if token.type == "link_open":
            href, seen = str(token.attrGet("href")), False
            yield token if href else _text("[")
        elif token.type == "link_close":
            if not seen:
                yield _text(href)
            yield token if href else _text("]()")
        else:
            seen = seen or _SEEN.search(token.content) is not None
            yield token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
