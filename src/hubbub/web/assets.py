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
class Assets:
    """What the head of the shell names."""

    stylesheet: str
    icons: str
    entry: str
    preloads: tuple[str, ...]
    import_map: str


@cache
def assets() -> Assets:
    """Found once a process: served files do not change while it runs."""
    urls = {module: static(f"hubbub/app/{module}") for module in graph.modules()}
    return Assets(
        stylesheet=static("hubbub/app.css"),
        icons=static("hubbub/icons.svg"),
        entry=urls[graph.ENTRY],
        preloads=tuple(urls[module] for module in graph.critical().modules if module != graph.ENTRY),
        import_map=_import_map(urls),
    )


def _import_map(urls: dict[str, str]) -> str:
    """Modules import each other by plain names; where files have hashed ones, this leads there."""
    folder = urls[graph.ENTRY].rpartition("/")[0]
    hashed = {f"{folder}/{module}": url for module, url in urls.items() if url != f"{folder}/{module}"}
    integrity = {url: _integrity(module) for module, url in urls.items() if f"{folder}/{module}" in hashed}
    return json.dumps({"imports": hashed, "integrity": integrity}, separators=(",", ":"))


def _integrity(module: str) -> str:
    """Of the file as it is served, which a storage may have rewritten."""
    storage: Any = staticfiles_storage
    with storage.open(storage.stored_name(f"hubbub/app/{module}")) as served:
        digest = hashlib.sha384(served.read()).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"
