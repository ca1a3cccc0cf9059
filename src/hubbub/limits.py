"""Every limit in force, in one place; `/.well-known/hubbub` publishes them. Knows nothing of what they limit."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes or characters (code points), times are milliseconds, the rest are counts.

    A project overrides any of them with `HUBBUB = {"LIMITS": {...}}` in its settings.
    """

    frame_bytes: int = 65_536  # holds body_chars even when each is written as an escaped surrogate pair
    body_chars: int = 5_000
    name_chars: int = 80
    topic_chars: int = 250
    client_id_chars: int = 64
    queue_bytes: int = 1_048_576
    heartbeat_ms: int = 20_000
    drain_ms: int = 5_000
    revocation_ms: int = 5_000
    presence_lease_ms: int = 45_000
    replay_events: int = 2_000
    events_page: int = 500
    messages_page: int = 100
    history: int = 50
    direct_people: int = 20
    reactions_per_message: int = 50


@dataclass(frozen=True, slots=True)
class Rate:
    """What one person may do: `burst` at once, then `per_second`."""

    per_second: float
    burst: int


DEFAULT_RATES = {"ops": Rate(per_second=20, burst=60)}


def _configured() -> dict[str, Any]:
    return getattr(settings, "HUBBUB", {})


def _limits() -> Limits:
    known = {field.name for field in fields(Limits)}
    chosen = {name: int(value) for name, value in _configured().get("LIMITS", {}).items() if name in known}
    return Limits(**chosen)


LIMITS = _limits()


def rates() -> dict[str, Rate]:
    """The rates in force by what they limit; empty when switched off (`HUBBUB = {"RATES": "off"}`)."""
    if _configured().get("RATES") == "off":
        return {}
    return DEFAULT_RATES


def published() -> dict[str, object]:
    """The limits as `/.well-known/hubbub` and `ready` tell them."""
    return {**asdict(LIMITS), "rates": {name: asdict(rate) for name, rate in rates().items()}}
