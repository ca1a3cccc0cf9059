"""What the pages say of the place that they are part of; the standalone product and hosts fill it in."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


def _configured_name() -> str:
    return str(getattr(settings, "HUBBUB", {}).get("NAME", "Hubbub"))


def _configured_account_url() -> str | None:
    url = getattr(settings, "HUBBUB", {}).get("ACCOUNT_URL")
    return str(url) if url else None


@dataclass(slots=True)
class Place:
    """`name` stands above the rooms; `account_url` leads to one's own account, where there is such a page."""

    name: Callable[[], str] = _configured_name
    account_url: Callable[[], str | None] = _configured_account_url


place = Place()
