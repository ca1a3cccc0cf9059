"""Says what a run was and how it was judged, as a table for a terminal or the message of a failed test."""

from collections import Counter

from tests.faults.history import (
    Answered,
    Asked,
    FaultBegan,
    Heard,
    History,
    Lagged,
    Memory,
    Opened,
    Planned,
    Received,
)
from tests.faults.judge import Verdict
from tests.faults.plan import DISK_FAULTS, KINDS

SHOWN = 12


def report(history: History, verdict: Verdict) -> str:
    head = next(iter(history.of(Planned)))
    lines = [f"{verdict.word}: {head.store}, seed {head.seed}, {len(head.nodes)} node(s)", ""]
    lines += [f"  {name:<42} {value}" for name, value in _counts(history)]
    lines += ["", *(f"  broken: {kind:<34} {times}" for kind, times in sorted(_faults(history).items()))]
    lines += [f"  left out: {kind}" for kind in sorted({*KINDS[head.store], *DISK_FAULTS} - {*head.kinds})]
    lines += [f"  UNKNOWN: {one}" for one in verdict.missing]
    for rule, times in sorted(Counter(finding.rule for finding in verdict.findings).items()):
        lines += ["", f"{rule}: {times}"]
        lines += [f"  {one.says}" for one in verdict.findings if one.rule == rule][:SHOWN]
    return "\n".join(lines)


def _faults(history: History) -> Counter[str]:
    return Counter(one.kind for one in history.of(FaultBegan))


def _counts(history: History) -> list[tuple[str, str]]:
    answers = list(history.of(Answered))
    codes = Counter(one.code for one in answers if one.code)
    asked = sum(1 for _ in history.of(Asked))
    most = max((one.megabytes for one in history.of(Memory)), default=0.0)
    lag = max((one.seconds for one in history.of(Lagged)), default=0.0)
    return [
        ("operations tried", str(asked)),
        ("acknowledged", str(sum(one.ack is not None for one in answers))),
        ("of these as repeats", str(sum(bool(one.ack and one.ack["duplicate"]) for one in answers))),
        ("refused", ", ".join(f"{code} {times}" for code, times in sorted(codes.items())) or "0"),
        ("without an answer", str(asked - len(answers))),
        ("sockets opened", str(sum(1 for _ in history.of(Opened)))),
        ("of these resumed", str(sum(bool(one.resumed) for one in history.of(Opened)))),
        ("messages shown by room sockets", str(sum(1 for _ in history.of(Heard)))),
        ("events received", str(sum(1 for _ in history.of(Received)))),
        ("most memory of a node, MB", f"{most:.0f}"),
        ("longest stall of the harness itself, s", f"{lag:.1f}"),
    ]
