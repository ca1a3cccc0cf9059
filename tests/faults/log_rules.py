"""Rules on what the store has in the end: nothing acknowledged is missing, nothing is there that nobody asked for."""

from collections.abc import Iterator

from tests.faults.case import FOR_EVER, Case, Finding, Operation, alike
from tests.faults.folding import Fold
from tests.faults.history import (
    FaultBegan,
    FinalCheck,
    FinalMessages,
    FinalRooms,
    Finished,
    Json,
    Odd,
    ReadHead,
    RestoredLog,
)
from tests.faults.plan import BACKUP

CODES = (
    "bad_json",
    "bad_frame",
    "bad_field",
    "bad_text",
    "bad_name",
    "unknown_op",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "gone",
    "too_large",
    "too_many",
    "reserved",
    "rate_limited",
    "quota",
    "busy",
    "unavailable",
)
TYPES = {"send": "message"}
FIELDS = ("body", "target", "emoji", "reply_to")


def acked_and_lost(case: Case) -> Iterator[Finding]:
    """Whatever was acknowledged is in the log of every node, where the ack said."""
    idle: dict[str, list[tuple[int, Operation]]] = {}
    by_node = {
        key: {(event["by"], event["client_id"]): event for event in events if event.get("client_id")}
        for key, events in case.logs.items()
    }
    for operation in case.operations.values():
        for ack in operation.acks:
            assert ack.ack is not None
            if case.restored is not None and case.restored.begun < ack.at < case.restored.at:
                continue
            event_of = (operation.person, operation.op["client_id"])
            for (node, room), written in by_node.items():
                if room == ack.ack["room"] and event_of in written:
                    if written[event_of]["seq"] != ack.ack["seq"]:
                        yield _lost(operation, ack.ack, f"it is {written[event_of]['seq']} at {node}")
                elif room == ack.ack["room"]:
                    idle.setdefault(room, []).append((ack.ack["seq"], operation))
    for room, claimed in idle.items():
        yield from _not_idle(case, room, claimed)


def _not_idle(case: Case, room: str, claimed: list[tuple[int, Operation]]) -> Iterator[Finding]:
    """Acks without an event are right only where there was nothing to change at that position."""
    fold = Fold()
    events = iter(case.log.get(room, []))
    for seq, operation in sorted(claimed, key=lambda one: one[0]):
        while fold.seq < seq:
            event = next(events, None)
            if event is None:
                break
            fold.apply(event)
        if not fold.changes_nothing(operation.op, operation.person):
            yield _lost(operation, {"room": room, "seq": seq}, "no event has its client id")


def _lost(operation: Operation, ack: Json, why: str) -> Finding:
    return Finding(
        "ACKED_AND_LOST",
        f"{operation.op['client_id']} of {operation.person} was acknowledged as {ack['room']}:{ack['seq']}; {why}",
    )


def log_gap(case: Case) -> Iterator[Finding]:
    """Every log is 1, 2, 3, … without a hole."""
    for (node, room), events in case.logs.items():
        numbers = [event["seq"] for event in events]
        if numbers != list(range(1, len(numbers) + 1)):
            first = next((at for at, seq in enumerate(numbers, 1) if at != seq), len(numbers))
            yield Finding("GAP", f"the log of {room} at {node} breaks at {first}")


def order(case: Case) -> Iterator[Finding]:
    """What was acknowledged before something else was asked has the lower number."""
    rooms: dict[str, list[tuple[int, Operation]]] = {}
    for key, operation in case.operations.items():
        for event in case.written.get(key, ()):
            rooms.setdefault(event["room"], []).append((event["seq"], operation))
    for room, written in rooms.items():
        earliest_ack, later = FOR_EVER, 0
        for seq, operation in sorted(written, key=lambda one: -one[0]):
            if earliest_ack < operation.asked_at:
                yield Finding("ORDER", f"{room}:{later} was acknowledged before {room}:{seq} was asked")
            if operation.acked_at < earliest_ack:
                earliest_ack, later = operation.acked_at, seq


