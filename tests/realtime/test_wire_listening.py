"""The WebSocket protocol of the server for an application that listens: it is called, and its socket outlives it."""

import gc
import weakref

import pytest
from websockets.exceptions import ConnectionClosed

from hubbub.realtime.framing import frame_text
from tests.realtime.wire_peers import (
    CLOSE,
    CONTINUATION,
    MAX_BYTES,
    PING,
    TEXT,
    Echo,
    Served,
    code_after,
    frame,
)
from tests.support.waiting import wait_until


def test_an_application_that_listens_is_called_and_its_socket_outlives_it(served: Served) -> None:
    with served.connect("/listening") as client:
        client.send("one")
        client.send("two")

        assert [client.recv(), client.recv()] == ["one", "two"]
    wait_until("the application heard of the end", lambda: served.application.ended == [0])


def test_frames_that_come_byte_by_byte_or_all_at_once_are_the_same(served: Served) -> None:
    peer = served.opened(b"/listening")
    texts = [b"a" * 100, b"b" * 200, "\u0436".encode()]
    sent = b"".join(frame(TEXT, text) for text in texts)
    expected = b"".join(frame_text(text) for text in texts)

    for byte in sent:
        peer.sendall(bytes([byte]))
    peer.sendall(sent)

    received = b""
    while len(received) < 2 * len(expected):
        received += peer.recv(4096)
    assert received == expected * 2
    peer.close()


def test_a_message_in_parts_and_what_follows_it_are_heard_in_order(served: Served) -> None:
    peer = served.opened(b"/listening")

    peer.sendall(frame(TEXT, b"plain") + frame(TEXT, b"in ", fin=False) + frame(PING, b"?"))
    peer.sendall(frame(CONTINUATION, b"parts") + frame(TEXT, b"after"))

    expected = (
        frame_text(b"plain"),
        frame(10, b"?", masked=False),
        frame_text(b"in parts"),
        frame_text(b"after"),
    )
    received = b""
    while len(received) < len(b"".join(expected)):
        received += peer.recv(4096)
    assert received == b"".join(expected)
    peer.close()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(TEXT, b"\xff\xfe"), 1007, id="bad UTF-8"),
        pytest.param(frame(TEXT, b"x" * (MAX_BYTES + 1)), 1009, id="too large"),
        pytest.param(frame(TEXT, b"hi", masked=False), 1002, id="not masked"),
        pytest.param(frame(CLOSE, b"\x0f\xa0") * 3, 4000, id="three closes"),
        pytest.param(frame(CONTINUATION, b"x"), 1002, id="a part of nothing"),
    ],
)
def test_a_hostile_peer_of_one_that_listens_gets_a_code(served: Served, sent: bytes, code: int) -> None:
    peer = served.opened(b"/listening")

    peer.sendall(sent)

    assert code_after(peer) == code
    wait_until("the application heard of it", lambda: served.application.ended == [0])


def test_one_that_listens_closes_with_its_code_after_what_it_wrote(served: Served) -> None:
    with served.connect("/listening") as client:
        client.send("close")

        assert client.recv() == "close"
        with pytest.raises(ConnectionClosed) as closed:
            client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4490
    assert served.application.ended == [0]


def test_a_peer_that_gives_no_sign_of_life_is_cut_off_and_others_are_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = Served(Echo(), ping_seconds=0.5)
    try:
        silent = served.opened()
        with served.connect() as alive:
            assert code_after(silent) == 1011

            alive.send("still here")
            assert alive.recv() == "still here"
    finally:
        served.stop()


def test_a_quiet_socket_holds_neither_a_parser_nor_a_dictionary(served: Served) -> None:
    with served.connect("/listening") as client:
        client.send("one")
        client.recv()
        protocol = served.application.protocol

        assert vars(protocol) == {}
        assert protocol._parser is None

        client.send(iter(["in ", "parts"]))
        client.recv()
        assert protocol._parser is not None


def test_a_socket_that_has_ended_is_freed_at_once(served: Served) -> None:
    with served.connect("/listening") as client:
        client.send("one")
        client.recv()
        gone = weakref.ref(served.application.protocol)
    gc.disable()  # it would find what refers to itself
    try:
        served.application.scopes.clear()
        wait_until("nothing holds it", lambda: gone() is None)
    finally:
        gc.enable()
