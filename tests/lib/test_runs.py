"""Few runs of one kind: everything once, each owner's order kept, and no more runs than that needs."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.lib.runs import few_runs, in_runs

Item = tuple[str, int]  # kind and owner


def runs_of(items: list[Item]) -> list[tuple[str, list[int]]]:
    return few_runs(items, kind=lambda item: item[0], owner=lambda item: item[1])


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4))))
def test_everything_is_done_once_and_each_owner_keeps_the_order(items: list[Item]) -> None:
    runs = runs_of(items)

    order = [place for _, places in runs for place in places]
    assert sorted(order) == list(range(len(items)))
    assert all(items[place][0] == kind for kind, places in runs for place in places)
    for owner in {owner for _, owner in items}:
        own = [place for place in order if items[place][1] == owner]
        assert own == sorted(own)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4))))
def test_outcomes_come_in_the_order_of_the_items(items: list[Item]) -> None:
    done = in_runs(items, runs_of(items), lambda kind, some: [(kind, item[1]) for item in some])

    assert done == items


def test_kinds_that_alternate_between_owners_are_two_runs() -> None:
    assert runs_of([("a", 1), ("b", 2)] * 50) == [
        ("a", list(range(0, 100, 2))),
        ("b", list(range(1, 100, 2))),
    ]
    assert len(runs_of([("a", 1), ("b", 1)] * 3)) == 6
