"""Writes the parsed tokens of a message as HTML; knows the few tags there are, and escapes everything else."""

from collections.abc import Sequence
from html import escape

from markdown_it.token import Token

REL = "nofollow noopener noreferrer"

_PAIRS = {
    "paragraph": "p",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "list_item": "li",
    "strong": "strong",
    "em": "em",
    "s": "s",
}
_FIXED = {
    **{f"{kind}_open": f"<{tag}>" for kind, tag in _PAIRS.items()},
    **{f"{kind}_close": f"</{tag}>" for kind, tag in _PAIRS.items()},
    "ordered_list_close": "</ol>",
    "link_close": "</a>",
    "softbreak": "<br>",
    "hardbreak": "<br>",
}


def html_of(tokens: Sequence[Token]) -> str:
    return "".join([_written(token) for token in tokens if not token.hidden])


def link_of(escaped_url: str) -> str:
    """A link that shows its own address."""
    return f'<a href="{escaped_url}" target="_blank" rel="{REL}">{escaped_url}</a>'


def _written(token: Token) -> str:
    fixed = _FIXED.get(token.type)
    if fixed is not None:
        return fixed
    if token.type == "inline":
        return html_of(token.children or ())
    write = _WRITERS.get(token.type)
    return write(token) if write else escape(token.content, quote=False)


def _link(token: Token) -> str:
    title = token.attrGet("title")
    shown_on_hover = f' title="{escape(str(title))}"' if title else ""
    return f'<a href="{escape(str(token.attrGet("href")))}"{shown_on_hover} target="_blank" rel="{REL}">'


def _mention(token: Token) -> str:
    return f'<span class="at" data-user="{escape(token.meta["user"])}">@{escape(token.content, quote=False)}</span>'


def _inline_code(token: Token) -> str:
    return f"<code>{escape(token.content, quote=False)}</code>"


def _block_of_code(token: Token) -> str:
    language = token.info.strip()
    opening = f'<pre data-lang="{escape(language)}">' if language else "<pre>"
    return f"{opening}<code>{escape(token.content.removesuffix(chr(10)), quote=False)}</code></pre>"


def _ordered_list(token: Token) -> str:
    start = token.attrGet("start")
    return "<ol>" if start is None else f'<ol start="{int(start)}">'


_WRITERS = {
    "link_open": _link,
    "mention": _mention,
    "code_inline": _inline_code,
    "fence": _block_of_code,
    "ordered_list_open": _ordered_list,
}
