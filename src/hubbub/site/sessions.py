"""Django's sessions in the database, for cookies of any content. Knows nothing of who is signed in."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    def load(self) -> dict[str, Any]:
        """PostgreSQL refuses even to be asked for a key with NUL, which a quoted cookie can hold."""
        if "\0" in (self.session_key or ""):
            self._session_key = None
            return {}
        return super().load()
