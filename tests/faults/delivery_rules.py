"""Rules on what clients received: everything once, in order, in time, and nothing that was taken from them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from tests.faults.case import FOR_EVER, Case, Finding, Followed, Operation, alike, patience_ends
from tests.faults.folding import Fold
from tests.faults.history import (
    Heard,
    Json,
    Listening,
    Memory,
    Opened,
    Readmitted,
    Received,
    Removed,
    Reset,
    SignedOut,
)

STALE_SECONDS = 10.0
REVOKED_SECONDS = 5.0
SLACK_SECONDS = 1.0  # between a frame's arrival and its stamp
MOST_MEGABYTES = 600.0


def delivery(case: Case) -> Iterator[Finding]:
    """On each connection each event of a room comes once, and is the next one."""
    for followed in case.followed:
        expected = followed.start + 1
        seen: set[int] = set()
        for one in followed.received:
            if followed.start < 0:
                yield Finding(
                    "LEAK_AFTER_REVOKE", f"{_name(followed)}: {one.seq} of a room that is not followed"
                )
            elif one.seq in seen or one.seq <= followed.start:
                yield Finding("DUPLICATE_DELIVERY", f"{_name(followed)}: {one.seq} again")
            elif one.seq < expected:
                yield Finding("OUT_OF_ORDER", f"{_name(followed)}: {one.seq} after {expected - 1}")
            elif one.seq > expected:
                yield Finding("GAP", f"{_name(followed)}: {one.seq} after {expected - 1}")
            seen.add(one.seq)
            expected = max(expected, one.seq + 1)


def bad_reset(case: Case) -> Iterator[Finding]:
    """A client that is neither too far behind nor of another life of the log is never told to begin anew."""
    for one in case.history.of(Reset):
        if one.reason not in ("epoch", "too_many") or (one.reason == "epoch" and case.restored is None):
            yield Finding("BAD_RESET", f"connection {one.connection} in {one.room}: {one.reason}")


def conflicting_seq(case: Case) -> Iterator[Finding]:
    """A number of a room has one content, whoever saw it whenever, but for words that were taken back."""
    seen: dict[tuple[str, str, int], Json] = {}
    epochs = {one.connection: one.epoch for one in case.history.of(Opened)}
    sights = [(epochs[one.connection], case.contents[one.digest]) for one in case.history.of(Received)]
    sights += [(case.epoch, event) for events in case.logs.values() for event in events]
    told: set[tuple[str, str, int]] = set()
    for epoch, event in sights:
        key = (epoch, event["room"], event["seq"])
        known = seen.setdefault(key, event)
        if known is not event and key not in told and not alike(known, event):
            told.add(key)
            yield Finding("CONFLICTING_SEQ", f"{event['room']}:{event['seq']} is {known} and {event}")


def divergence_of_clients(case: Case) -> Iterator[Finding]:
    """Whoever folds all that they saw has what the log folds to."""
    for (client, room), view in case.views.items():
        head = len(case.log.get(room, []))
        if sorted(view) != list(range(1, head + 1)):
            continue  # behind, or not a member any more: other rules judge that
        folded = Fold(case.contents[view[seq]] for seq in sorted(view))
        if folded.messages != case.folded[room].messages:
            yield Finding("DIVERGENCE", f"{client} folds {room} to something else than the log")


def stale(case: Case) -> Iterator[Finding]:
    """Whoever is connected has what was acknowledged within ten seconds."""
    acked: dict[str, dict[int, float]] = defaultdict(dict)
    for operation in case.operations.values():
        for ack in operation.acks:
            if ack.ack is not None and not ack.ack["duplicate"]:
                acked[operation.room][ack.ack["seq"]] = ack.at
    for followed in case.followed:
        if followed.epoch == case.epoch and followed.start >= 0:
            yield from _stale_in(case, followed, acked.get(followed.room, {}))


def _stale_in(case: Case, followed: Followed, acked: dict[int, float]) -> Iterator[Finding]:
    excuses = case.excuses(followed.client, followed.node)
    until = min(followed.until, case.finished_at)
    received = {one.seq: one.at for one in followed.received}
    leave = _leave_after(case, followed)
    for seq, at in acked.items():
        if not followed.start < seq < leave or at > until:
            continue
        since = max(at, followed.since)
        came = min(received.get(seq, FOR_EVER), until)
        if came > patience_ends(since, excuses, STALE_SECONDS) + SLACK_SECONDS:
            yield Finding("STALE", f"{_name(followed)}: {seq} took {came - since:.1f} s")
            return


def _leave_after(case: Case, followed: Followed) -> float:
    """The number with which the person lost the room, while this connection followed it."""
    leaves = _leaves(case, followed.room, followed.person)
    at = bisect_right(leaves, followed.start)
    return leaves[at] if at < len(leaves) else FOR_EVER


def _leaves(case: Case, room: str, person: str) -> list[int]:
    return [
        event["seq"]
        for event in case.log.get(room, [])
        if event["type"] == "leave" and event["user"] == person
    ]


def leak_of_rooms(case: Case) -> Iterator[Finding]:
    """Five seconds after a removal nothing of the room comes, until the person is let in again."""
    for (person, room), spans in _removals(case).items():
        for followed in case.followed:
            if (followed.person, followed.room) == (person, room):
                yield from _leaks(case, followed, spans)


def _removals(case: Case) -> dict[tuple[str, str], list[tuple[float, float, int]]]:
    """By person and room: when removed, when let in again, and the number of the `leave`."""
    found: dict[tuple[str, str], list[tuple[float, float, int]]] = defaultdict(list)
    for one in case.history.of(Removed, Readmitted):
        spans = found[one.person, one.room]
        if isinstance(one, Removed):
            leaves = _leaves(case, one.room, one.person)
            number = leaves[len(spans)] if len(spans) < len(leaves) else 0
            spans.append((one.at, FOR_EVER, number))
        elif spans and spans[-1][1] == FOR_EVER:
            spans[-1] = (spans[-1][0], one.at, spans[-1][2])
    return found


def _leaks(case: Case, followed: Followed, spans: list[tuple[float, float, int]]) -> Iterator[Finding]:
    for removed, readmitted, leave in spans:
        for one in followed.received:
            is_older = one.seq <= leave  # a node that was paused may still tell what came before the removal
            excuses = case.excuses(followed.client, followed.node, store=False, pause=is_older)
            ends = patience_ends(removed, excuses, REVOKED_SECONDS) + SLACK_SECONDS
            if ends < one.at < readmitted:
                yield Finding(
                    "LEAK_AFTER_REVOKE", f"{_name(followed)}: {one.seq} came {one.at - removed:.1f} s after"
                )
                break


def leak_of_sessions(case: Case) -> Iterator[Finding]:
    """Five seconds after the end of a sign-in its sockets get nothing more."""
    for ended in case.history.of(SignedOut):
        for followed in case.followed:
            if followed.client != ended.client or followed.since > ended.at:
                continue
            excuses = case.excuses(followed.client, followed.node)
            limit = patience_ends(ended.at, excuses, REVOKED_SECONDS) + SLACK_SECONDS
            late = next((one for one in followed.received if one.at > limit), None)
            if late is not None:
                yield Finding(
                    "LEAK_AFTER_REVOKE",
                    f"{_name(followed)}: {late.seq} came {late.at - ended.at:.1f} s after the sign-out",
                )


def room_sockets(case: Case) -> Iterator[Finding]:
    """A room socket shows the messages after its position, each once and in order, in the log's words."""
    shown: dict[int, list[Heard]] = defaultdict(list)
    for one in case.history.of(Heard):
        shown[one.connection].append(one)
    for start in case.history.of(Listening):
        numbers = [one.number for one in shown[start.connection]]
        log = {
            event["seq"]: event["body"]
            for event in case.log.get(start.room, [])
            if event["type"] == "message" and event["seq"] > start.after
        }
        if len(numbers) != len(set(numbers)):
            yield Finding("DUPLICATE_DELIVERY", f"{start.listener} was shown a message twice")
        if numbers != sorted(numbers):
            yield Finding("OUT_OF_ORDER", f"{start.listener} was shown messages out of order")
        last = max(numbers, default=0)
        missing = {seq for seq, body in log.items() if seq <= last and body is not None} - set(numbers)
        if missing:
            yield Finding("GAP", f"{start.listener} was not shown {sorted(missing)[:5]}")
        for one in shown[start.connection]:
            if one.number in log and log[one.number] not in (None, one.body):
                # An edit may have changed what is shown to whoever came later; the log has the first words.
                yield Finding("CORRUPT", f"{start.listener} was shown other words as {one.number}")


