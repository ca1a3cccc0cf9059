"""WebSocket frames as bytes (RFC 6455, 5.2): ours made, a peer's ordinary ones read. Pure."""

import struct

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # the fast one where it is built

TEXT, CLOSE, PING_OPCODE, PONG = 0x81, 0x88, 0x89, 0x8A  # each with the bit of a last fragment
STRANGE = 0
BAD_TEXT = 1007
PING = bytes((PING_OPCODE, 4)) + b"beat"

_CONTROL = frozenset({CLOSE, PING_OPCODE, PONG})
_SHORT, _MEDIUM = 125, 65_535
_MASKED = 0x80
_head_medium = struct.Struct("!BBH").pack
_head_long = struct.Struct("!BBQ").pack


def frame_text(payload: bytes) -> bytes:
    """One whole text frame as a server sends it; make it once and write it to many."""
    size = len(payload)
    if size <= _SHORT:
        return bytes((TEXT, size)) + payload
    if size <= _MEDIUM:
        return _head_medium(TEXT, 126, size) + payload
    return _head_long(TEXT, 127, size) + payload


def payload_of(framed: bytes) -> bytes:
    """What `frame_text` framed."""
    return framed[2:] if framed[1] <= _SHORT else framed[4 if framed[1] == 126 else 10 :]


def whole_frame(data: bytes | bytearray, at: int, max_bytes: int) -> tuple[int, int, int]:
    """The kind of the frame that begins at `at`, where its payload begins, and where it ends (0: not here yet).

    A frame that is not a masked, unfragmented text or control frame of ordinary length is STRANGE: something for a
    whole parser to read or to refuse.
    """
    if len(data) - at < 2:
        return (data[at] if data[at] == TEXT or data[at] in _CONTROL else STRANGE), 0, 0
    kind, size = data[at], data[at + 1] - _MASKED
    start = at + 6
    if size < 0 or size > 126 or (kind != TEXT and (kind not in _CONTROL or size > _SHORT)):
        return STRANGE, 0, 0
    if size == 126:
        if len(data) - at < 4:
            return kind, 0, 0
        size = data[at + 2] << 8 | data[at + 3]
        start = at + 8
    if size > max_bytes:
        return STRANGE, 0, 0
    return kind, start, start + size if len(data) >= start + size else 0


def unmasked(data: bytes | bytearray, start: int, end: int) -> bytes:
    """The payload that lies there, its mask just before it."""
    return apply_mask(bytes(data[start:end]), bytes(data[start - 4 : start]))
