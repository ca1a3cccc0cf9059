"""Sorts a sequence into few runs of the same kind without changing what any one owner sees; knows no call."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Kind = TypeVar("Kind", bound=Hashable)
Outcome = TypeVar("Outcome")


def few_runs(
    items: Sequence[Item], *, kind: Callable[[Item], Kind], owner: Callable[[Item], Hashable]
) -> list[tuple[Kind, list[int]]]:
    """The places of the items by runs of one kind. The order of one owner's items stays; others may change places."""
    kinds = [kind(item) for item in items]
    if len(set(kinds)) == 1:
        return [(kinds[0], list(range(len(kinds))))]
    runs: list[tuple[Kind, list[int]]] = []
    newest: dict[Kind, int] = {}
    reached: dict[Hashable, int] = {}
    for place, (its_kind, item) in enumerate(zip(kinds, items, strict=True)):
        its_owner = owner(item)
        run = newest.get(its_kind, -1)
        if run < reached.get(its_owner, 0):
            run = newest[its_kind] = len(runs)
            runs.append((its_kind, []))
        reached[its_owner] = run
        runs[run][1].append(place)
    return runs


def in_runs(
    items: Sequence[Item],
    runs: Sequence[tuple[Kind, list[int]]],
    do: Callable[[Kind, list[Item]], Sequence[Outcome]],
) -> list[Outcome]:
    """Do each run at once and give the outcomes in the order of the items."""
    if len(runs) == 1:
        return [outcome for outcome, _ in zip(do(runs[0][0], list(items)), items, strict=True)]
    outcomes: dict[int, Outcome] = {}
    for kind, places in runs:
        done = do(kind, [items[place] for place in places])
        outcomes.update(zip(places, done, strict=True))
    return [outcomes[place] for place in range(len(items))]