def stale_room_sockets(case: Case) -> Iterator[Finding]:
    """Whoever listens at the end has been shown what was acknowledged, within ten seconds."""
    shown: dict[str, set[int]] = defaultdict(set)
    last = {one.listener: one for one in case.history.of(Listening)}
    first = {one.listener: one for one in reversed(list(case.history.of(Listening)))}
    for one in case.history.of(Heard):
        shown[one.listener].add(one.number)
    for operation in case.operations.values():
        for listener, listening in last.items():
            seq = _said_in(operation, listening.room)
            if (
                seq <= first[listener].after
                or seq in shown[listener]
                or case.was_deleted(listening.room, seq)
            ):
                continue
            since = max(operation.acked_at, listening.at)
            ends = (
                patience_ends(since, case.excuses_anywhere(listener.partition(" ")[0]), STALE_SECONDS)
                + SLACK_SECONDS
            )
            if ends < case.finished_at:
                yield Finding("STALE", f"{listener} was never shown {seq} of {listening.room}")


def _said_in(operation: Operation, room: str) -> int:
    """The number of an acknowledged message; 0 of anything else."""
    ack = operation.acks[0].ack if operation.acks else None
    said = ack is not None and operation.op["op"] == "send" and operation.room == room
    return int(ack["seq"]) if ack is not None and said else 0


def memory(case: Case) -> Iterator[Finding]:
    """A node's memory has a bound, whatever happens around it."""
    samples: dict[str, list[float]] = defaultdict(list)
    for one in case.history.of(Memory):
        samples[one.node].append(one.megabytes)
    for node, used in samples.items():
        if max(used) > MOST_MEGABYTES:
            yield Finding("MEMORY", f"{node} went from {used[0]:.0f} to {max(used):.0f} MB")


def _name(followed: Followed) -> str:
    return f"{followed.client} at {followed.node} in {followed.room} (connection {followed.connection})"


RULES = (
    delivery,
    bad_reset,
    conflicting_seq,
    divergence_of_clients,
    stale,
    leak_of_rooms,
    leak_of_sessions,
    room_sockets,
    stale_room_sockets,
    memory,
)
