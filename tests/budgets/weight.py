"""Budgets 1 to 5: what travels, as the server sends it."""

import json
import re
from collections.abc import Iterator

from hubbub.web import graph
from tests.budgets.finding import Finding
from tests.budgets.house import House

KB = 1024


def weigh(house: House) -> Iterator[Finding]:
    path = f"/chat/{house.large['name'].replace(' ', '%20')}/"
    page = house.reader.get(path).text
    critical = sorted(set(re.findall(r'(?:modulepreload" href|module" src)="([^"]+)"', page)))
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    every = sorted({*_import_map(page)["imports"].values(), *critical})
    yield Finding(1, "critical scripts", 48, _kb(house, critical), "KB")
    yield Finding(1, "critical modules", 18, len(critical))
    yield Finding(1, "levels of imports", 3, graph.critical().depth)
    yield Finding(2, "all scripts but emoji data", 130, _kb(house, [*every, "/sw.js"]), "KB")
    signs = _static(page, "emoji/signs")
    for language in ("en", "ru"):
        words = _static(_spoken(house, path, language), f"emoji/{language}")
        yield Finding(3, f"emoji and their names ({language})", 45, _kb(house, [signs, words]), "KB")
    outside = _static(house.server.client().get("/accounts/login/").text, "pages")
    yield Finding(4, "style of the chat", 14, _kb(house, sheets), "KB")
    yield Finding(4, "all style", 20, _kb(house, [*sheets, outside]), "KB")
    yield Finding(
        5,
        f"page of a room, {page.count('data-room') or len(house.rooms)} rooms beside",
        30,
        _kb(house, [path]),
        "KB",
    )


def _kb(house: House, paths: list[str]) -> float:
    return sum(_bytes(house, path) for path in paths) / KB


def _bytes(house: House, path: str) -> int:
    with house.reader.http.stream("GET", path, headers={"Accept-Encoding": "br, gzip"}) as answer:
        assert answer.status_code == 200, (path, answer.status_code)
        return sum(len(chunk) for chunk in answer.iter_raw())


def _import_map(page: str) -> dict[str, dict[str, str]]:
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page, re.S)
    assert found
    return dict(json.loads(found[1]))


def _static(page: str, name: str) -> str:
    found = re.search(rf'/[^"\s]*{re.escape(name)}[^"\s/]*\.(?:json|css)', page)
    assert found, name
    return found[0]


def _spoken(house: House, path: str, language: str) -> str:
    return house.reader.http.get(path, headers={"Accept-Language": language}).text
