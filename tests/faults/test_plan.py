"""What a run breaks: the same for the same seed, everything in turn, and never beyond the end."""

import pytest

from tests.faults.plan import (
    BACKUP,
    CLIENTS,
    KINDS,
    LISTENERS,
    LONGEST_PAUSE,
    NODES,
    SMOKE_SECONDS,
    SPEAKERS,
    make_plan,
)

STORES = sorted(NODES)


@pytest.mark.parametrize("store", STORES)
def test_the_same_seed_is_the_same_plan_and_another_is_another(store: str) -> None:
    assert make_plan(7, store, 60) == make_plan(7, store, 60)
    assert make_plan(7, store, 60) != make_plan(8, store, 60)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("seed", range(20))
def test_a_smoke_run_breaks_nearly_everything_once(store: str, seed: int) -> None:
    plan = make_plan(seed, store, SMOKE_SECONDS)
    kinds = [fault.kind for fault in plan.faults]

    assert len(set(kinds)) >= len(KINDS[store]) - 2
    assert all(0 < fault.at < SMOKE_SECONDS for fault in plan.faults)
    assert all(fault.target in ("", *CLIENTS, *LISTENERS, *SPEAKERS, *plan.nodes) for fault in plan.faults)


def test_a_long_run_breaks_everything_many_times_and_sometimes_for_long() -> None:
    plan = make_plan(3, "postgres", 1_800)
    lengths = [fault.seconds for fault in plan.faults]

    assert set(plan.kinds) == {*KINDS["postgres"], BACKUP}
    assert max(lengths) > 45
    assert max(lengths) <= LONGEST_PAUSE
    assert sorted(lengths)[len(lengths) // 2] < 25


def test_kinds_that_a_place_has_are_broken_too() -> None:
    assert "disk_full" in make_plan(1, "sqlite", 60, also=("disk_full",)).kinds
    assert "disk_full" not in make_plan(1, "sqlite", 60).kinds
