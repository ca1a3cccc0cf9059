"""The WebSocket protocol of the server: prepared frames, codes for whatever a peer sends, and no traceback ever.

This is also the contract with uvicorn and websockets: an upgrade of theirs that moves what we lean on fails here.
"""

import os
import socket

import pytest
from websockets.exceptions import ConnectionClosed

from hubbub.realtime.framing import frame_text
from tests.realtime.wire_peers import (
    CLOSE,
    CONTINUATION,
    MAX_BYTES,
    PING,
    TEXT,
    Served,
    code_after,
    frame,
)
from tests.support.waiting import wait_until


def test_a_prepared_frame_arrives_like_any_other(served: Served) -> None:
    with served.connect() as client:
        client.send("prepared")
        client.send("plain")

        assert [client.recv(), client.recv()] == ["готово", "plain"]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_frame_of_any_length_is_framed_right(served: Served, size: int) -> None:
    with served.connect() as client:
        client.send("hello")
        client.recv()
        assert served.application.loop is not None
        served.application.loop.call_soon_threadsafe(served.application.prepared.put, frame_text(b"x" * size))

        assert client.recv() == "x" * size


def test_nothing_is_written_after_a_close(served: Served) -> None:
    with served.connect() as client:
        client.send("close")

        with pytest.raises(ConnectionClosed) as closed:
            client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4490
    wait_until("the application heard of it", lambda: served.application.ended == [4490])
    served.application.prepared.put(frame_text(b"late"))


def test_what_a_peer_does_not_read_is_counted_and_dropped_by_abort(served: Served) -> None:
    peer = served.opened()
    wait_until("the application has the socket", lambda: bool(served.application.scopes))
    prepared, loop = served.application.prepared, served.application.loop
    assert loop is not None
    assert prepared.size() == 0

    def flood() -> None:
        for _ in range(100):
            prepared.put(frame_text(b"x" * 100_000))

    loop.call_soon_threadsafe(flood)
    wait_until("the buffer holds what was not taken", lambda: prepared.size() > 1_000_000)
    loop.call_soon_threadsafe(prepared.abort)

    wait_until("the application heard of it", lambda: len(served.application.ended) == 1)
    prepared.put(frame_text(b"late"))
    peer.close()


def test_small_frames_leave_at_once(served: Served) -> None:
    with served.connect() as client:
        client.send("hello")
        client.recv()

        transport = served.application.prepared._protocol.transport
        found = transport.get_extra_info("socket")
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(TEXT, b"x" * (MAX_BYTES + 1)), 1009, id="too large"),
        pytest.param(
            frame(TEXT, b"x" * MAX_BYTES, fin=False) + frame(CONTINUATION, b"x"), 1009, id="in parts"
        ),
        pytest.param(frame(TEXT, b"\xff\xfe"), 1007, id="bad UTF-8"),
        pytest.param(frame(TEXT, b"\xed\xa0\x80"), 1007, id="a lone surrogate"),
        pytest.param(
            frame(TEXT, b"\xd0", fin=False) + frame(CONTINUATION, b"\xff"), 1007, id="bad UTF-8 in parts"
        ),
        pytest.param(frame(TEXT, b"\xff") + frame(CLOSE, b"\x03\xe8"), 1000, id="bad UTF-8, then close"),
        pytest.param(frame(TEXT, b"\xff") + frame(TEXT, b"\xff"), 1007, id="bad UTF-8 twice"),
        pytest.param(frame(TEXT, b"hi", masked=False), 1002, id="not masked"),
        pytest.param(frame(3, b""), 1002, id="unknown opcode"),
        pytest.param(b"\xf1\x80\x00\x00\x00\x00", 1002, id="reserved bits"),
        pytest.param(frame(CONTINUATION, b"x"), 1002, id="a part of nothing"),
        pytest.param(frame(TEXT, b"x", fin=False) + frame(TEXT, b"x"), 1002, id="a message in a message"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="a long ping"),
        pytest.param(frame(PING, b"", fin=False), 1002, id="a ping in parts"),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="half a close code"),
        pytest.param(frame(CLOSE, b"\x03\xed"), 1002, id="a close code that may not be sent"),
        pytest.param(frame(CLOSE, b"\x03\xe8\xff"), 1007, id="bad UTF-8 as a reason"),
        pytest.param(
            frame(TEXT, b"x", fin=False) + frame(CLOSE, b"\x03\xe8"), 1002, id="a close in a message"
        ),
        pytest.param(frame(CLOSE, b"\x0f\xa0") * 3, 4000, id="three closes"),
        pytest.param(frame(TEXT, b"close") + frame(TEXT, b"x" * 2_000), 1009, id="too large after a close"),
    ],
)
def test_a_hostile_peer_gets_a_code_and_the_application_hears_of_it(
    served: Served, sent: bytes, code: int
) -> None:
    peer = served.opened()

    peer.sendall(sent)

    assert code_after(peer) == code
    wait_until("the application heard of it", lambda: len(served.application.ended) == 1)


