"""Hubbub: chat that people host themselves, alone or inside an existing Django site."""

__version__ = "0.1.0"

APPS = [
    "hubbub.events",
    "hubbub.people",
    "hubbub.rooms",
    "hubbub.messages",
    "hubbub.api",
    "hubbub.web",
    "hubbub.realtime",
    "hubbub.ops",
    "hubbub.wiring.WiringConfig",
]
"""What a Django project adds to INSTALLED_APPS: `INSTALLED_APPS += hubbub.APPS`."""
