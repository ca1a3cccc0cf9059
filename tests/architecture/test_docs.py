"""What the documents say of the code, held to the code: settings, commands, translations."""

import re
from pathlib import Path

import polib
import pytest

from hubbub.site import env
from tests.architecture.sources import PACKAGE, ROOT, package_files

CATALOGUES = sorted(PACKAGE.rglob("*.po"))
READS_SETTING = re.compile(r"(environ|getenv)[^\n]*(HUBBUB_[A-Z]|(DATABASE|REDIS)_URL)")
MAKE_WORDS = ("run", "setup", "test", "check", "fix", "lock")


@pytest.mark.parametrize("name", env.NAMES)
def test_every_setting_is_described(name: str) -> None:
    described = (ROOT / "docs" / "settings.md").read_text()

    assert re.search(rf"`{name}`", described), f"docs/settings.md does not speak of {name}"


def test_no_setting_is_described_that_is_not_there() -> None:
    described = set(re.findall(r"`(HUBBUB_[A-Z_]+|[A-Z]+_URL)`", (ROOT / "docs" / "settings.md").read_text()))

    assert described - set(env.NAMES) == set()


def test_only_one_module_reads_settings_from_the_environment() -> None:
    readers = {path.relative_to(PACKAGE).as_posix() for path in package_files(".") if reads_a_setting(path)}

    assert READS_SETTING.search('os.environ.get("HUBBUB_DATA")')
    assert readers - {"site/env.py"} == set()


def reads_a_setting(path: Path) -> bool:
    return READS_SETTING.search(path.read_text()) is not None


@pytest.mark.parametrize("word", MAKE_WORDS)
def test_every_command_of_the_house_is_told(word: str) -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "README.md").read_text()

    assert f"make {word}" in told
    assert re.search(rf"^{word}:.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_there_are_catalogues_to_be_judged() -> None:
    assert CATALOGUES


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_compiled_catalogue_says_what_its_source_says(catalogue: Path) -> None:
    source = {
        told(entry) for entry in polib.pofile(str(catalogue)) if entry.translated() and not entry.obsolete
    }
    compiled = {told(entry) for entry in polib.mofile(str(catalogue.with_suffix(".mo")))}

    assert source == compiled, "compile it anew: hubbub compilemessages, or polib"


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_left_untranslated(catalogue: Path) -> None:
    entries = polib.pofile(str(catalogue))

    assert [entry.msgid for entry in entries.untranslated_entries() + entries.fuzzy_entries()] == []


def told(entry: polib.POEntry | polib.MOEntry) -> tuple[object, ...]:
    plural = tuple(sorted((int(number), text) for number, text in (entry.msgstr_plural or {}).items()))
    return (entry.msgctxt, entry.msgid, entry.msgstr, plural)
