"""Does the faults of a plan, each at its time, one at a time for each thing that is broken."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from tests.faults.history import FaultBegan, FaultEnded
from tests.faults.house import House
from tests.faults.plan import CLOCK_FAULTS, Fault, Plan
from tests.faults.proxy import Link, Mood
from tests.faults.world import World
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer

MOODS: dict[str, Mood] = {"link_stalled": "stalls", "link_delayed": "delays", "link_trickled": "trickles"}
DOWN_SECONDS = 0.3  # how long a killed node is not even started
HOUR = 3600


class Breaker:
    def __init__(self, world: World, house: House, links: dict[str, Link]) -> None:
        self._world = world
        self._house = house
        self._links = links
        self._dice = world.dice("clocks")
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def do(self, plan: Plan) -> None:
        begun = self._world.now()
        tasks = []
        for number, fault in enumerate(plan.faults):
            await asyncio.sleep(max(0.0, begun + fault.at - self._world.now()))
            tasks.append(asyncio.ensure_future(self._one(number, fault)))
            if plan.one_by_one:
                await tasks[-1]
        await asyncio.gather(*tasks)

    async def _one(self, number: int, fault: Fault) -> None:
        broken = "clock of " * (fault.kind in CLOCK_FAULTS) + fault.target or fault.kind.partition("_")[
            0
        ].replace("backends", "postgres")
        async with self._locks[broken]:
            if fault.kind == "node_killed_at_ack":
                await self._world.next_ack(fault.target, 3.0)
            self._world.tell(FaultBegan(self._world.now(), number, fault.kind, fault.target))
            await self._action(fault)(fault)
            self._world.tell(FaultEnded(self._world.now(), number))

    def _action(self, fault: Fault) -> Callable[[Fault], Awaitable[None]]:
        kind = "link_slowed" if fault.kind in MOODS else fault.kind.removesuffix("_at_ack")
        action: Callable[[Fault], Awaitable[None]] = getattr(self, f"_{kind}")
        return action

    # Nodes

    async def _node_killed(self, fault: Fault) -> None:
        self._house.nodes[fault.target].kill()  # at once: an ack may have been read this moment
        await asyncio.sleep(DOWN_SECONDS)
        await self._start(fault.target)

    async def _node_terminated(self, fault: Fault) -> None:
        node = self._house.nodes[fault.target]
        node.terminate_soon()
        code = await asyncio.to_thread(node.wait, timeout=30)
        if code != 0:
            raise AssertionError(f"{fault.target} ended with {code} after SIGTERM:\n{node.log[-3000:]}")
        await self._start(fault.target)

    async def _node_paused(self, fault: Fault) -> None:
        node = self._house.nodes[fault.target]
        node.pause()
        await asyncio.sleep(fault.seconds)
        node.resume()

    async def _clock_stepped(self, fault: Fault) -> None:
        """It stays wrong while the node is killed or replaced meanwhile, as that of a machine would."""
        clock = self._house.clocks[fault.target]
        clock.step(self._dice.choice((HOUR, -HOUR)))
        await asyncio.sleep(fault.seconds)
        clock.step(0)

    async def _writes_refused(self, fault: Fault) -> None:
        self._house.refuse_writes(fault.target)
        await asyncio.sleep(fault.seconds)
        self._house.allow_writes(fault.target)

    async def _start(self, name: str) -> None:
        await asyncio.to_thread(self._house.start_node, name)

    # Links

    async def _link_cut(self, fault: Fault) -> None:
        self._links[fault.target].cut()

    async def _link_slowed(self, fault: Fault) -> None:
        link = self._links[fault.target]
        link.become(MOODS[fault.kind])
        await asyncio.sleep(fault.seconds)
        link.become("flows")

    # Services

    async def _redis_killed(self, fault: Fault) -> None:
        redis = self._redis()
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(redis.start)

    async def _redis_flushed(self, fault: Fault) -> None:
        await asyncio.to_thread(self._redis().ask, "FLUSHALL")

    async def _redis_subscribers_killed(self, fault: Fault) -> None:
        await asyncio.to_thread(self._redis().ask, "CLIENT KILL TYPE pubsub")
        await asyncio.to_thread(self._redis().ask, "CLIENT KILL TYPE normal")

    async def _redis_paused(self, fault: Fault) -> None:
        redis = self._redis()
        redis.pause()
        await asyncio.sleep(fault.seconds)
        redis.resume()

    async def _redis_absent_at_start(self, fault: Fault) -> None:
        async with self._locks["redis"]:
            redis = self._redis()
            await asyncio.to_thread(redis.kill)
            await self._node_killed(fault)
            await asyncio.to_thread(redis.start)

    async def _postgres_restarted(self, fault: Fault) -> None:
        postgres = self._postgres()
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)

    async def _postgres_killed(self, fault: Fault) -> None:
        postgres = self._postgres()
        await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(DOWN_SECONDS)
        await asyncio.to_thread(postgres.start)

    async def _postgres_paused(self, fault: Fault) -> None:
        postgres = self._postgres()
        postgres.pause()
        await asyncio.sleep(fault.seconds)
        postgres.resume()

    async def _backends_terminated(self, fault: Fault) -> None:
        await asyncio.to_thread(self._house.end_backends)

    async def _disk_full(self, fault: Fault) -> None:
        await asyncio.to_thread(self._house.fill_disk)
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(self._house.free_disk)

    def _redis(self) -> RedisServer:
        assert self._house.redis is not None
        return self._house.redis

    def _postgres(self) -> PostgresServer:
        assert self._house.postgres is not None
        return self._house.postgres
