"""Frames as bytes: what we make is what a parser reads, and what a peer sends is read wherever it is cut."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from hubbub.realtime.framing import CLOSE, PONG, STRANGE, TEXT, frame_text, payload_of, unmasked, whole_frame

MAX_BYTES = 1_000


def masked(opcode: Opcode, payload: bytes, *, fin: bool = True) -> bytes:
    return bytes(Frame(opcode, payload, fin=fin).serialize(mask=True))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_text_is_framed_as_the_standard_says_and_found_again(size: int) -> None:
    payload = os.urandom(size)

    framed = frame_text(payload)

    assert framed == Frame(Opcode.TEXT, payload).serialize(mask=False)
    assert payload_of(framed) == payload


@given(st.binary(max_size=MAX_BYTES), st.integers(0, 40))
def test_a_peers_text_is_read_wherever_it_begins(payload: bytes, before: int) -> None:
    data = b"x" * before + masked(Opcode.TEXT, payload) + b"more"

    kind, start, end = whole_frame(data, before, MAX_BYTES)

    assert kind == TEXT
    assert unmasked(data, start, end) == payload
    assert data[end:] == b"more"


@given(st.binary(max_size=300), st.data())
def test_a_frame_that_is_not_here_yet_is_neither_whole_nor_strange(
    payload: bytes, data: st.DataObject
) -> None:
    framed = masked(Opcode.TEXT, payload)
    cut = data.draw(st.integers(1, len(framed) - 1))

    assert whole_frame(framed[:cut], 0, MAX_BYTES)[0::2] == (TEXT, 0)


@pytest.mark.parametrize(("opcode", "kind"), [(Opcode.PONG, PONG), (Opcode.CLOSE, CLOSE)])
def test_control_frames_are_told_apart(opcode: Opcode, kind: int) -> None:
    framed = masked(opcode, b"\x03\xe8")

    assert whole_frame(framed, 0, MAX_BYTES) == (kind, 6, len(framed))


@pytest.mark.parametrize(
    "framed",
    [
        pytest.param(masked(Opcode.TEXT, b"a part", fin=False), id="a fragment"),
        pytest.param(masked(Opcode.CONT, b"the rest"), id="a continuation"),
        pytest.param(masked(Opcode.BINARY, b"\0"), id="binary"),
        pytest.param(b"\x89\xfe\0\x7e" + b"x" * 130, id="a long ping"),
        pytest.param(masked(Opcode.TEXT, b"x" * (MAX_BYTES + 1)), id="too large"),
        pytest.param(masked(Opcode.TEXT, b"x" * 65_536), id="much too large"),
        pytest.param(bytes(Frame(Opcode.TEXT, b"bare").serialize(mask=False)), id="not masked"),
        pytest.param(b"\xf1\x80\0\0\0\0", id="reserved bits"),
    ],
)
def test_whatever_is_not_ordinary_is_left_to_a_whole_parser(framed: bytes) -> None:
    assert whole_frame(framed, 0, MAX_BYTES)[0] == STRANGE
