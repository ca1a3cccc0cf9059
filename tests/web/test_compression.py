"""What a browser receives is compressed, and what cannot change under its name is kept for ever."""

import re

import pytest

from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient

HTML_BYTES, CSS_BYTES, SCRIPT_BYTES, MODULES = 30 * 1024, 14 * 1024, 48 * 1024, 18


@pytest.fixture
def ada(hubbub_server: Servers) -> HttpClient:
    server = hubbub_server(env={"HUBBUB_RATES": "off"})
    ada = server.client("ada")
    for number in range(50):
        ada.make_room(f"room {number}")
    room = ada.make_room("general")["id"]
    for number in range(60):
        ada.say(room, f"Message {number} is about as long as what people say to each other on a working day.")
    return ada


def weight(ada: HttpClient, path: str) -> tuple[int, str]:
    """How many bytes travel for this address, and what they are."""
    with ada.http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers.get("content-encoding") == "gzip", path
        if "/static/" in path:
            assert "immutable" in answer.headers["cache-control"], path
        size = sum(len(chunk) for chunk in answer.iter_raw())
    return size, ada.get(path).text


def test_a_room_arrives_within_its_budgets(ada: HttpClient) -> None:
    html, page = weight(ada, "/chat/general/")
    modules = set(re.findall(r'(?:modulepreload" href|module" src)="([^"]+)"', page))
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)

    assert page.count('"seq":') >= 60
    assert html <= HTML_BYTES
    assert 1 < len(modules) <= MODULES
    assert sum(weight(ada, module)[0] for module in modules) <= SCRIPT_BYTES
    assert sum(weight(ada, sheet)[0] for sheet in sheets) <= CSS_BYTES
