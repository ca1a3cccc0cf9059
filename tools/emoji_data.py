#!/usr/bin/env python3
"""Makes the emoji picker's signs and words, from a pinned release of emojibase-data.

The package is fetched by npm, checked against the integrity below, and not otherwise part of the project.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hubbub.lib.emoji import clean_emoji

PACKAGE = "emojibase-data@17.0.0"
INTEGRITY = "sha512-Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA=="
LANGUAGES = ("en", "ru")
COMPONENTS = 2  # The group of parts such as skin tones: nobody picks one.
NEWEST = 15.1  # What the systems of the last two years can draw.
SKINS = tuple(range(0x1F3FB, 0x1F400))
COLOUR = "\ufe0f"
FOLDER = Path(__file__).parent.parent / "src" / "hubbub" / "web" / "static" / "hubbub" / "emoji"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = fetched(Path(folder))
        for language in LANGUAGES:
            source = wanted(json.loads((package / language / "data.json").read_text()))
            write(FOLDER / f"{language}.json", [words_of(one) for one in source])
        write(FOLDER / "signs.json", [[sign_of(one), one["group"], int(takes_tone(one))] for one in source])
        write(FOLDER / "LICENSE", (package / "LICENSE").read_text())
    write(FOLDER / "SOURCE", "\n".join((PACKAGE, INTEGRITY, *sums(), "")))


def fetched(folder: Path) -> Path:
    """The package unpacked, if it is the one that we mean."""
    subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        sys.exit(f"{PACKAGE} is not what it was: sha512-{digest}")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def wanted(source: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [one for one in source if one.get("group", COMPONENTS) != COMPONENTS and one["version"] <= NEWEST]
    return sorted(found, key=lambda one: one["order"])


def words_of(one: dict[str, Any]) -> list[str]:
    """What it is called, and other words for it; the files of all languages have the same order."""
    others = [word for word in one.get("tags", []) if word.lower() not in one["label"].lower()]
    return [one["label"], " ".join(others)]


def sign_of(one: dict[str, Any]) -> str:
    """In the one spelling that the server keeps."""
    return clean_emoji(one["emoji"])


def takes_tone(one: dict[str, Any]) -> bool:
    """Whether a tone put after its first sign gives what Unicode means, as the picker does it."""
    plain = [skin for skin in one.get("skins", []) if isinstance(skin["tone"], int)]
    return bool(plain) and all(sign_of(skin) == toned(sign_of(one), skin["tone"]) for skin in plain)


def toned(sign: str, tone: int) -> str:
    return sign[0] + chr(SKINS[tone - 1]) + sign[1:].removeprefix(COLOUR)


def sums() -> list[str]:
    files = sorted(path for path in FOLDER.iterdir() if path.name != "SOURCE")
    return [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files]


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        content
        if isinstance(content, str)
        else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    )
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
