"""One run: sets the scene, lets the load and the faults go, mends everything, and reads what is there in the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.faults.asking import Asking
from tests.faults.backing_up import back_up, restore, somewhere_else
from tests.faults.breaking import Breaker
from tests.faults.clients import Client
from tests.faults.history import (
    FinalCheck,
    FinalLog,
    FinalMessages,
    FinalRooms,
    Finished,
    History,
    Lagged,
    Memory,
    Planned,
)
from tests.faults.house import House
from tests.faults.load import insist, work_of
from tests.faults.plan import CLIENTS, LISTENERS, SIGNS_OUT, SPEAKERS, Plan
from tests.faults.room_sockets import Listener, RoomClient, Speaker
from tests.faults.world import World
from tests.support.hubbub_process import run_hubbub

Json = dict[str, Any]
ROOMS = (("general", "public"), ("plans", "private"), ("side", "public"))
BY_TOKEN = ("dot-1",)
SIGN_IN_TRIES = 5
TICK_SECONDS = 0.05
LAG_SECONDS = 0.5
ANSWERS_SECONDS = 40.0  # after everything is mended
HEADS_SECONDS = 20.0


async def run(plan: Plan, house: House) -> History:
    world = World(plan.seed, house.nodes)
    world.tell(Planned(world.now(), plan.seed, plan.store, plan.kinds, plan.nodes))
    with somewhere_else() as backup:
        async with _people(world, house) as clients:
            await _live_through(plan, world, house, clients, backup)
            await _read_everything(world, house, clients)
        if plan.backup_at is not None:
            await restore(world, house, backup)
    return world.history


async def _live_through(
    plan: Plan, world: World, house: House, clients: dict[str, Client], backup: Path
) -> None:
    await _set_scene(world, clients)
    room_clients = _room_clients(world, clients)
    speakers = [one for one in room_clients if isinstance(one, Speaker)]
    everybody: list[Client | RoomClient] = [*clients.values(), *room_clients]
    watching = [asyncio.ensure_future(one) for one in (_watch_lag(world), _watch_memory(world, house))]
    living = [asyncio.ensure_future(one.live()) for one in everybody]
    await asyncio.gather(*(asyncio.wait_for(one.connected.wait(), 30) for one in clients.values()))
    working = [asyncio.ensure_future(one) for one in work_of(clients)]
    working += [asyncio.ensure_future(one.talk()) for one in speakers]
    try:
        breaker = Breaker(world, house, {one.name: one.link for one in everybody})
        doing = [breaker.do(plan), asyncio.sleep(plan.seconds)]
        if plan.backup_at is not None:
            doing.append(back_up(world, house, backup, plan.backup_at))
        await asyncio.gather(*doing)
        await asyncio.to_thread(house.mend)
        world.stopping.set()
        await _wind_up(world, clients, speakers, working)
    finally:
        for task in (*watching, *living, *working):
            task.cancel()
        await asyncio.gather(*watching, *living, *working, return_exceptions=True)
        await asyncio.gather(*(one.close() for one in room_clients))


@asynccontextmanager
async def _people(world: World, house: House) -> AsyncIterator[dict[str, Client]]:
    clients = {name: Client(world, name, asking) for name, asking in (await _signed_in(world, house)).items()}
    try:
        yield clients
    finally:
        for client in clients.values():
            await client.close()


def _room_clients(world: World, clients: dict[str, Client]) -> list[RoomClient]:
    """In the room where most is said, each with the sign-in of their person."""

    def made(kind: type[RoomClient], name: str) -> RoomClient:
        asking = clients[f"{name.rpartition('-')[0]}-1"].asking.another()
        return kind(world, name, asking, world.rooms["general"])

    return [*(made(Listener, name) for name in LISTENERS), *(made(Speaker, name) for name in SPEAKERS)]


async def _signed_in(world: World, house: House) -> dict[str, Asking]:
    """Some clients have a token, one a sign-in of its own to end, the others share that of their person."""
    base_url = next(iter(house.nodes.values())).base_url
    shared: dict[str, Asking] = {}
    found: dict[str, Asking] = {}
    for name in CLIENTS:
        person = name.rpartition("-")[0]
        if name in BY_TOKEN:
            said = await asyncio.to_thread(run_hubbub, house.place, "token", person)
            found[name] = Asking(said.split()[-1])
        elif name == SIGNS_OUT or person not in shared:
            found[name] = await _sign_in(base_url, person)
            shared.setdefault(person, found[name])
        else:
            found[name] = shared[person].another()
    return found


async def _sign_in(base_url: str, person: str) -> Asking:
    asking = Asking()
    for _ in range(SIGN_IN_TRIES):
        if await asking.sign_in(base_url, person):
            return asking
    raise AssertionError(f"{person} cannot sign in: {asking.last}")


async def _set_scene(world: World, clients: dict[str, Client]) -> None:
    ada = clients["ada-1"]
    for name, kind in ROOMS:
        made = await insist(ada, "POST", "/api/v1/rooms", {"name": name, "kind": kind})
        world.rooms[name] = made.body
        for person in ("ben", "cleo", "dot"):
            await insist(ada, "POST", f"/api/v1/rooms/{made.body['id']}/members", {"username": person})


async def _watch_lag(world: World) -> None:
    before = world.now()
    while True:
        await asyncio.sleep(TICK_SECONDS)
        late = world.now() - before - TICK_SECONDS
        if late > LAG_SECONDS:
            world.tell(Lagged(world.now(), late))
        before = world.now()


async def _watch_memory(world: World, house: House) -> None:
    while True:
        for name in house.nodes:
            megabytes = house.megabytes(name)
            if megabytes is not None:
                world.tell(Memory(world.now(), name, megabytes))
        await asyncio.sleep(1.0)


async def _wind_up(
    world: World,
    clients: dict[str, Client],
    speakers: Sequence[Speaker],
    working: Sequence[asyncio.Future[None]],
) -> None:
    """Wait for the last answers, and for everybody to have everything."""
    done, _ = await asyncio.wait(working, timeout=ANSWERS_SECONDS)
    for task in done:
        task.result()  # a failure of the harness itself is nobody else's
    heads = {
        room["id"]: (await insist(clients["ada-1"], "GET", f"/api/v1/rooms/{room['id']}")).body["head"]
        for room in world.rooms.values()
    }
    deadline = world.now() + HEADS_SECONDS
    while world.now() < deadline and not all(_has_all(one, heads) for one in clients.values()):
        await asyncio.sleep(0.1)
    asking: list[Client | Speaker] = [*clients.values(), *speakers]
    unanswered = [key for one in asking for key in sorted(one.unanswered)]
    world.tell(Finished(world.now(), tuple(unanswered)))


def _has_all(client: Client, heads: dict[str, int]) -> bool:
    behind = any(client.positions.get(room, 0) < heads[room] for room in client.followed)
    return client.connected.is_set() and bool(client.followed) and not behind


async def _read_everything(world: World, house: House, clients: dict[str, Client]) -> None:
    ada = clients["ada-1"]
    for node in house.nodes:
        for room in world.rooms.values():
            await _read_log(world, ada, node, room["id"])
            messages = await _all_messages(ada, node, room["id"])
            world.tell(FinalMessages(world.now(), node, room["id"], messages))
        for name in ("ada-1", "ben-1", "cleo-1", "dot-1"):
            reply = await clients[name].ask("GET", "/api/v1/rooms", node=node)
            assert reply is not None, f"{node} does not list the rooms"
            world.tell(FinalRooms(world.now(), node, clients[name].person, reply.body["rooms"]))
    code, said = await asyncio.to_thread(house.check)
    world.tell(FinalCheck(world.now(), code, said))


async def _read_log(world: World, client: Client, node: str, room: str) -> None:
    events: list[Json] = []
    while True:
        after = events[-1]["seq"] if events else 0
        reply = await client.ask("GET", f"/api/v1/rooms/{room}/events?after={after}", node=node)
        assert reply is not None, f"{node} does not tell the log"
        assert reply.status == 200, reply.body
        events += reply.body["events"]
        if not reply.body["events"]:
            world.tell(FinalLog(world.now(), node, room, reply.body["epoch"], events))
            return


async def _all_messages(client: Client, node: str, room: str) -> list[Json]:
    messages: list[Json] = []
    while True:
        before = f"&before={messages[0]['seq']}" if messages else ""
        reply = await client.ask("GET", f"/api/v1/rooms/{room}/messages?limit=100{before}", node=node)
        assert reply is not None, f"{node} does not tell the messages"
        assert reply.status == 200, reply.body
        if not reply.body["messages"]:
            return messages
        messages = reply.body["messages"] + messages
