"""The client's modules: which are on the critical path, how deep and how heavy. Knows only files."""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

APP = Path(__file__).parent / "static" / "hubbub" / "app"
ENTRY = "main.js"

_IMPORT = re.compile(
    r"""^\s*(?:import|export)\s*(?:[\w*{}\s,$]*?\sfrom\s*|\{[^}]*\}\s*from\s*)?['"](?P<path>\.[^'"]+)['"]""",
    re.M,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


@dataclass(frozen=True, slots=True)
class Graph:
    """What the browser must have before the page is alive: nearest to the entry first, as paths below `app`."""

    modules: tuple[str, ...]
    depth: int
    gz_bytes: int


@cache
def critical() -> Graph:
    """Everything that the entry imports statically, however far."""
    layers: list[list[str]] = [[ENTRY]]
    seen = {ENTRY}
    while layers[-1]:
        found = dict.fromkeys(path for module in layers[-1] for path in imports_of(module))
        layers.append([path for path in found if path not in seen])
        seen.update(layers[-1])
    modules = tuple(module for layer in layers for module in layer)
    weight = sum(len(gzip.compress((APP / module).read_bytes(), 9)) for module in modules)
    return Graph(modules, len(layers) - 1, weight)


@cache
def modules() -> tuple[str, ...]:
    """Every module, critical or lazy."""
    return tuple(sorted(path.relative_to(APP).as_posix() for path in APP.rglob("*.js")))


def imports_of(module: str) -> list[str]:
    """The modules that this one imports statically, by path below `app/`."""
    source = _COMMENT.sub("", (APP / module).read_text())
    folder = PurePosixPath(module).parent
    return [_normal(folder / match["path"]) for match in _IMPORT.finditer(source)]


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
