"""The same operation again: at once, across a kill, at other nodes."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient, Json
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
