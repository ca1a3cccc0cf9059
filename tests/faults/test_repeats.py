"""The same operation again: at once, across a kill, at other nodes, and after the store came back from a backup."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json
from tests.support.hubbub_process import HubbubServer, Place, run_hubbub
from tests.support.postgres import PostgresServer
from tests.support.sockets import SessionSocket
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
AT_ONCE = 50


def insist(client: HttpClient, room_id: str, client_id: str) -> Json:
    """Say it until somebody answers; the node may be dead for a while."""
    answers: list[Json] = []

    def answered() -> bool:
        try:
            answer = client.operate(room_id, "send", client_id, body=f"words of {client_id}")
        except httpx2.TransportError:
            return False
        if answer.status_code == 503:
            return False
        answers.append(answer.json())
        return True

    wait_until("somebody answers", answered, timeout=90, every=0.1)
    return answers[0]


def test_one_operation_asked_fifty_times_at_once_of_three_nodes_across_a_kill_happens_once(
    hubbub_server: Servers,
) -> None:
    first = hubbub_server(store="postgres", env=UNHURRIED)
    nodes = [first, *(hubbub_server(place=first.place, env=UNHURRIED) for _ in range(2))]
    clients = [node.client("ada") for node in nodes]
    room_id = clients[0].make_room("general")["id"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(insist, clients[n % 3], room_id, f"c{n // AT_ONCE}") for n in range(3 * AT_ONCE)]
        nodes[1].kill()
        nodes[1].start()
        answers = [one.result(120) for one in asked]

    log = [event for event in clients[0].log_of(room_id) if event["type"] == "message"]
    assert sorted(event["client_id"] for event in log) == ["c0", "c1", "c2"]
    for event in log:
        told = [one for one in answers if one["client_id"] == event["client_id"]]
        assert {(one["seq"], one["id"]) for one in told} == {(event["seq"], event["id"])}
        # One of them did it, unless that answer died with the node.
        assert sum(not one["duplicate"] for one in told) <= 1


class Talker(threading.Thread):
    """Says one thing after the other; remembers in order what was acknowledged."""

    def __init__(self, socket: SessionSocket, room_id: str, name: str) -> None:
        super().__init__(daemon=True)
        self.socket, self.room_id, self.name = socket, room_id, name
        self.acked: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            client_id = f"{self.name}-{len(self.acked)}"
            self.socket.say(self.room_id, f"words of {client_id}", client_id=client_id)
            self.acked.append(client_id)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Place], Place]:
    """Makes an empty machine for what was backed up at a place, on the same kind of store."""

    def make(place: Place) -> Place:
        data = tmp_path / "another machine" / "data"
        data.mkdir(parents=True)
        if place.database_url is None:
            return Place(data)
        postgres: PostgresServer = request.getfixturevalue("postgres")
        return Place(data, postgres.fresh_database(), place.redis_url)

    make.__name__ = str(request.param)
    return make


def test_what_was_acked_before_a_backup_under_load_is_there_after_the_restore_and_repeats_are_known(
    hubbub_server: Servers, empty_place: Callable[[Place], Place], tmp_path: Path
) -> None:
    server = hubbub_server(store=empty_place.__name__, env=UNHURRIED)
    ada = server.client("ada")
    room_id = ada.make_room("general")["id"]
    token = server.token("ada")
    talkers = [Talker(_greeted(server, token), room_id, f"t{number}") for number in range(3)]
    for talker in talkers:
        talker.start()
    wait_until("all of them talk", lambda: all(len(one.acked) > 20 for one in talkers), timeout=60)
    before = [client_id for talker in talkers for client_id in list(talker.acked)]
    server.command("backup", str(tmp_path / "one.hubbub"))
    for talker in talkers:
        talker.enough.set()
        talker.join(20)
    after = [client_id for talker in talkers for client_id in talker.acked]
    old_log = {event["seq"]: event for event in ada.log_of(room_id)}
    epoch = server.session_socket(token).hello()["epoch"]
    position = {"epoch": epoch, "rooms": {room_id: max(old_log)}}
    server.kill()

    place = empty_place(server.place)
    assert "consistent" in run_hubbub(place, "restore", str(tmp_path / "one.hubbub"))
    restored = hubbub_server(place=place, env=UNHURRIED)

    assert len(after) > len(before), "nothing was said while the backup was taken"
    again = HttpClient(restored.base_url, token=token)
    log = again.log_of(room_id)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert all(event == old_log[event["seq"]] for event in log)
    assert set(before) <= {event.get("client_id") for event in log}
    socket = restored.session_socket(token)
    socket.hello(resume=position)
    assert socket.expect("reset", room=room_id)["reason"] == "epoch"
    known = again.operate(room_id, "send", before[0], body=f"words of {before[0]}").json()
    assert known["duplicate"]
    assert known["seq"] == next(event["seq"] for event in log if event.get("client_id") == before[0])
    lost = [client_id for client_id in after if client_id not in {event.get("client_id") for event in log}]
    for client_id in lost[:20]:
        assert not again.operate(room_id, "send", client_id, body=f"words of {client_id}").json()["duplicate"]
    again.close()


def _greeted(server: HubbubServer, token: str) -> SessionSocket:
    socket = server.session_socket(token)
    socket.hello()
    return socket
