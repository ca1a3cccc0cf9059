"""The budget of the client: what must be there before the page is alive."""

from pathlib import Path

import pytest

from hubbub.web import graph

MOST_MODULES, MOST_LEVELS, MOST_BYTES = 18, 3, 48 * 1024


def test_the_critical_path_stays_within_its_budget() -> None:
    found = graph.critical()

    assert len(found.modules) <= MOST_MODULES, found.modules
    assert found.depth <= MOST_LEVELS
    assert found.gz_bytes <= MOST_BYTES


def test_every_import_leads_to_a_module() -> None:
    for module in graph.modules():
        for imported in graph.imports_of(module):
            assert imported in graph.modules(), f"{module} imports {imported}"


def test_no_module_imports_itself_in_a_circle() -> None:
    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, (*trail, module)
        for imported in graph.imports_of(module):
            walk(imported, (*trail, module))

    walk(graph.ENTRY, ())


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(graph, "APP", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('import "./a.js";', ["a.js"]),
        ("import { a, b as c } from './a.js';", ["a.js"]),
        ('import {\n  a,\n  b,\n} from "./parts/a.js";', ["parts/a.js"]),
        ("import * as a from './a.js';\nimport b from './b.js';", ["a.js", "b.js"]),
        ("export { a } from './a.js';\nexport * from './b.js';", ["a.js", "b.js"]),
        ("const a = () => import('./lazy.js');", []),
        ("/* import './old.js'; */\n// import './older.js';", []),
        ("export const text = 'from ./a.js';\nexport function f() {}", []),
        ("/** @type {import('./types').A} */\nlet a;", []),
    ],
)
def test_static_imports_are_found_and_nothing_else(modules: Path, source: str, found: list[str]) -> None:
    (modules / "main.js").write_text(source)

    assert graph.imports_of("main.js") == found


def test_an_import_is_found_from_where_it_stands(modules: Path) -> None:
    (modules / "parts").mkdir()
    (modules / "parts" / "row.js").write_text("import '../store.js';\nimport './cell.js';")

    assert graph.imports_of("parts/row.js") == ["store.js", "parts/cell.js"]
