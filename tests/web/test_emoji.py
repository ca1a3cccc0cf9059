"""The words of the emoji picker: light enough, as they were made, and in the spelling that the server keeps."""

import gzip
import hashlib
import json
from typing import Any

import pytest

from hubbub.lib.emoji import clean_emoji
from hubbub.web.assets import EMOJI, emoji

MOST_BYTES = 45 * 1024
LANGUAGES = ("en", "ru")


def content(name: str) -> list[Any]:
    return list(json.loads((EMOJI / name).read_text()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_language_stay_within_their_budget(language: str) -> None:
    weight = sum(
        len(gzip.compress((EMOJI / name).read_bytes(), 9)) for name in ("signs.json", f"{language}.json")
    )

    assert weight <= MOST_BYTES


def test_the_files_are_those_that_were_made() -> None:
    package, integrity, *sums = (EMOJI / "SOURCE").read_text().splitlines()

    assert package.startswith("emojibase-data@")
    assert integrity.startswith("sha512-")
    assert "MIT License" in (EMOJI / "LICENSE").read_text()
    files = sorted(path for path in EMOJI.iterdir() if path.name != "SOURCE")
    assert sums == [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files]


def test_every_sign_is_spelled_as_the_server_keeps_it() -> None:
    signs = [sign for sign, _, _ in content("signs.json")]

    assert len(signs) > 1500
    assert [sign for sign in signs if clean_emoji(sign) != sign] == []
    assert len(set(signs)) == len(signs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sign_has_a_name(language: str) -> None:
    words = content(f"{language}.json")

    assert len(words) == len(content("signs.json"))
    assert all(name for name, _ in words)


def test_a_reader_gets_the_words_of_the_own_language_and_of_english() -> None:
    assert emoji("ru")["words"] == ["/static/hubbub/emoji/ru.json", "/static/hubbub/emoji/en.json"]
    assert emoji("en")["words"] == emoji("xx")["words"] == ["/static/hubbub/emoji/en.json"]
