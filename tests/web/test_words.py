"""Every word of the pages is there in Russian, with every plural form, and the compiled catalogues are up to date."""

import re

import polib
import pytest

from hubbub.web.catalogue import catalogue as client_words
from tests.web import words

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


@pytest.mark.parametrize("app", words.APPS)
def test_every_word_is_there_in_russian(app: str) -> None:
    found = {(entry.msgid, entry.msgid_plural or None) for entry in words.catalogue(app, "ru")}

    assert words.wanted(app) - found == set(), "missing"
    assert found - words.wanted(app) == set(), "no longer used"


@pytest.mark.parametrize("app", words.APPS)
def test_no_translation_is_empty_or_loses_a_placeholder(app: str) -> None:
    for entry in words.catalogue(app, "ru"):
        forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert len(forms) == (4 if entry.msgid_plural else 1), entry.msgid
        for form in forms:
            assert form.strip(), entry.msgid
            assert sorted(_PLACEHOLDER.findall(form)) == sorted(_PLACEHOLDER.findall(entry.msgid))


@pytest.mark.parametrize("app", words.APPS)
def test_the_compiled_catalogue_is_that_of_the_source(app: str) -> None:
    path = words.path_of(app, "ru")

    compiled = {
        entry.msgid: entry.msgstr or entry.msgstr_plural
        for entry in polib.mofile(str(path.with_suffix(".mo")))
    }

    source = {entry.msgid: entry.msgstr or entry.msgstr_plural for entry in words.catalogue(app, "ru")}
    assert {key: str(text) for key, text in compiled.items()} == {
        key: str(text) for key, text in source.items()
    }


def test_unknown_languages_get_english_words() -> None:
    assert client_words("xx") == client_words("en")
    assert client_words("../../secrets") == client_words("en")
