"""Judges a whole history by its rules: PASS, FAIL with what was found, or UNKNOWN where too little happened."""

from dataclasses import dataclass
from itertools import chain

from tests.faults import delivery_rules, log_rules
from tests.faults.case import Case, Finding
from tests.faults.history import (
    Answered,
    FaultBegan,
    FinalLog,
    Heard,
    History,
    Opened,
    Planned,
    Received,
    Synced,
)

PASS, FAIL, UNKNOWN = "PASS", "FAIL", "UNKNOWN"
EXIT_CODES = {PASS: 0, FAIL: 1, UNKNOWN: 3}
FEWEST_ACKS = 60


@dataclass(frozen=True)
class Verdict:
    word: str
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]  # what had to happen for a PASS to mean something

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.word]

    @property
    def rules(self) -> set[str]:
        return {finding.rule for finding in self.findings}


def judge(history: History) -> Verdict:
    case = Case(history)
    rules = (*log_rules.RULES, *delivery_rules.RULES)
    findings = tuple(chain.from_iterable(rule(case) for rule in rules))
    missing = tuple(too_little(case))
    word = FAIL if findings else UNKNOWN if missing else PASS
    return Verdict(word, findings, missing)


def too_little(case: Case) -> list[str]:
    """What did not happen, and without which nothing was put to the test."""
    history = case.history
    began = list(history.of(FaultBegan))
    planned = set(chain.from_iterable(one.kinds for one in history.of(Planned)))
    acks = sum(one.ack is not None for one in history.of(Answered))
    found = [
        f"{kind} was planned and never happened" for kind in sorted(planned - {one.kind for one in began})
    ]
    if acks < FEWEST_ACKS:
        found.append(f"only {acks} operations were acknowledged")
    if not any(_in_flight(case, fault.at) for fault in began):
        found.append("no operation was in flight when something broke")
    if not _missed_something(history):
        found.append("nobody resumed who had missed something")
    if not any(history.of(Heard)):
        found.append("no room socket was shown anything")
    if not any(history.of(FinalLog)):
        found.append("the log was not read in the end")
    return found


def _in_flight(case: Case, at: float) -> bool:
    return any(
        one.asked.at <= at and (one.answered is None or one.answered.at >= at)
        for operation in case.operations.values()
        for one in operation.tries
    )


def _missed_something(history: History) -> bool:
    """A position was resumed from, and events came before it was called synced."""
    resumed: dict[tuple[int, str], int] = {}
    for one in history.of(Opened, Received, Synced):
        if isinstance(one, Opened):
            resumed.update({(one.connection, room): 0 for room in one.resumed})
        elif isinstance(one, Received) and (one.connection, one.room) in resumed:
            resumed[one.connection, one.room] += 1
        elif isinstance(one, Synced) and resumed.pop((one.connection, one.room), 0):
            return True
    return False
