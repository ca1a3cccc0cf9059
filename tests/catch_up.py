"""A room as a client folds it from the log, and as the store has it: the two are always the same."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hubbub.events import log
from hubbub.messages.models import Message
from hubbub.messages.queries import message_states
from hubbub.messages.wire import events_json
from hubbub.rooms.models import Membership, Room

Event = dict[str, Any]
FACTS = ("name", "topic", "kind", "visitors", "archived")


@dataclass
class Folded:
    """A room at position `seq`: what it is, who belongs to it, what was said."""

    seq: int = 0
    facts: dict[str, object] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    messages: dict[str, Event] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """The next event; one that is not the next fails the test."""
        assert event["seq"] == self.seq + 1, f"{event['seq']} came after {self.seq}"
        self.seq = event["seq"]
        getattr(self, f"_{event['type']}")(event)

    def _message(self, event: Event) -> None:
        deleted = event["body"] is None
        self.messages[event["id"]] = {
            **{name: event[name] for name in ("id", "seq", "by", "body", "html", "at")},
            "edited_at": None,
            "deleted": deleted,
            "reply_to": event.get("reply_to"),
            "reactions": {},
        }

    def _edit(self, event: Event) -> None:
        target = self.messages[event["target"]]
        target.update(body=event["body"], html=event["html"], edited_at=event["at"])

    def _delete(self, event: Event) -> None:
        self.messages[event["target"]].update(body=None, html=None, deleted=True)

    def _react(self, event: Event) -> None:
        people = self.messages[event["target"]]["reactions"].setdefault(event["emoji"], [])
        assert event["by"] not in people
        people.append(event["by"])

    def _unreact(self, event: Event) -> None:
        reactions = self.messages[event["target"]]["reactions"]
        reactions[event["emoji"]].remove(event["by"])
        if not reactions[event["emoji"]]:
            del reactions[event["emoji"]]

    def _join(self, event: Event) -> None:
        self.members[event["user"]] = event["role"]

    def _leave(self, event: Event) -> None:
        del self.members[event["user"]]

    def _room(self, event: Event) -> None:
        self.facts = {name: event[name] for name in FACTS}


def fetched(room_id: int) -> Folded:
    """The room as its rows have it now."""
    room = Room.objects.get(pk=room_id)
    facts: dict[str, object] = {name: getattr(room, name) for name in FACTS if name != "archived"}
    facts["archived"] = room.archived_at is not None
    members = Membership.objects.filter(room=room).values_list("person__username", "role")
    rows = Message.objects.filter(room=room).order_by("seq")
    messages = {state.id: msgspec.to_builtins(state) for state in message_states(rows)}
    return Folded(log.heads([room_id])[room_id], facts, dict(members), messages)


def events_after(room_id: int, seq: int) -> list[Event]:
    """The log as the wire shows it."""
    return [json.loads(event) for event in events_json(log.read_after(room_id, seq, limit=100_000))]


def assert_events_catch_up(room: Room, action: Callable[[], object]) -> list[Event]:
    """Do it: the state before and the events that it made give the state after. Returns the events."""
    state = fetched(room.pk)
    before = state.seq
    action()
    events = events_after(room.pk, before)
    for event in events:
        state.apply(event)
    assert state == fetched(room.pk)
    return events


def assert_log_tells_all(room_id: int) -> Folded:
    """The whole log, folded from nothing, is the state of the room."""
    events = events_after(room_id, 0)
    state = Folded(facts=_facts_at_birth(room_id, events))
    for event in events:
        state.apply(event)
    assert state == fetched(room_id)
    return state


def _facts_at_birth(room_id: int, events: list[Event]) -> dict[str, object]:
    """The log does not tell how a room began: where it never changed, it is as it is."""
    changed = any(event["type"] == "room" for event in events)
    return {} if changed else fetched(room_id).facts
