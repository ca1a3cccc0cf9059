"""The one exception of a server that cannot start; its text is the sentence that the operator reads."""


class CannotServe(Exception):
    """Serving is impossible as things are. The text says in one sentence why, and what to do."""