def order_of_sockets(case: Case) -> Iterator[Finding]:
    """What one connection asked first, and got acknowledged there, has the lower number in its room."""
    asked: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for key, operation in case.operations.items():
        first = operation.tries[0]
        ack = first.answered.ack if first.answered else None
        if first.asked.connection and ack and not ack["duplicate"] and case.written.get(key):
            where = (first.asked.connection, operation.room)
            asked.setdefault(where, []).append((first.asked.attempt, ack["seq"]))
    for (connection, room), pairs in asked.items():
        seqs = [seq for _, seq in sorted(pairs)]
        if seqs != sorted(seqs):
            yield Finding("ORDER", f"connection {connection} asked in {room} in another order than {seqs}")


def phantom(case: Case) -> Iterator[Finding]:
    """Whatever is in the log was asked by its author, in this room, in these words."""
    for (by, client_id), events in case.written.items():
        operation = case.operations.get((by, client_id))
        for event in events:
            where = f"{event['room']}:{event['seq']}"
            if operation is None or operation.room != event["room"]:
                yield Finding("PHANTOM", f"{where} by {by}: nobody asked for {client_id}")
            elif event["type"] != TYPES.get(operation.op["op"], operation.op["op"]):
                yield Finding("PHANTOM", f"{where} is {event['type']}, asked was {operation.op['op']}")
            else:
                yield from _corrupt(event, operation.op, where)


def _corrupt(event: Json, op: Json, where: str) -> Iterator[Finding]:
    for name in FIELDS:
        asked, stored = op.get(name), event.get(name)
        taken_back = name == "body" and stored is None
        if asked != stored and not taken_back:
            yield Finding("CORRUPT", f"{where}: {name} is {stored!r}, asked was {asked!r}")


def corrupt_on_the_way(case: Case) -> Iterator[Finding]:
    """Whatever anybody saw, in any life of the log, was asked in these words."""
    for event in case.contents.values():
        operation = case.operations.get((event["by"], event.get("client_id") or ""))
        if operation is not None and event["type"] not in ("join", "leave", "room"):
            yield from _corrupt(event, operation.op, f"{event['room']}:{event['seq']} as received")


def refused_but_applied(case: Case) -> Iterator[Finding]:
    """A refusal says that nothing was applied, and a repeat after nothing but refusals is no duplicate."""
    for key, operation in case.operations.items():
        applied = [one for one in operation.tries if one.may_have_been_applied]
        codes = {one.answered.code for one in operation.tries if one.answered and one.answered.code}
        if case.written.get(key) and not applied:
            yield Finding("REFUSED_BUT_APPLIED", f"{key[1]} of {key[0]}: {sorted(map(str, codes))}")
        duplicates = [ack for ack in operation.acks if ack.ack and ack.ack["duplicate"]]
        if duplicates and len(applied) == 1:
            yield Finding(
                "REFUSED_BUT_APPLIED",
                f"{key[1]} of {key[0]} is called a repeat, all other tries were refused: {sorted(map(str, codes))}",
            )


def applied_twice(case: Case) -> Iterator[Finding]:
    """One client id of one person has one effect and one answer."""
    for (by, client_id), events in case.written.items():
        if len(events) > 1:
            yield Finding("APPLIED_TWICE", f"{client_id} of {by} is {[event['seq'] for event in events]}")
    for (by, client_id), operation in case.operations.items():
        answers = {(ack.ack["room"], ack.ack["seq"], ack.ack["id"]) for ack in operation.acks if ack.ack}
        if len(answers) > 1 and case.restored is None:
            yield Finding("APPLIED_TWICE", f"{client_id} of {by} was answered as {sorted(answers)}")


