"""What the sockets take for a frame, and what they do not."""

import json
from typing import Any

import pytest

from hubbub.lib.refusals import BadField, BadFrame, RateLimited
from hubbub.realtime import frames, room_frames


@pytest.mark.parametrize("decoded", [None, 5, "hello", [], [{}], {}, {"type": None}, {"type": "nonsense"}])
def test_a_frame_that_means_nothing_is_a_bad_frame(decoded: object) -> None:
    with pytest.raises(BadFrame):
        frames.parse(decoded)
    with pytest.raises(BadFrame):
        room_frames.parse(decoded)


@pytest.mark.parametrize(
    "decoded",
    [
        {"type": "hello"},
        {"type": "hello", "v": "1"},
        {"type": "hello", "v": 1, "resume": {"epoch": "x", "rooms": {"r1": "5"}}},
        {"type": "sub"},
        {"type": "read", "room": "r1", "seq": 1.5},
        {"type": "typing", "room": 5},
    ],
)
def test_a_field_that_is_missing_or_of_another_type_is_a_bad_field(decoded: dict[str, Any]) -> None:
    with pytest.raises(BadField):
        frames.parse(decoded)


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert frames.parse({"type": "ping", "more": [1]}) == frames.Ping()


@pytest.mark.parametrize(("ref", "kept"), [("a", "a"), (5, 5), (True, None), ([], None), ("x" * 200, None)])
def test_a_ref_is_given_back_if_it_is_a_short_text_or_a_number(ref: object, kept: object) -> None:
    assert frames.ref_of({"ref": ref}) == kept


def test_a_refusal_says_where_and_when_to_try_again() -> None:
    made = json.loads(frames.err(RateLimited("Slowly.", retry_after_ms=50), ref="a", room="r1"))

    assert made == {
        "type": "err",
        "ref": "a",
        "code": "rate_limited",
        "detail": "Slowly.",
        "room": "r1",
        "retry_after_ms": 50,
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/pm ben hello there", ("ben", "hello there")),
        ("/pm  ben \n two\nlines ", ("ben", "two\nlines")),
        ('/pm "Ann Lee" hi', ("Ann Lee", "hi")),
        ("/pmben hi", None),
        ("hello /pm ben", None),
        ("/me waves", None),
    ],
)
def test_a_private_message_names_whom_and_what(text: str, found: tuple[str, str] | None) -> None:
    assert room_frames.private_message(text) == found


@pytest.mark.parametrize(
    "text", ["/pm", "/pm ", "/pm ben", "/pm ben   ", '/pm "Ann Lee"', '/pm "" hi', '/pm "Ann']
)
def test_a_private_message_without_text_or_name_is_a_bad_field(text: str) -> None:
    with pytest.raises(BadField):
        room_frames.private_message(text)


@pytest.mark.parametrize("key", ["", "x" * 65, "ключ", "a\n"])
def test_a_key_is_printable_ascii_of_moderate_length(key: str) -> None:
    with pytest.raises(BadField):
        room_frames.check_key(key)
