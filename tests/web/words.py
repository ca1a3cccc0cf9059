"""Which strings the pages want translated, found in the sources; `python -m tests.web.words` compiles them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parents[2] / "src" / "hubbub"
APPS = {"web": SOURCE / "web", "accounts": SOURCE / "site" / "accounts"}
MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}

_IN_TEMPLATE = re.compile(r"""\b(?:_|n?gettext)\(((?:u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"),?\s*){1,2})""")

Wanted = tuple[str, str | None]


def wanted(app: str) -> set[Wanted]:
    """Every string of the app that is marked, with its plural where it has one."""
    folder = APPS[app]
    found = {pair for path in folder.rglob("*.py") for pair in _in_python(path)}
    templates = [*folder.rglob("*.html"), *folder.rglob("*.txt")]
    return found | {pair for path in templates for pair in _in_template(path)}


def catalogue(app: str, locale: str) -> polib.POFile:
    return polib.pofile(str(path_of(app, locale)))


def path_of(app: str, locale: str) -> Path:
    return APPS[app] / "locale" / locale / "LC_MESSAGES" / "django.po"


def _in_python(path: Path) -> Iterator[Wanted]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Name)
            or node.func.id not in MARKERS
        ):
            continue
        texts = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
        plural = texts[1] if node.func.id.startswith("ngettext") else None
        yield str(texts[0]), None if plural is None else str(plural)


def _in_template(path: Path) -> Iterator[Wanted]:
    for match in _IN_TEMPLATE.finditer(templatize(path.read_text(), origin=str(path))):
        texts = ast.literal_eval(f"[{match[1]}]")
        yield texts[0], texts[1] if len(texts) > 1 else None


def compile_all() -> None:
    for folder in APPS.values():
        for path in folder.glob("locale/*/LC_MESSAGES/django.po"):
            polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


if __name__ == "__main__":
    compile_all()
