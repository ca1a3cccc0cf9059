"""Ways to spoil the good history, each by one change, with the rule that must find it."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import pytest

from tests.faults.good_history import ROOM
from tests.faults.history import (
    Answered,
    Asked,
    Closed,
    FinalCheck,
    FinalLog,
    FinalMessages,
    FinalRooms,
    Finished,
    Heard,
    History,
    Memory,
    Odd,
    Opened,
    ReadHead,
    Received,
    Record,
    Removed,
    Reset,
    RestoredLog,
    SignedOut,
)

Kind = TypeVar("Kind", bound=Record)


@dataclass
class Spoiling:
    """The good history, to be spoiled by one change."""

    history: History

    def find(self, kind: type[Kind], **fields: object) -> list[Kind]:
        return [
            one
            for one in self.history.of(kind)
            if all(getattr(one, name) == value for name, value in fields.items())
        ]

    def put(self, old: Record, new: Any) -> None:
        self.history.records[self.history.records.index(old)] = new  # type: ignore[arg-type]

    def change(self, old: Record, **fields: object) -> None:
        self.put(old, msgspec.structs.replace(old, **fields))

    def drop(self, old: Record) -> None:
        self.history.records.remove(old)  # type: ignore[arg-type]

    def insert_after(self, old: Record, new: Any) -> None:
        self.history.records.insert(self.history.records.index(old) + 1, new)  # type: ignore[arg-type]

    def change_logs(self, change: Callable[[list[dict[str, Any]]], None], *nodes: str) -> None:
        """Change the final log of some nodes, or of all; what they tell of messages stays as it is."""
        for one in self.find(FinalLog):
            if not nodes or one.node in nodes:
                events = copy.deepcopy(one.events)
                change(events)
                self.change(one, events=events)

    def ack_of(self, client_id: str) -> Answered:
        return next(one for one in self.find(Answered) if one.ack and one.ack["client_id"] == client_id)


def _spoils(rule: str) -> Callable[[Callable[[Spoiling], None]], Any]:
    return lambda spoil: pytest.param(rule, spoil, id=spoil.__name__.lstrip("_"))


def _event_at(events: list[dict[str, Any]], client_id: str) -> dict[str, Any]:
    return next(event for event in events if event.get("client_id") == client_id)


@_spoils("ACKED_AND_LOST")
def _an_acked_message_is_nowhere(spoiling: Spoiling) -> None:
    spoiling.change_logs(lambda events: events.remove(_event_at(events, "c7")))


@_spoils("ACKED_AND_LOST")
def _an_ack_named_another_number(spoiling: Spoiling) -> None:
    ack = spoiling.ack_of("c7")
    assert ack.ack is not None
    spoiling.change(ack, ack={**ack.ack, "seq": 5})


@_spoils("ACKED_AND_LOST")
def _an_acked_reaction_is_neither_there_nor_was_it_before(spoiling: Spoiling) -> None:
    asked = next(one for one in spoiling.find(Asked) if one.op["client_id"] == "react")
    spoiling.change(asked, op={**asked.op, "client_id": "other", "emoji": "🎉"})


@_spoils("ORDER")
def _what_was_asked_later_came_first(spoiling: Spoiling) -> None:
    def swap(events: list[dict[str, Any]]) -> None:
        one, other = _event_at(events, "c7"), _event_at(events, "c8")
        one["client_id"], other["client_id"] = "c8", "c7"

    spoiling.change_logs(swap)


@_spoils("GAP")
def _the_log_has_a_hole(spoiling: Spoiling) -> None:
    spoiling.change_logs(lambda events: events[-1].update(seq=events[-1]["seq"] + 1))


@_spoils("GAP")
def _an_event_did_not_come(spoiling: Spoiling) -> None:
    spoiling.drop(spoiling.find(Received, connection=2, seq=30)[0])


@_spoils("DUPLICATE_DELIVERY")
def _an_event_came_twice(spoiling: Spoiling) -> None:
    once = spoiling.find(Received, connection=2, seq=30)[0]
    spoiling.insert_after(once, once)


@_spoils("DUPLICATE_DELIVERY")
def _a_resume_began_too_early(spoiling: Spoiling) -> None:
    opened = spoiling.find(Opened, connection=3)[0]
    spoiling.insert_after(
        opened, msgspec.structs.replace(spoiling.find(Received, connection=2)[-1], connection=3)
    )


@_spoils("OUT_OF_ORDER")
def _two_events_came_the_wrong_way_round(spoiling: Spoiling) -> None:
    one, other = (spoiling.find(Received, connection=2, seq=seq)[0] for seq in (30, 31))
    spoiling.put(one, msgspec.structs.replace(other, at=one.at))
    spoiling.history.records[
        next(at for at, found in enumerate(spoiling.history.records) if found is other)
    ] = msgspec.structs.replace(one, at=other.at)


@_spoils("PHANTOM")
def _somebody_is_said_to_have_said_it(spoiling: Spoiling) -> None:
    spoiling.change_logs(lambda events: _event_at(events, "c7").update(by="ben"))


@_spoils("PHANTOM")
def _a_message_turned_up_in_another_room(spoiling: Spoiling) -> None:
    asked = next(one for one in spoiling.find(Asked) if one.op["client_id"] == "c7")
    spoiling.change(asked, room="r2")


@_spoils("CORRUPT")
def _a_letter_changed_in_the_store(spoiling: Spoiling) -> None:
    spoiling.change_logs(lambda events: _event_at(events, "c7").update(body="Words 7 #ab"))


@_spoils("CORRUPT")
def _a_letter_changed_on_the_way(spoiling: Spoiling) -> None:
    received = spoiling.find(Received, connection=2, seq=30)[0]
    event = dict(next(event for event in spoiling.find(FinalLog)[0].events if event["seq"] == 30))
    digest = spoiling.history.see(received.at, event | {"body": "wards"})
    spoiling.change(received, digest=digest)


@_spoils("CORRUPT")
def _a_room_socket_showed_other_words(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(Heard)[5], body="other")


@_spoils("GAP")
def _a_room_socket_left_one_out(spoiling: Spoiling) -> None:
    spoiling.drop(spoiling.find(Heard)[5])


@_spoils("REFUSED_BUT_APPLIED")
def _what_was_refused_is_there(spoiling: Spoiling) -> None:
    ack = spoiling.ack_of("c7")
    spoiling.change(ack, ack=None, code="unavailable")


@_spoils("REFUSED_BUT_APPLIED")
def _a_repeat_after_a_refusal_is_called_a_duplicate(spoiling: Spoiling) -> None:
    first = next(one for one in spoiling.find(Asked) if one.op["client_id"] == "cut")
    spoiling.insert_after(first, Answered(first.at, first.attempt, code="unavailable"))


@_spoils("APPLIED_TWICE")
def _one_client_id_made_two_events(spoiling: Spoiling) -> None:
    def twice(events: list[dict[str, Any]]) -> None:
        events.append(_event_at(events, "c7") | {"seq": len(events) + 1, "id": "m999"})

    spoiling.change_logs(twice)


@_spoils("APPLIED_TWICE")
def _a_repeat_got_another_answer(spoiling: Spoiling) -> None:
    asked = next(one for one in spoiling.find(Asked) if one.op["client_id"] == "c7")
    ack = spoiling.ack_of("c7")
    assert ack.ack is not None
    again = msgspec.structs.replace(asked, attempt=9_999)
    spoiling.insert_after(ack, Answered(ack.at, 9_999, ack={**ack.ack, "seq": 99, "duplicate": True}))
    spoiling.insert_after(ack, again)


@_spoils("CONFLICTING_SEQ")
def _two_people_saw_different_things_under_one_number(spoiling: Spoiling) -> None:
    received = spoiling.find(Received, connection=2, seq=30)[0]
    event = next(event for event in spoiling.find(FinalLog)[0].events if event["seq"] == 30)
    spoiling.change(received, digest=spoiling.history.see(received.at, event | {"at": "another time"}))


@_spoils("DIVERGENCE")
def _two_nodes_have_different_logs(spoiling: Spoiling) -> None:
    spoiling.change_logs(lambda events: events[-1].update(at="another time"), "n2")


@_spoils("DIVERGENCE")
def _a_node_tells_what_the_log_does_not(spoiling: Spoiling) -> None:
    told = spoiling.find(FinalMessages)[1]
    messages = copy.deepcopy(told.messages)
    messages[3]["reactions"] = {"👍": ["ben"]}
    spoiling.change(told, messages=messages)


@_spoils("DIVERGENCE")
def _a_client_folds_something_else(spoiling: Spoiling) -> None:
    received = spoiling.find(Received, connection=1)[-1]
    event = next(one for one in spoiling.find(FinalLog)[0].events if one["seq"] == received.seq)
    spoiling.change(received, digest=spoiling.history.see(received.at, event | {"html": "<b>"}))


@_spoils("ACKED_AND_LOST")
def _the_backup_lacks_what_was_acked_before_it(spoiling: Spoiling) -> None:
    restored = spoiling.find(RestoredLog)[0]
    spoiling.change(restored, events=restored.events[:-1])


@_spoils("DIVERGENCE")
def _the_backup_has_other_words(spoiling: Spoiling) -> None:
    restored = spoiling.find(RestoredLog)[0]
    events = copy.deepcopy(restored.events)
    events[7]["body"] = "other words than those"
    spoiling.change(restored, events=events)


@_spoils("DIVERGENCE")
def _what_was_restored_calls_itself_the_same_life(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(RestoredLog)[0], epoch=spoiling.find(FinalLog)[0].epoch)


@_spoils("UNREAD_WRONG")
def _a_badge_lies(spoiling: Spoiling) -> None:
    told = spoiling.find(FinalRooms, person="cleo")[0]
    spoiling.change(told, rooms=[{**told.rooms[0], "unread": 3}])


@_spoils("LEAK_AFTER_REVOKE")
def _something_came_long_after_the_removal(spoiling: Spoiling) -> None:
    removed = spoiling.find(Removed)[0]
    last = spoiling.find(Received, connection=1)[-1]
    spoiling.insert_after(last, msgspec.structs.replace(last, connection=3, at=removed.at + 7))


@_spoils("LEAK_AFTER_REVOKE")
def _something_came_long_after_the_sign_out(spoiling: Spoiling) -> None:
    ended = spoiling.find(SignedOut)[0]
    closed = spoiling.find(Closed, connection=4)[0]
    spoiling.drop(closed)
    spoiling.insert_after(
        spoiling.find(Received, connection=4)[-1],
        msgspec.structs.replace(
            spoiling.find(Received, connection=3)[0], connection=4, at=ended.at + 7, seq=126
        ),
    )


@_spoils("LEAK_AFTER_REVOKE")
def _something_came_of_a_room_that_was_never_given(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(Received, connection=1)[-1], room="r9")


@_spoils("STALE")
def _a_connected_client_was_left_behind(spoiling: Spoiling) -> None:
    for one in spoiling.find(Received, connection=1)[-1:]:
        spoiling.drop(one)


@_spoils("STALE")
def _a_room_socket_was_left_behind(spoiling: Spoiling) -> None:
    spoiling.drop(spoiling.find(Heard)[-1])


@_spoils("MEMORY")
def _a_node_grew(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(Memory)[0], megabytes=5_000.0)


@_spoils("READ_TOO_OLD")
def _a_read_did_not_have_what_was_acked(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(ReadHead)[0], head=3)


@_spoils("BAD_RESET")
def _a_client_had_to_begin_anew_for_nothing(spoiling: Spoiling) -> None:
    opened = spoiling.find(Opened, connection=3)[0]
    spoiling.insert_after(spoiling.history.records[-1], Reset(opened.at, 3, ROOM, 125, "gone"))


@_spoils("BAD_ANSWER")
def _an_answer_was_not_of_the_list(spoiling: Spoiling) -> None:
    refused = next(one for one in spoiling.find(Answered) if one.code)
    spoiling.change(refused, code="oops")


@_spoils("BAD_ANSWER")
def _something_odd_was_noted(spoiling: Spoiling) -> None:
    spoiling.history.add(Odd(1.0, "GET / was answered 500"))


@_spoils("UNANSWERED")
def _an_operation_never_got_an_answer(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(Finished)[0], unanswered=("c1",))


@_spoils("INCONSISTENT")
def _the_store_is_not_consistent(spoiling: Spoiling) -> None:
    spoiling.change(spoiling.find(FinalCheck)[0], code=1, said="room 1: a hole")


SPOILED = [one for one in list(globals().values()) if isinstance(one, type(pytest.param()))]