def divergence_of_nodes(case: Case) -> Iterator[Finding]:
    """All nodes have one log, and its fold is what they tell of the messages."""
    for (node, room), events in case.logs.items():
        if events != case.log[room]:
            yield Finding("DIVERGENCE", f"{node} has another log of {room}")
    for one in case.history.of(FinalMessages):
        fold = case.folded.get(one.room, Fold())
        folded = sorted(fold.messages.values(), key=lambda message: message["seq"])
        told = [{name: message[name] for name in folded[0]} for message in one.messages] if folded else []
        if told != folded:
            yield Finding("DIVERGENCE", f"{one.node} tells other messages of {one.room} than its log")


def unread_wrong(case: Case) -> Iterator[Finding]:
    """What is unread is what the log says."""
    for one in case.history.of(FinalRooms):
        for room in one.rooms:
            fold = case.folded.get(room["id"])
            if fold is None or not room["member"]:
                continue
            expected = fold.unread(one.person, room["read"])
            if room["head"] != fold.seq or room["unread"] != expected:
                yield Finding(
                    "UNREAD_WRONG",
                    f"{one.person} in {room['id']} at {one.node}: {room['unread']} of {room['head']}, "
                    f"the log says {expected} of {fold.seq}",
                )


def read_too_old(case: Case) -> Iterator[Finding]:
    """A read that begins after an ack includes what was acknowledged."""
    for one in case.history.of(ReadHead):
        if case.restored is not None and one.at > case.restored.begun:
            continue
        head = max(
            (
                ack.ack["seq"]
                for operation in case.operations.values()
                if operation.room == one.room
                for ack in operation.acks
                if ack.ack and ack.at < one.asked
            ),
            default=0,
        )
        if one.head < head:
            yield Finding(
                "READ_TOO_OLD", f"{one.node} read {one.room} to {one.head} after {head} was acknowledged"
            )


def bad_answer(case: Case) -> Iterator[Finding]:
    """Refusals are of the closed list, and after everything is mended every operation gets an answer."""
    for operation in case.operations.values():
        for one in operation.tries:
            if one.answered and one.answered.code and one.answered.code not in CODES:
                yield Finding("BAD_ANSWER", f"{operation.op['op']} was answered {one.answered.code}")
    for odd in case.history.of(Odd):
        yield Finding("BAD_ANSWER", odd.says)
    for finished in case.history.of(Finished):
        for client_id in finished.unanswered:
            yield Finding("UNANSWERED", f"{client_id} never got an answer")


def backup(case: Case) -> Iterator[Finding]:
    """What a backup gives is the beginning of the log, with all that was acknowledged before it, in another life."""
    begun = next((one.at for one in case.history.of(FaultBegan) if one.kind == BACKUP), 0.0)
    restored = {one.room: one for one in case.history.of(RestoredLog)}
    for room, one in restored.items():
        log = case.log.get(room, [])
        for event, kept in zip(one.events, log, strict=False):
            if not alike(event, kept):
                yield Finding("DIVERGENCE", f"restored, {room}:{kept['seq']} is {event} instead of {kept}")
                break
        if len(one.events) > len(log) or one.epoch == case.epoch:
            yield Finding("DIVERGENCE", f"restored, {room} is longer than it was, or of the same life")
    for (person, client_id), events in case.written.items():
        operation = case.operations.get((person, client_id))
        room, seq = events[0]["room"], events[0]["seq"]
        if operation is None or operation.acked_at >= begun or room not in restored:
            continue
        if seq > len(restored[room].events):
            yield Finding("ACKED_AND_LOST", f"{client_id} of {person} was acknowledged before the backup")


def inconsistent(case: Case) -> Iterator[Finding]:
    for one in case.history.of(FinalCheck):
        if one.code != 0:
            yield Finding("INCONSISTENT", one.said[-500:])


RULES = (
    acked_and_lost,
    log_gap,
    order,
    order_of_sockets,
    phantom,
    corrupt_on_the_way,
    refused_but_applied,
    applied_twice,
    divergence_of_nodes,
    unread_wrong,
    read_too_old,
    bad_answer,
    backup,
    inconsistent,
)
