"""Nodes that are replaced while people talk, one after the other, and a node that dies and comes back."""

import shutil
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.clients import SESSION_ENDED
from tests.faults.conftest import UNHURRIED
from tests.faults.history import Closed, FaultBegan, FaultEnded, Opened
from tests.faults.house import ENVIRONMENT, House
from tests.faults.judge import judge
from tests.faults.plan import NODES, SIGNS_OUT, Fault, Plan
from tests.faults.report import report
from tests.faults.running import run
from tests.support.fixtures import Servers
from tests.support.hubbub_process import Place
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RESTART = 1012
SERVING_SECONDS, CAUGHT_UP_SECONDS = 5.0, 10.0


@pytest.mark.waits
async def test_three_nodes_are_replaced_under_load_and_nobody_loses_or_waits_for_anything(
    hubbub_server: Servers, postgres: PostgresServer, redis: RedisServer
) -> None:
    place = hubbub_server.place(store="postgres")
    nodes = {name: hubbub_server(place=place, env=ENVIRONMENT, start=False) for name in NODES["postgres"]}
    house = House(place, nodes, postgres, redis)
    # The same lock for all three: each is replaced when the one before serves again.
    faults = tuple(Fault(1.0 + 0.1 * n, "node_terminated", name, 1.0) for n, name in enumerate(nodes))
    house.start()

    history = await run(Plan(7, "postgres", 10.0, faults, one_by_one=True), house)

    verdict = judge(history)
    assert verdict.findings == (), report(history, verdict)
    opened = {one.connection: one for one in history.of(Opened)}
    for began, ended in zip(history.of(FaultBegan), history.of(FaultEnded), strict=True):
        closed = [
            one
            for one in history.of(Closed)
            if opened[one.connection].node == began.target
            and began.at <= one.at <= ended.at
            # Somebody ends a sign-in of theirs now and then, which has nothing to do with it.
            and not (one.code == SESSION_ENDED and opened[one.connection].client == SIGNS_OUT)
        ]
        clients = [opened[one.connection].client for one in closed]
        assert len(clients) == len(set(clients)), f"somebody had to reconnect twice for {began.target}"
        assert all(one.code in (RESTART, 1000, 1005, 1006) for one in closed), closed


def test_a_killed_node_serves_and_everybody_has_caught_up_soon_after(hubbub_server: Servers) -> None:
    begun = time.monotonic()
    server = hubbub_server(env=UNHURRIED)
    first_start = time.monotonic() - begun
    ada = server.client("ada")
    room_id = ada.make_room("general")["id"]
    token = server.token("ada")
    sockets = [server.session_socket(token) for _ in range(20)]
    for socket in sockets:
        epoch = socket.hello()["epoch"]
    for number in range(200):
        sockets[0].say(room_id, f"{number}")

    server.kill()
    killed = time.monotonic()
    server.start()
    serving = time.monotonic() - killed
    again = [server.session_socket(token) for _ in sockets]
    for socket in again:
        socket.hello(resume={"epoch": epoch, "rooms": {room_id: 1}})
    for socket in again:
        assert socket.expect("synced", 30, room=room_id)["head"] == 201
    caught_up = time.monotonic() - killed

    # A machine that does much else starts everything late: judged by how long the first start took.
    assert serving <= max(SERVING_SECONDS, 1.5 * first_start)
    assert caught_up <= max(CAUGHT_UP_SECONDS, 3 * first_start)
    assert all(len(socket.events_of(room_id)) == 200 for socket in again)


@pytest.mark.parametrize("applied", [1, 12])
def test_a_node_killed_while_a_migration_runs_on_postgres_serves_the_next_time(
    hubbub_server: Servers, postgres: PostgresServer, redis: RedisServer, tmp_path: Path, applied: int
) -> None:
    begun = time.monotonic()
    hubbub_server(store="postgres")
    first_start = time.monotonic() - begun
    place = Place(tmp_path / "data", postgres.fresh_database(), redis.url)
    place.data.mkdir()
    server = hubbub_server(place=place, start=False)
    server.start(until_ready=False)
    wait_until("it is in the midst of it", lambda: migrations(place) >= applied, timeout=60, every=0.005)
    server.kill()
    before = migrations(place)

    killed = time.monotonic()
    server.start()
    serving = time.monotonic() - killed

    assert applied <= before < migrations(place), "it was not killed in the midst of it"
    # On a machine that is slow, measured by a start that finds everything applied: this one has most still to do.
    assert serving <= max(SERVING_SECONDS, 3 * first_start)
    assert "consistent" in server.command("check")
    server.close()
    postgres.drop(str(place.database_url))


def migrations(place: Place) -> int:
    """How many were applied to a database."""
    with psycopg.connect(str(place.database_url), autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
        if found is None or found[0] is None:
            return 0
        row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
        return int(row[0]) if row else 0


@pytest.mark.parametrize("after_seconds", [0.3, 0.9])
def test_a_node_killed_while_it_starts_on_an_empty_store_starts_the_next_time(
    hubbub_server: Servers, after_seconds: float
) -> None:
    server = hubbub_server(cast=False, start=False)
    shutil.rmtree(server.place.data)
    server.place.data.mkdir()
    server.start(until_ready=False)
    begun = time.monotonic()
    wait_until("it is in the midst of it", lambda: time.monotonic() - begun > after_seconds)
    server.kill()

    server.start(until_ready=False)
    server.wait_until_ready(60)

    assert "consistent" in server.command("check")
