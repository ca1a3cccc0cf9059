"""The data folder and the secret key in it. Knows nothing of what else lies there."""

import os
import secrets
from pathlib import Path

from hubbub.site.refused import BadSetting

CHECKOUT = Path(__file__).resolve().parents[3]


def chosen(given: str | None) -> Path:
    """HUBBUB_DATA, else `data` in the checkout that we run from, else `data` in the current folder."""
    if given:
        return Path(given).expanduser().absolute()
    home = CHECKOUT if (CHECKOUT / "pyproject.toml").is_file() else Path.cwd()
    return home / "data"


def prepare(data: Path) -> Path:
    """The folder, made on the first start for its owner only, or BadSetting where we may not write."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(
            f"The data folder {data} cannot be made: {error.strerror}. Set HUBBUB_DATA."
        ) from None
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise BadSetting(f"The data folder {data} cannot be written: permission denied. Set HUBBUB_DATA.")
    return data


def secret_key(data: Path) -> str:
    """The key of this installation, made once; two processes that start at the same moment get the same one."""
    path = data / "secret_key"
    try:
        return _read(path) if path.exists() else _made(path)
    except OSError as error:
        raise BadSetting(f"The secret key {path} cannot be used: {error.strerror}.") from None


def _made(path: Path) -> str:
    draft = path.with_name(f".secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(path)


def _read(path: Path) -> str:
    key = path.read_text().strip()
    if not key:
        raise BadSetting(
            f"The secret key {path} is empty: delete it, and a new one is made (everybody signs in again)."
        )
    return key
