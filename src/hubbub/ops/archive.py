"""The file of a backup: a zip with JSON lines of each table and a manifest with their hashes. Knows no database."""

import contextlib
import hashlib
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from hubbub.ops.complaints import CannotDo

FORMAT = "hubbub-backup"
VERSION = 1
MANIFEST = "manifest.json"
MANIFEST_BYTES = 16_777_216
CHUNK = 1_048_576
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

Row = Sequence[Any]


class Part(msgspec.Struct, frozen=True):
    """One table: the columns of each line, how many lines there are, and the SHA-256 of them all."""

    name: str
    model: str
    columns: list[str]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What the file holds, and from which state of which program it was taken."""

    format: str
    version: int
    hubbub: str
    created: str
    epoch: str
    migrations: list[tuple[str, str]]
    parts: list[Part]


class Writing:
    """An archive under way."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def add_part(self, model: str, columns: list[str], rows: Iterable[Row]) -> Part:
        name = f"tables/{model}.jsonl"
        count, digest = 0, hashlib.sha256()
        with self._file.open(name, "w", force_zip64=True) as out:
            for row in rows:
                line = _encode(row) + b"\n"
                digest.update(line)
                out.write(line)
                count += 1
        return Part(name, model, columns, count, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        self._file.writestr(MANIFEST, msgspec.json.format(_encode(manifest), indent=1))


class Archive:
    """A backup to be read. `verify` comes first."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.manifest = self._read_manifest()

    def verify(self) -> None:
        """Read everything once and compare it with its hash. Raises CannotDo."""
        for part in self.manifest.parts:
            count, digest = 0, hashlib.sha256()
            with self._part(part) as lines:
                for line in lines:
                    digest.update(line)
                    count += 1
            if (count, digest.hexdigest()) != (part.rows, part.sha256):
                raise CannotDo(f"The backup is damaged: {part.name} is not what was written.")

    def rows(self, part: Part) -> Iterator[list[Any]]:
        with self._part(part) as lines:
            for line in lines:
                yield _decode(line)

    @contextmanager
    def _part(self, part: Part) -> Iterator[Iterable[bytes]]:
        try:
            with self._file.open(part.name) as lines:
                yield lines
        except KeyError:
            raise CannotDo(f"The backup is damaged: {part.name} is missing.") from None
        except _DAMAGES:
            raise CannotDo(f"The backup is damaged: {part.name} cannot be read.") from None

    def _read_manifest(self) -> Manifest:
        try:
            with self._file.open(MANIFEST) as found:
                manifest = msgspec.json.decode(found.read(MANIFEST_BYTES), type=Manifest)
        except (KeyError, msgspec.DecodeError, *_DAMAGES):
            raise CannotDo("This file is not a Hubbub backup, or a damaged one.") from None
        if manifest.format != FORMAT:
            raise CannotDo("This file is not a Hubbub backup.")
        if manifest.version > VERSION:
            raise CannotDo(f"The backup was made by a newer version of Hubbub ({manifest.hubbub}).")
        return manifest


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Write beside `path` and put it there when it is whole; never over anything, readable by its owner only."""
    if path.exists() or path.is_symlink():
        raise CannotDo(f"{path} exists already; nothing is overwritten.")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as file:
                yield Writing(file)
            raw.flush()
            os.fsync(raw.fileno())
        _put(draft, path)
    except OSError as error:
        raise CannotDo(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """The archive at `path`. Raises CannotDo for anything else."""
    try:
        with path.open("rb") as raw, zipfile.ZipFile(raw) as file:
            yield Archive(file)
    except OSError as error:
        raise CannotDo(f"{path} cannot be read: {error.strerror or error}.") from None
    except zipfile.BadZipFile:
        raise CannotDo(f"{path} is not a Hubbub backup, or a damaged one.") from None


def _put(draft: Path, path: Path) -> None:
    """A link fails where somebody else was faster; a file system without links gets a plain renaming."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise CannotDo(f"{path} exists already; nothing is overwritten.") from None
    except OSError:
        draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    with contextlib.suppress(OSError):
        os.fsync(folder)
    os.close(folder)
