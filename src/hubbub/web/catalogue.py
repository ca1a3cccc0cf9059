"""The client's words in the reader's language, from the catalogues beside this file. Knows no page."""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "catalogues"
FALLBACK = "en"

Catalogue = dict[str, str | dict[str, str]]


@cache
def catalogue(locale: str) -> Catalogue:
    """The words for this locale; those not translated, and unknown locales, in English."""
    words = _read(FALLBACK)
    for name in (locale.partition("-")[0], locale):
        if name != FALLBACK:
            words |= _read(name)
    return words


@cache
def languages() -> list[str]:
    """The locales that there are words for."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def _read(name: str) -> Catalogue:
    path = FOLDER / f"{name}.json"
    if not name.replace("-", "").isalnum() or not path.is_file():
        return {}
    words: Catalogue = json.loads(path.read_text(encoding="utf-8"))
    return words
