"""The addresses of the client's files as this project serves them, hashed or not. Knows no page."""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

from hubbub.web import graph


@dataclass(frozen=True, slots=True)
class Module:
    """Where a module is served; `integrity` only under a hashed name, behind which the content cannot change."""

    url: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Assets:
    """What the head of the shell names."""

    stylesheet: str
    icons: str
    entry: Module
    preloads: tuple[Module, ...]
    import_map: str


@cache
def assets() -> Assets:
    """Found once a process: served files do not change while it runs."""
    served = {module: _module(module) for module in graph.modules()}
    return Assets(
        stylesheet=static("hubbub/app.css"),
        icons=static("hubbub/icons.svg"),
        entry=served[graph.ENTRY],
        preloads=tuple(served[module] for module in graph.critical().modules if module != graph.ENTRY),
        import_map=_import_map(served),
    )


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
