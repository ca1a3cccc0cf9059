"""Every limit in force, in one place; `/.well-known/hubbub` publishes them. Knows nothing of what they limit."""

from dataclasses import asdict
from typing import Any

from django.conf import settings

from hubbub.defaults import DEFAULT_RATES, LIMIT_NAMES, Limits, Rate


def _configured() -> dict[str, Any]:
    return getattr(settings, "HUBBUB", {})


def _limits() -> Limits:
    chosen = {
        name: int(value) for name, value in _configured().get("LIMITS", {}).items() if name in LIMIT_NAMES
    }
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