@pytest.mark.parametrize(
    "early",
    [
        pytest.param(frame(TEXT, b"hi"), id="text"),
        pytest.param(frame(PING, b""), id="ping"),
        pytest.param(frame(CLOSE, b"\x03\xe8"), id="close"),
        pytest.param(b"\xff" * 40, id="garbage"),
    ],
)
def test_frames_before_the_handshake_is_answered_harm_nobody(served: Served, early: bytes) -> None:
    peer = served.raw(path=b"/silent")
    peer.sendall(early)
    peer.sendall(early)
    peer.close()

    with served.connect() as client:
        client.send("hello")
        assert client.recv() == "hello"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        pytest.param(b"/ws/\xd0\xb6", b"", id="a path that is not ASCII"),
        pytest.param(b"/ws/%ff%00", b"", id="a path that is not UTF-8"),
        pytest.param(b"/ws/", b"X: \xff\r\n", id="a header that is not ASCII"),
        pytest.param(b"/ws/", b"Sec-WebSocket-Version: 99\r\n", id="two versions"),
        pytest.param(b"/ws/", b"Sec-WebSocket-Key: AAAA\r\n", id="two keys"),
        pytest.param(b"/ws/", b"Sec-WebSocket-Extensions: ;;;\r\n", id="broken extensions"),
        pytest.param(b"/ws/", b"Sec-WebSocket-Protocol: ,,\r\n", id="broken subprotocols"),
        pytest.param(b"/ws/", b"X: y\r\n" * 300, id="too many headers"),
        pytest.param(b"/ws/", b"X: " + b"y" * 20_000 + b"\r\n", id="a header too long"),
        pytest.param(b"/ws/" + b"y" * 20_000, b"", id="a path too long"),
    ],
)
def test_a_strange_handshake_is_answered_or_cut_off(served: Served, path: bytes, more: bytes) -> None:
    peer = served.raw(path=path, more=more)

    try:
        status = peer.recv(12)
    except ConnectionResetError:
        status = b""
    peer.close()

    assert status[:9] in (b"", b"HTTP/1.1 ")
    assert status[9:] in (b"", b"101", b"400", b"414", b"426", b"431")


def test_pings_of_a_peer_that_does_not_read_do_not_fill_our_memory(served: Served) -> None:
    peer = served.opened()
    wait_until("the application has the socket", lambda: bool(served.application.scopes))
    pings = frame(PING, b"x" * 125) * 5_000
    peer.settimeout(1)

    try:
        for _ in range(20):
            peer.sendall(pings)
    except TimeoutError:
        pass

    assert served.application.prepared.size() < 1_000_000
    peer.close()


def test_a_message_in_very_many_empty_parts_takes_no_memory(served: Served) -> None:
    peer = served.opened()

    peer.sendall(frame(TEXT, b"he", fin=False) + frame(CONTINUATION, b"", fin=False) * 20_000)
    wait_until("the application has the socket", lambda: bool(served.application.scopes))
    peer.sendall(frame(CONTINUATION, b"y"))

    assert peer.recv(100) == frame(TEXT, b"hey", masked=False)
    peer.close()


def test_whoever_is_connected_at_the_end_is_closed_with_1012(served: Served) -> None:
    with served.connect() as client:
        client.send("hello")
        client.recv()

        served.server.should_exit = True

        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    wait_until("the application heard of it", lambda: served.application.ended == [1012])


def test_random_bytes_never_make_a_traceback(served: Served) -> None:
    for _ in range(60):
        peer = served.opened()
        peer.sendall(os.urandom(200))
        peer.shutdown(socket.SHUT_WR)
        code_after(peer)

    wait_until("every end was told", lambda: len(served.application.ended) == 60)
