"""Many people ask for three times what may wait to be stored: what is too much is refused, and no ack is a lie."""

import asyncio
import json
import time
import zlib
from dataclasses import dataclass, field

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json
from tests.support.hubbub_process import HubbubServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PEOPLE, SOCKETS_OF_ONE = 20, 8
PIPELINED = 64  # by each socket: as many as one may have under way
ROOMS, LANES = 40, 4
ACK_SECONDS = 5.0
BACK_SECONDS = 30.0


@dataclass
class Talker:
    """One socket, which asks for everything at once and then hears what became of it."""

    socket: ClientConnection
    room_id: str
    name: str
    acked: dict[str, float] = field(default_factory=dict)  # by client id, after how many seconds
    refused: dict[str, Json] = field(default_factory=dict)

    async def ask(self, client_ids: list[str]) -> None:
        begun = time.monotonic()
        for client_id in client_ids:
            op = {"type": "op", "op": "send", "room": self.room_id, "client_id": client_id, "body": client_id}
            await self.socket.send(json.dumps(op | {"ref": client_id}))
        missing = set(client_ids)
        while missing:
            decoded = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            for frame in decoded if isinstance(decoded, list) else [decoded]:
                if frame["type"] in ("ack", "err"):
                    missing.discard(frame["ref"])
                    self._answered(frame, time.monotonic() - begun)

    def _answered(self, frame: Json, seconds: float) -> None:
        if frame["type"] == "ack":
            self.refused.pop(frame["ref"], None)
            self.acked[frame["ref"]] = seconds
        else:
            self.refused[frame["ref"]] = frame


async def greeted(server: HubbubServer, token: str) -> ClientConnection:
    socket = await connect(
        server.base_url.replace("http", "ws", 1) + "/ws/v1",
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        max_size=None,
        max_queue=None,
        open_timeout=30,
        ping_interval=None,
        proxy=None,
    )
    await socket.send(json.dumps({"type": "hello", "v": 1}))
    while '"ready"' not in str(await asyncio.wait_for(socket.recv(), 30)):
        pass
    return socket


def rooms_of_one_lane(ada: HttpClient) -> list[str]:
    """Rooms whose calls all wait in one place, however many such places the store has."""
    made = [str(ada.make_room(f"room {number}")["id"]) for number in range(ROOMS)]
    lanes: dict[int, list[str]] = {}
    for room_id in made:
        number = int(room_id.removeprefix("r"))
        lanes.setdefault(zlib.crc32(number.to_bytes(8, "big")) % LANES, []).append(room_id)
    return max(lanes.values(), key=len)


def everybody(server: HubbubServer, rooms: list[str]) -> dict[str, str]:
    """Tokens of many people, each a member of one of the rooms."""
    names = [f"talker{number}" for number in range(PEOPLE)]
    server.add_people(*names)
    said = server.command("token", *names).strip().splitlines()
    tokens = {name: line.split()[-1] for name, line in zip(names, said, strict=True)}
    for number, token in enumerate(tokens.values()):
        client = HttpClient(server.base_url, token=token)
        client.join(rooms[number % len(rooms)])
        client.close()
    return tokens


def ninety_ninth(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) * 99 // 100]


@pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])]
)
async def test_three_times_too_much_from_many_people_is_refused_and_what_was_acked_is_there(
    hubbub_server: Servers, store: str
) -> None:
    server = hubbub_server(store=store, env=UNHURRIED)
    ada = server.client("ada")
    rooms = await asyncio.to_thread(rooms_of_one_lane, ada)
    tokens = await asyncio.to_thread(everybody, server, rooms)
    talkers = [
        Talker(await greeted(server, token), rooms[number % len(rooms)], f"{name}-{which}")
        for number, (name, token) in enumerate(tokens.items())
        for which in range(SOCKETS_OF_ONE)
    ]
    warm = talkers[:: len(talkers) // 40]
    await asyncio.gather(*(one.ask([f"{one.name}-w{n}" for n in range(PIPELINED)]) for one in warm))
    a_quarter = max(seconds for one in warm for seconds in one.acked.values())
    for one in warm:
        assert not one.refused, "a quarter was too much already"
        one.acked.clear()

    await asyncio.gather(*(one.ask([f"{one.name}-{n}" for n in range(PIPELINED)]) for one in talkers))
    flooded = time.monotonic()
    acked = {client_id: seconds for one in talkers for client_id, seconds in one.acked.items()}
    refused = {client_id: frame for one in talkers for client_id, frame in one.refused.items()}

    assert len(acked) + len(refused) == len(talkers) * PIPELINED
    assert refused, "nothing was too much: nothing was put to the test"
    assert {frame["code"] for frame in refused.values()} == {"busy"}
    assert all(frame["retry_after_ms"] > 0 for frame in refused.values())
    assert ninety_ninth(list(acked.values())) <= max(ACK_SECONDS, 12 * a_quarter)
    log = await asyncio.to_thread(
        lambda: {one["client_id"] for room in rooms for one in ada.log_of(room) if one["type"] == "message"}
    )
    assert set(acked) <= log
    assert not set(refused) & log
    while any(one.refused for one in talkers):
        assert time.monotonic() - flooded < BACK_SECONDS, "it does not recover"
        await asyncio.gather(*(one.ask(list(one.refused)) for one in talkers))
    await asyncio.gather(*(one.socket.close() for one in talkers))
