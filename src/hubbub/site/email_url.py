"""Takes HUBBUB_EMAIL_URL apart; knows no Django. What it raises never repeats the address, which holds a password."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from hubbub.site.refused import BadSetting

_EXPECTED = "HUBBUB_EMAIL_URL must be console: or like smtp://USER:PASSWORD@HOST:587 (smtps:// for TLS from the start)."


@dataclass(frozen=True, slots=True)
class Email:
    """The server that sends our mail."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool
    starttls: bool


def parse(url: str | None) -> Email | None:
    """The mail server that the address names; None means that mail is written to the console."""
    if url is None or url.rstrip("/") == "console:":
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSetting(_EXPECTED) from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.query not in ("", "starttls=off"):
        raise BadSetting(_EXPECTED)
    tls = parts.scheme == "smtps"
    return Email(
        host=parts.hostname,
        port=port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        starttls=not tls and parts.query != "starttls=off",
    )
