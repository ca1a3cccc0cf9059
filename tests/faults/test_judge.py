"""The judge: it passes a history in which all was kept, and finds each way in which one promise was broken."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.faults.good_history import EPOCH, good_history
from tests.faults.history import (
    Answered,
    Closed,
    FaultBegan,
    FinalLog,
    Heard,
    History,
    Opened,
    Received,
    Record,
    Reset,
    load,
)
from tests.faults.judge import FAIL, PASS, UNKNOWN, judge
from tests.faults.report import report
from tests.faults.spoiled import SPOILED, Spoiling


def test_a_history_in_which_all_was_kept_passes(tmp_path: Path) -> None:
    history = good_history()

    verdict = judge(history)

    assert (verdict.word, verdict.exit_code) == (PASS, 0), report(history, verdict)
    history.save(tmp_path / "history.jsonl")
    assert load(tmp_path / "history.jsonl").records == history.records


@pytest.mark.parametrize(("rule", "spoil"), SPOILED)
def test_one_broken_promise_is_found(rule: str, spoil: Callable[[Spoiling], None]) -> None:
    spoiling = Spoiling(good_history())
    assert rule not in judge(spoiling.history).rules

    spoil(spoiling)

    verdict = judge(spoiling.history)
    assert (verdict.word, verdict.exit_code) == (FAIL, 1)
    assert rule in verdict.rules
    assert rule in report(spoiling.history, verdict)


def test_every_rule_has_a_history_that_breaks_it() -> None:
    folder = Path(__file__).parent
    named = {
        word
        for name in ("log_rules.py", "delivery_rules.py")
        for word in (folder / name).read_text().split('"')
        if len(word) > 2 and word.isupper() and word.replace("_", "").isalpha()
    }

    assert named == {one.values[0] for one in SPOILED}


def test_words_that_were_taken_back_are_no_conflict() -> None:
    history = good_history()
    blank = {"body": None, "html": None}
    for one in list(history.of(FinalLog)):
        events = [event | blank if event.get("client_id") == "c7" else event for event in one.events]
        history.records[history.records.index(one)] = msgspec.structs.replace(one, events=events)

    rules = judge(history).rules
    assert "CONFLICTING_SEQ" not in rules
    assert rules == {"DIVERGENCE", "UNREAD_WRONG"}  # there is no `delete`: only the words of the log are gone


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FaultBegan, "link_cut was planned and never happened"),
        (Answered, "only 0 operations were acknowledged"),
        (Opened, "nobody resumed who had missed something"),
        (FinalLog, "the log was not read in the end"),
        (Heard, "no room socket was shown anything"),
    ],
)
def test_a_run_in_which_too_little_happened_is_no_pass(kind: type[Record], said: str) -> None:
    everything = good_history()
    kept = [one for one in everything.records if not isinstance(one, kind)]
    if kind is Opened:
        kept = [one for one in kept if not isinstance(one, Received | Reset | Closed)]
        kept = [
            one
            for one in kept
            if type(one).__name__ not in ("Lost", "Gained", "Synced", "Heard", "Listening")
        ]
    history = History(kept)

    verdict = judge(history)

    assert said in verdict.missing
    assert verdict.word != PASS
    if kind is FaultBegan:
        assert (verdict.word, verdict.exit_code) == (UNKNOWN, 3)


def test_a_paused_node_excuses_its_own_clients_and_no_others() -> None:
    for target, rules in (("n1", set()), ("n2", {"STALE"})):
        spoiling = Spoiling(good_history())
        _left_behind = spoiling.find(Received, connection=1)[-1]
        spoiling.drop(_left_behind)
        spoiling.history.records.insert(1, FaultBegan(_left_behind.at - 1, 7, "node_paused", target))

        assert judge(spoiling.history).rules == rules


def test_the_final_life_of_the_log_is_the_one_that_is_judged() -> None:
    spoiling = Spoiling(good_history())
    for one in spoiling.find(FinalLog):
        spoiling.change(one, epoch=f"{EPOCH} and another")

    assert judge(spoiling.history).word == PASS
