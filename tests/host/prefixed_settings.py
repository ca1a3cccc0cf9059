"""The shop again, with the chat not at its root but below an address of its own."""

from tests.host.settings import *  # noqa: F403

ROOT_URLCONF = "tests.host.prefixed_urls"
