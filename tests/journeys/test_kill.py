"""A server that dies at any moment: what it acknowledged is there, and a repeat has no second effect."""

import threading

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.fixtures import Servers
from tests.support.hubbub_process import HubbubServer
from tests.support.sockets import SessionSocket


@pytest.fixture
def server(hubbub_server: Servers) -> HubbubServer:
    return hubbub_server(env={"HUBBUB_RATES": "off"})


class Writer(threading.Thread):
    """Says one message after the other until the server is gone; remembers which were acknowledged."""

    def __init__(self, socket: SessionSocket, room_id: str, name: str) -> None:
        super().__init__(daemon=True)
        self.socket, self.room_id, self.name = socket, room_id, name
        self.acked: dict[str, int] = {}
        self.pending = ""
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        try:
            while True:
                number += 1
                self.pending = f"{self.name}-{number}"
                ack = self.socket.say(self.room_id, f"message {number}", client_id=self.pending)
                self.acked[self.pending] = ack["seq"]
                if number == 20:
                    self.enough.set()
        except (AssertionError, ConnectionClosed, OSError):
            return


def test_kill_9_loses_nothing_that_was_acknowledged_and_doubles_nothing(server: HubbubServer) -> None:
    ada = server.client("ada")
    room = ada.make_room("general")
    token = server.token("ada")
    writers = []
    for number in range(4):
        socket = server.session_socket(token)
        socket.hello()
        writers.append(Writer(socket, room["id"], f"w{number}"))
    for writer in writers:
        writer.start()
    for writer in writers:
        assert writer.enough.wait(20), server.log  # the premise: all are writing when it dies

    server.kill()
    for writer in writers:
        writer.join(20)
    server.start()

    after = server.session_socket(token)
    after.hello()
    for writer in writers:
        last = writer.pending.rsplit("-", 1)[1]
        after.say(room["id"], f"message {last}", client_id=writer.pending)
    log = server.client("ada").log_of(room["id"])
    by_id = [event["client_id"] for event in log if event["type"] == "message"]
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert len(by_id) == len(set(by_id))
    for writer in writers:
        assert writer.pending in by_id
        for client_id, seq in writer.acked.items():
            assert log[seq - 1]["client_id"] == client_id
    assert "consistent" in server.command("check")


def test_sigterm_drains_and_exits_with_zero(server: HubbubServer) -> None:
    ada = server.client("ada")
    room = ada.make_room("general")
    socket = server.session_socket(ada)
    socket.hello()
    answers = [socket.post_op("send", room["id"], body=f"{n}") for n in range(20)]

    server.terminate_soon()

    assert socket.expect("drain")["within_ms"] > 0
    assert all(socket.answer(ref)["type"] == "ack" for ref in answers)
    assert socket.expect_close(15) == 1012
    assert server.wait() == 0
