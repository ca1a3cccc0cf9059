"""The limits as they are unless a site says otherwise. Knows no settings."""

from dataclasses import dataclass, fields


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

LIMIT_NAMES = frozenset(field.name for field in fields(Limits))
