"""A room's messages as a client folds them from the log. Knows only section 4 of the contract."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


class Fold:
    """The messages of one room at position `seq`."""

    def __init__(self, events: Iterable[Json] = ()) -> None:
        self.seq = 0
        self.messages: dict[str, Json] = {}
        self.members: set[str] = set()
        for event in events:
            self.apply(event)

    def apply(self, event: Json) -> None:
        self.seq = event["seq"]
        applied = getattr(self, f"_{event['type']}", None)
        if applied is not None:
            applied(event)

    def changes_nothing(self, op: Json, by: str) -> bool:
        """Whether the operation finds done already what it asks for."""
        message = self.messages.get(op.get("target", ""))
        if message is None:
            return False
        reacted = by in message["reactions"].get(op.get("emoji"), [])
        if op["op"] == "delete":
            return bool(message["deleted"])
        return reacted == (op["op"] == "react") and op["op"] in ("react", "unreact")

    def unread(self, person: str, read: int) -> int:
        """Messages of others after a read position."""
        return sum(
            message["seq"] > read and message["by"] != person and not message["deleted"]
            for message in self.messages.values()
        )

    def _target(self, event: Json) -> Json:
        """The message that an event is about; in a log with a hole it may be missing, which is not judged here."""
        return self.messages.get(event["target"]) or {"reactions": {}}

    def _message(self, event: Json) -> None:
        self.messages[event["id"]] = {
            **{name: event[name] for name in ("id", "seq", "by", "body", "html", "at")},
            "edited_at": None,
            "deleted": event["body"] is None,
            "reply_to": event.get("reply_to"),
            "reactions": {},
        }

    def _edit(self, event: Json) -> None:
        self._target(event).update(body=event["body"], html=event["html"], edited_at=event["at"])

    def _delete(self, event: Json) -> None:
        self._target(event).update(body=None, html=None, deleted=True)

    def _react(self, event: Json) -> None:
        self._target(event)["reactions"].setdefault(event["emoji"], []).append(event["by"])

    def _unreact(self, event: Json) -> None:
        reactions = self._target(event)["reactions"]
        people = reactions.get(event["emoji"], [])
        if event["by"] in people:
            people.remove(event["by"])
        if not people:
            reactions.pop(event["emoji"], None)

    def _join(self, event: Json) -> None:
        self.members.add(event["user"])

    def _leave(self, event: Json) -> None:
        self.members.discard(event["user"])
