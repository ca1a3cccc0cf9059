"""The addresses of the client's files as this project serves them, hashed or not. Knows no page."""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

import hubbub
from hubbub.web import graph

EMOJI = graph.APP.parent / "emoji"
PICTURES = ("tokens.css", "app.css", "icons.svg", "icon.svg")
"""What the page needs besides modules."""


@dataclass(frozen=True, slots=True)
class Module:
    """Where a module is served; `integrity` only under a hashed name, behind which the content cannot change."""

    url: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Assets:
    """What the head of the shell and the worker name. `release` is another one when any file of the client is."""

    stylesheets: tuple[str, ...]
    icons: str
    entry: Module
    preloads: tuple[Module, ...]
    import_map: str
    release: str
    files: tuple[str, ...]

    @property
    def hashed(self) -> bool:
        """Whether the content behind each address is the same for ever."""
        return bool(self.entry.integrity)


@cache
def assets() -> Assets:
    """Found once a process: served files do not change while it runs."""
    served = {module: _module(module) for module in graph.modules()}
    return Assets(
        stylesheets=(static("hubbub/tokens.css"), static("hubbub/app.css")),
        icons=static("hubbub/icons.svg"),
        entry=served[graph.ENTRY],
        preloads=tuple(served[module] for module in graph.critical().modules if module != graph.ENTRY),
        import_map=_import_map(served),
        release=_release(),
        files=(*(static(f"hubbub/{name}") for name in PICTURES), *(module.url for module in served.values())),
    )


def _release() -> str:
    digest = hashlib.sha256(hubbub.__version__.encode())
    folder = graph.APP.parent
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def emoji(locale: str) -> dict[str, str | list[str]]:
    """The signs to choose from, and their names: in this language, if there are any, and in English."""
    named = [name for name in dict.fromkeys((locale, "en")) if (EMOJI / f"{name}.json").exists()]
    words = [static(f"hubbub/emoji/{name}.json") for name in named]
    return {"signs": static("hubbub/emoji/signs.json"), "words": words}


def _module(module: str) -> Module:
    url = static(f"hubbub/app/{module}")
    return Module(url, "" if url.endswith(f"/{module}") else _integrity(module))


def _import_map(served: dict[str, Module]) -> str:
    """Modules import each other by plain names; where files have hashed ones, this leads there."""
    folder = served[graph.ENTRY].url.rpartition("/")[0]
    hashed = {module: found for module, found in served.items() if found.integrity}
    table = {
        "imports": {f"{folder}/{module}": found.url for module, found in hashed.items()},
        "integrity": {found.url: found.integrity for found in hashed.values()},
    }
    return json.dumps(table, separators=(",", ":"))


def _integrity(module: str) -> str:
    """Of the file as it is served, which a storage may have rewritten."""
    storage: Any = staticfiles_storage
    with storage.open(storage.stored_name(f"hubbub/app/{module}")) as served:
        digest = hashlib.sha384(served.read()).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"
