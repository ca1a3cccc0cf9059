"""The head of the page, with plain names of files and with hashed ones."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage

from hubbub.web import graph
from hubbub.web.assets import Module, assets


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    assets.cache_clear()
    yield
    assets.cache_clear()


@pytest.fixture
def hashed(settings: Any, tmp_path: Path) -> ManifestStaticFilesStorage:
    """Files collected under hashed names, as the standalone product serves them."""
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    lazy: Any = staticfiles_storage
    storage: ManifestStaticFilesStorage = lazy._wrapped
    return storage


def test_plain_names_need_no_map() -> None:
    found = assets()

    assert found.entry == Module("/static/hubbub/app/main.js", "")
    assert json.loads(found.import_map) == {"imports": {}, "integrity": {}}
    assert len(found.preloads) == len(graph.critical().modules) - 1


def test_hashed_names_are_mapped_and_checked(hashed: ManifestStaticFilesStorage) -> None:
    found = assets()

    table = json.loads(found.import_map)
    assert set(table["imports"]) == {f"/static/hubbub/app/{module}" for module in graph.modules()}
    for url in table["imports"].values():
        served = Path(hashed.location) / url.removeprefix("/static/")
        digest = base64.b64encode(hashlib.sha384(served.read_bytes()).digest()).decode()
        assert table["integrity"][url] == f"sha384-{digest}"
    assert found.entry.url == table["imports"]["/static/hubbub/app/main.js"]
    # A preload without the map's integrity would be fetched and thrown away.
    assert {module.url: module.integrity for module in found.preloads}.items() <= table["integrity"].items()
