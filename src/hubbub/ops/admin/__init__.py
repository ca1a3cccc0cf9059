"""The pages of the admin site, the standalone's or a host's. What they change, they change by the domain's actions."""

from hubbub.ops.admin import messages, people, rooms

__all__ = ["messages", "people", "rooms"]
