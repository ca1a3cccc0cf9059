"""A backup taken while everything breaks, and what comes out of it on an empty machine when all is over."""

import asyncio
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.asking import Asking
from tests.faults.history import FaultBegan, FaultEnded, FinalCheck, RestoredLog
from tests.faults.house import ENVIRONMENT, START_SECONDS, House
from tests.faults.plan import BACKUP
from tests.faults.world import World
from tests.support.hubbub_process import COMMAND_SECONDS, HUBBUB, HubbubServer, Place

NUMBER = -1  # of the backup among the faults
AGAIN_SECONDS = 0.3


@contextmanager
def somewhere_else() -> Iterator[Path]:
    """Where the backup goes: not on the disk that is filled."""
    with tempfile.TemporaryDirectory(prefix="hubbub-faults-backup-") as folder:
        yield Path(folder) / "one.hubbub"


async def back_up(world: World, house: House, path: Path, after_seconds: float) -> None:
    """As an operator would: again, where the store was away."""
    await asyncio.sleep(after_seconds)
    while True:
        begun = world.now()
        done = await asyncio.to_thread(_hubbub, house.place, "backup", path)
        if done.returncode == 0:
            break
        path.unlink(missing_ok=True)
        await asyncio.sleep(AGAIN_SECONDS)
    world.tell(FaultBegan(begun, NUMBER, BACKUP, ""))
    world.tell(FaultEnded(world.now(), NUMBER))


async def restore(world: World, house: House, path: Path) -> None:
    """Onto an empty machine with the same kind of store; told is what a node says of it there."""
    data = path.parent / "data"
    data.mkdir()
    database_url = None if house.postgres is None else house.postgres.fresh_database()
    place = Place(data, database_url, house.place.redis_url)
    restored = await asyncio.to_thread(_hubbub, place, "restore", path)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    checked = await asyncio.to_thread(_hubbub, place, "check")
    world.tell(FinalCheck(world.now(), checked.returncode, checked.stdout + checked.stderr))
    node = HubbubServer(place, extra=dict(ENVIRONMENT))
    try:
        await asyncio.to_thread(node.start, until_ready=False)
        await asyncio.to_thread(node.wait_until_ready, START_SECONDS)
        await _read_logs(world, node)
    finally:
        node.close()
        if house.postgres is not None and database_url is not None:
            house.postgres.drop(database_url)


async def _read_logs(world: World, node: HubbubServer) -> None:
    ada = Asking()
    assert await ada.sign_in(node.base_url, "ada"), ada.last
    for room in world.rooms.values():
        log = RestoredLog(world.now(), room["id"], "", [])
        while True:
            path = f"/api/v1/rooms/{room['id']}/events?after={len(log.events)}"
            reply = await ada.ask(node.base_url, "GET", path)
            assert reply is not None, ada.last
            assert reply.status == 200, reply.body
            if not reply.body["events"]:
                break
            log = RestoredLog(log.at, log.room, reply.body["epoch"], log.events + reply.body["events"])
        world.tell(log)
    await ada.close()


def _hubbub(place: Place, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(HUBBUB), *map(str, arguments)],
        env=place.environment() | ENVIRONMENT,
        cwd=place.data.parent,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
