"""The sockets under a server that knows nothing of ours: it offers only `receive` and `send`."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.realtime.conftest import Own
from tests.support.hubbub_process import HubbubServer
from tests.support.program import free_port
from tests.support.sockets import RoomSocket, SessionSocket
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def plain_url(shared_server: HubbubServer) -> Iterator[str]:
    """The address of the same place, served by uvicorn with a WebSocket implementation of its own."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "hubbub.site.asgi:application", "--ws", "websockets-sansio"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning"],
        env=shared_server.place.environment() | {"HUBBUB_RATES": "off"},
        cwd=shared_server.place.data.parent,
    )
    url = f"http://127.0.0.1:{port}"
    node = HubbubServer(shared_server.place, port=port)
    wait_until("the other server answers", lambda: node.status_of("/healthz") == 200, timeout=30)
    yield url
    process.terminate()
    process.wait(20)


def test_both_sockets_work_where_the_server_offers_only_receive_and_send(
    server: HubbubServer, plain_url: str, own: Own
) -> None:
    ada = server.client("ada")
    room = ada.make_room(own("general"))
    session = SessionSocket(plain_url, server.client("ada"))
    simple = RoomSocket(plain_url, server.client("ada"), room=room["name"])

    session.hello()
    simple.expect("message_history")
    ack = session.say(room["id"], "hello", client_id=uuid4().hex)

    assert session.expect_event("message", room["id"])["seq"] == ack["seq"]
    assert simple.expect("chat_message")["number"] == ack["seq"]
    session.close()
    simple.close()


@pytest.mark.parametrize(("sent", "code"), [(b"binary", 1003), ('{"type":"ping"}', 4400)])
def test_a_close_has_its_code_there_too(
    server: HubbubServer, plain_url: str, sent: str | bytes, code: int
) -> None:
    session = SessionSocket(plain_url, server.client("ada"))

    session.send_raw(sent)

    assert session.expect_close() == code
