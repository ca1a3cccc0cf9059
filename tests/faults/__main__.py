"""`make faults`: a run as long as one wants, with its table; exit code 0 PASS, 1 FAIL, 3 UNKNOWN."""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.house import ENVIRONMENT, House, small_disk
from tests.faults.judge import judge
from tests.faults.plan import DISK_FAULTS, NODES, make_plan
from tests.faults.report import report
from tests.faults.running import run
from tests.support.hubbub_process import HubbubServer, Place, fill_with_cast
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer

LOG_CHARACTERS = 20_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(100_000))
    parser.add_argument("--store", choices=sorted(NODES), default="postgres")
    parser.add_argument("--keep", type=Path, help="where the history is written")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended from outside: what was started ends too
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="hubbub-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        house, also = _on_sqlite(stack, folder) if asked.store == "sqlite" else _on_postgres(stack, folder)
        house.wind_clocks(folder)
        plan = make_plan(asked.seed, asked.store, asked.seconds, also=also)
        house.start()
        try:
            history = asyncio.run(run(plan, house))
        except BaseException:
            sys.stderr.write(house.logs[-LOG_CHARACTERS:])
            raise
    verdict = judge(history)
    if asked.keep is not None:
        history.save(asked.keep)
    sys.stdout.write(report(history, verdict) + "\n")
    return verdict.exit_code


def _on_sqlite(stack: ExitStack, folder: Path) -> tuple[House, tuple[str, ...]]:
    mounted = stack.enter_context(small_disk(folder / "small"))
    place = Place(folder / "small" / "data")
    place.data.mkdir(parents=True)
    fill_with_cast(place)
    house = House(place, _nodes(stack, place, "sqlite"))
    return house, DISK_FAULTS if mounted else ()


def _on_postgres(stack: ExitStack, folder: Path) -> tuple[House, tuple[str, ...]]:
    postgres, redis = PostgresServer(), RedisServer()
    for service in (postgres, redis):
        stack.callback(service.destroy)
        service.start()
    place = Place(folder / "data", postgres.fresh_database(), redis.url)
    place.data.mkdir()
    fill_with_cast(place)
    return House(place, _nodes(stack, place, "postgres"), postgres, redis), ()


def _nodes(stack: ExitStack, place: Place, store: str) -> dict[str, HubbubServer]:
    nodes = {name: HubbubServer(place, extra=dict(ENVIRONMENT)) for name in NODES[store]}
    for node in nodes.values():
        stack.callback(node.close)
    return nodes


if __name__ == "__main__":
    sys.exit(main())
