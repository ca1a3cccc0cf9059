"""The bytes that a client puts on the wire: handshake and masked text frames. Pure; knows no message."""

import json
from collections.abc import Iterator
from typing import Any

# Sixteen bytes in base64, always the same: nobody here needs to be told from a cache.
KEY = "aHViYnViIGJlbmNobWFyaw=="
MASKED = 0x80
TEXT = 0x81
PONG = 0x8A
CLOSE = 8
PING = 9
NO_MASK = bytes(4)  # a mask of zeros leaves the payload as it is, and costs the server the same as any other


def handshake(path: str, *, port: int, token: str | None = None) -> bytes:
    """The request that opens a WebSocket, as whoever holds the token."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
        *([f"Authorization: Bearer {token}"] if token is not None else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def from_client(payload: bytes) -> bytes:
    """One whole text frame as a client sends it."""
    length = len(payload)
    if length < 126:
        head = bytes((TEXT, MASKED | length))
    elif length < 65_536:
        head = bytes((TEXT, MASKED | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((TEXT, MASKED | 127)) + length.to_bytes(8, "big")
    return head + NO_MASK + payload


def from_server(payload: bytes) -> bytes:
    """One whole text frame as a server sends it: what the floor replays."""
    framed = from_client(payload)
    head = len(framed) - len(payload) - len(NO_MASK)
    return bytes((framed[0], framed[1] & ~MASKED)) + framed[2:head] + payload


def pong(payload: bytes) -> bytes:
    """The answer to a ping, which holds at most 125 bytes."""
    return bytes((PONG, MASKED | len(payload))) + NO_MASK + payload


def whole_frames(data: bytes, start: int) -> Iterator[tuple[int, bytes, int]]:
    """Opcode and payload of each whole frame of a server, and where it ends."""
    while len(data) - start >= 2:
        size = data[start + 1]
        wide = {126: 2, 127: 8}.get(size, 0)
        begin = start + 2 + wide
        if wide:
            size = int.from_bytes(data[start + 2 : begin], "big")
        if len(data) < begin + size:
            return
        yield data[start] & 0x0F, data[begin : begin + size], begin + size
        start = begin + size


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
