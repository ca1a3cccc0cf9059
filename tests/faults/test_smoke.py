"""A short run of the fault harness on each store: whatever breaks, every rule of the judge holds."""

import os
import random
from pathlib import Path

import pytest

from tests.faults.history import History
from tests.faults.house import ENVIRONMENT, NO_SMALL_DISK, House, small_disk
from tests.faults.judge import PASS, judge
from tests.faults.plan import NODES, SMOKE_SECONDS, Plan, make_plan
from tests.faults.report import report
from tests.faults.running import run
from tests.support.absent import ROOT
from tests.support.fixtures import Servers
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.waits, pytest.mark.timeout(400)]
# A new one each time; the build machine tries the same.
SEED = int(os.environ.get("SEED") or (1 if os.environ.get("CI") else random.randrange(10_000)))


async def test_on_sqlite_one_node_keeps_every_promise_while_everything_breaks(
    hubbub_server: Servers, tmp_path: Path
) -> None:
    place = hubbub_server.place()
    with small_disk(tmp_path / "small") as mounted:
        if mounted:
            place = place.moved_to(tmp_path / "small" / "data")
        plan = make_plan(SEED, "sqlite", SMOKE_SECONDS, also=("disk_full",) if mounted else ())
        nodes = {"n1": hubbub_server(place=place, env=ENVIRONMENT, start=False)}
        house = House(place, nodes)
        await _passes(plan, house, tmp_path)
        hubbub_server.close()
    if not mounted:
        pytest.skip(f"all of it holds, but no disk was filled: {NO_SMALL_DISK}")


async def test_on_postgres_three_nodes_keep_every_promise_while_everything_breaks(
    hubbub_server: Servers, tmp_path: Path, postgres: PostgresServer, redis: RedisServer
) -> None:
    place = hubbub_server.place(store="postgres")
    nodes = {name: hubbub_server(place=place, env=ENVIRONMENT, start=False) for name in NODES["postgres"]}
    plan = make_plan(SEED, "postgres", SMOKE_SECONDS)
    await _passes(plan, House(place, nodes, postgres, redis), tmp_path)


async def _passes(plan: Plan, house: House, folder: Path) -> None:
    house.wind_clocks(folder)
    house.start()
    history = await run(plan, house)
    verdict = judge(history)
    if verdict.word != PASS:
        pytest.fail(f"{report(history, verdict)}\n\nsaved as {_kept(history, plan)}\n{house.logs[-8000:]}")


def _kept(history: History, plan: Plan) -> Path:
    path = ROOT / ".cache" / "faults" / f"{plan.store}-{plan.seed}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    history.save(path)
    return path
