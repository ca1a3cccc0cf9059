"""A small history in which every promise was kept, for the tests of the judge to spoil in one way each."""

from itertools import count
from typing import Any

from tests.faults.folding import Fold
from tests.faults.history import (
    Answered,
    Asked,
    Closed,
    FaultBegan,
    FaultEnded,
    Fetched,
    FinalCheck,
    FinalLog,
    FinalMessages,
    FinalRooms,
    Finished,
    Heard,
    History,
    Listening,
    Memory,
    Opened,
    Planned,
    ReadHead,
    Received,
    Removed,
    RestoredLog,
    SignedOut,
    Synced,
)
from tests.faults.plan import BACKUP

Json = dict[str, Any]
ROOM = "r1"
EPOCH = "e1"
NODES = ("n1", "n2")
SAID = 120
BACKED_UP = SAID + 5  # the last event that is in the backup
AT = "2026-11-23T08:00:00.000Z"


class Story:
    """Ada at the first node talks; Ben at the second receives, is cut off, resumes, and is removed in the end."""

    def __init__(self) -> None:
        self.history = History()
        self.events: list[Json] = []
        self._attempts = count(1)
        self._now = 0.0

    def now(self) -> float:
        self._now += 0.01
        return self._now

    def ask(self, op: Json, *, ack: bool = True, code: str | None = None) -> None:
        attempt = next(self._attempts)
        self.history.add(Asked(self.now(), attempt, "ada-1", "ada", "n1", 1, ROOM, op))
        if code is not None:
            self.history.add(Answered(self.now(), attempt, code=code))
            return
        if not any(event.get("client_id") == op["client_id"] for event in self.events):
            self._write(op)
        if not ack:
            return
        event = next(event for event in self.events if event.get("client_id") == op["client_id"])
        told = {"room": ROOM, "seq": event["seq"], "id": event.get("id") or event["target"]}
        self.history.add(
            Answered(self.now(), attempt, ack={**told, "client_id": op["client_id"], "duplicate": False})
        )

    def repeat(self, op: Json) -> None:
        """The same once more; the answer says that it was there."""
        self.ask(op)
        last = self.history.records.pop()
        assert isinstance(last, Answered)
        assert last.ack is not None
        self.history.add(Answered(last.at, last.attempt, ack={**last.ack, "duplicate": True}))

    def receive(self, connection: int, event: Json) -> None:
        digest = self.history.see(self.now(), event)
        self.history.add(Received(self.now(), connection, ROOM, event["seq"], digest))

    def _write(self, op: Json) -> None:
        kind = {"send": "message"}.get(op["op"], op["op"])
        event = {"room": ROOM, "seq": len(self.events) + 1, "type": kind, "by": "ada", "at": AT}
        event |= {name: value for name, value in op.items() if name != "op"}
        if "body" in op:
            event["html"] = f"<p>{op['body']}</p>"
        if kind == "message":
            event["id"] = f"m{event['seq']}"
        self.events.append(event)


def good_history() -> History:
    story = Story()
    history = story.history
    story.events += [_join(1, "ada"), _join(2, "ben")]
    history.add(Planned(story.now(), 1, "postgres", ("link_cut",), NODES))
    for connection, client in ((1, "ada-1"), (2, "ben-1"), (4, "ben-2")):
        person = client.rpartition("-")[0]
        node = "n1" if person == "ada" else "n2"
        history.add(Opened(story.now(), connection, client, person, node, EPOCH, {ROOM: 2}, {}))
        digests = tuple(history.see(story.now(), event) for event in story.events[:2])
        history.add(Fetched(story.now(), client, ROOM, EPOCH, digests))
    history.add(Listening(story.now(), "cleo", ROOM, 9, 2))
    _talk(story)
    _break(story)
    _end(story)
    _read(story)
    return history


def _talk(story: Story) -> None:
    for number in range(SAID):
        story.ask({"op": "send", "client_id": f"c{number}", "body": f"words {number} #ab"})
        _everybody_receives(story)
    story.ask({"op": "edit", "client_id": "edit", "target": "m5", "body": "other words"})
    story.ask({"op": "react", "client_id": "react", "target": "m6", "emoji": "👍"})
    story.ask({"op": "edit", "client_id": "refused", "target": "m0", "body": "x"}, code="not_found")
    story.history.add(ReadHead(story.now(), story.now(), "n2", ROOM, len(story.events)))
    for event in story.events[-2:]:
        for connection in (1, 2, 4):
            story.receive(connection, event)


def _everybody_receives(story: Story) -> None:
    event = story.events[-1]
    for connection in (1, 2, 4):
        story.receive(connection, event)
    _cleo_is_shown(story)


def _cleo_is_shown(story: Story) -> None:
    event = story.events[-1]
    story.history.add(Heard(story.now(), "cleo", ROOM, 9, event["seq"], event["body"]))


def _break(story: Story) -> None:
    """Ben's link is cut while Ada waits for an answer that never comes; both go on where they were."""
    history, op = story.history, {"op": "send", "client_id": "cut", "body": "said in the dark"}
    position = len(story.events)
    story.ask(op, ack=False)
    history.add(FaultBegan(story.now(), 1, "link_cut", "ben-1"))
    history.add(Closed(story.now(), 2, 1006))
    history.add(FaultEnded(story.now(), 1))
    story.receive(1, story.events[-1])
    story.receive(4, story.events[-1])
    _cleo_is_shown(story)
    story.repeat(op)
    history.add(Opened(story.now(), 3, "ben-1", "ben", "n2", EPOCH, {ROOM: position + 1}, {ROOM: position}))
    story.receive(3, story.events[-1])
    history.add(Synced(story.now(), 3, ROOM, position + 1))


def _end(story: Story) -> None:
    """Ben signs out of his second client, and then is removed; Ada says one thing more."""
    history = story.history
    history.add(FaultBegan(story.now(), -1, BACKUP, ""))
    history.add(FaultEnded(story.now(), -1))
    history.add(SignedOut(story.now(), "ben-2"))
    history.add(Closed(story.now(), 4, 4401))
    story.events.append(
        {"room": ROOM, "seq": len(story.events) + 1, "type": "leave", "by": "ada", "user": "ben", "at": AT}
    )
    history.add(Removed(story.now(), "ben", ROOM))
    story.receive(1, story.events[-1])
    story.ask({"op": "send", "client_id": "last", "body": "without him"})
    story.receive(1, story.events[-1])
    _cleo_is_shown(story)
    story._now += 60
    history.add(Memory(story.now(), "n1", 80.0))
    history.add(Finished(story.now(), ()))


def _read(story: Story) -> None:
    history, fold = story.history, Fold(story.events)
    messages = sorted(fold.messages.values(), key=lambda message: message["seq"])
    room = {"id": ROOM, "member": True, "head": len(story.events), "read": 0}
    for node in NODES:
        history.add(FinalLog(story.now(), node, ROOM, EPOCH, list(story.events)))
        history.add(FinalMessages(story.now(), node, ROOM, messages))
        history.add(FinalRooms(story.now(), node, "ada", [{**room, "unread": 0}]))
        history.add(FinalRooms(story.now(), node, "cleo", [{**room, "unread": SAID + 2}]))
    history.add(FinalCheck(story.now(), 0, "consistent"))
    restored = [event for event in story.events if event["seq"] <= BACKED_UP]
    history.add(RestoredLog(story.now(), ROOM, "e2", restored))


def _join(seq: int, user: str) -> Json:
    return {"room": ROOM, "seq": seq, "type": "join", "by": "ada", "user": user, "role": "member", "at": AT}
