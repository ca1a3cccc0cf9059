"""The strict decoder: what it takes, what it refuses with which code, and that it does nothing else."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.lib import strict_json
from hubbub.lib.refusals import BadJson, BadText, Refused, TooLarge
from hubbub.lib.strict_json import decode

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**24), 10**24)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", min_codepoint=32)), inner)
    ),
    max_leaves=10,
)


def test_ordinary_frames_are_decoded() -> None:
    raw = '{"type": "op", "ref": 7, "body": "Привет 👍 \\u00e9 \\ud83d\\ude00", "list": [1.5, null, true]}'
    expected = {"type": "op", "ref": 7, "body": "Привет 👍 é 😀", "list": [1.5, None, True]}

    assert decode(raw, max_bytes=1000) == expected
    assert decode(raw.encode(), max_bytes=1000) == expected


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "",
            " ",
            "{",
            "[1,]",
            "{'a': 1}",
            "nul",
            "1 2",
            '{"a":1}x',
            '"\n"',
            '"\\x"',
            "[1",
            "+1",
            "01",
            ".5",
            "1.",
        ),
        *("NaN", "[Infinity]", "-Infinity", '{"a": 1, "a": 1}', '[{"b": {"a": 1, "\\u0061": 2}}]'),
        *(
            "1" * 26,
            "-" + "1" * 26,
            "1" * 5000,
            "0." + "1" * 25,
            "1" * 20 + ".1e" + "0" * 5,
            "1e999",
            "-1e400",
        ),
        *("\ufeff{}", "١", '"\0"'),
        *(b"\xff", b'"\xed\xa0\x80"', b'"\xc0\x80"', "{}".encode("utf-16")),
    ],
)
def test_what_is_not_strict_json_is_bad_json(raw: str | bytes) -> None:
    with pytest.raises(BadJson):
        decode(raw, max_bytes=10_000)


@pytest.mark.parametrize("number", ["1" * 25, "-" + "1" * 25, "0." + "1" * 24, "1e300", "-0", "1E-400"])
def test_numbers_within_the_limit_are_taken(number: str) -> None:
    assert decode(number, max_bytes=100) == json.loads(number)


@pytest.mark.parametrize(
    "raw",
    [
        *(
            '"\\ud800"',
            '"a\\uDFFFb"',
            '["\\ude00\\ud83d"]',
            '{"\\ud800": 1}',
            '{"a": {"b": ["\\udcff"]}}',
            '"\ud800"',
        ),
        *('"\\u0000"', '{"a\\u0000": 1}', '[["x\\u0000y"]]'),
    ],
)
def test_halves_of_characters_and_nul_are_bad_text(raw: str) -> None:
    with pytest.raises(BadText):
        decode(raw, max_bytes=1000)


def test_an_escaped_backslash_before_such_letters_is_only_text() -> None:
    assert decode('"\\\\u0000 \\\\ud800"', max_bytes=100) == "\\u0000 \\ud800"


def test_bytes_are_counted_and_not_characters() -> None:
    raw = '"' + "я" * 49 + '"'
    assert decode(raw, max_bytes=100) == "я" * 49

    for too_long in (raw + " ", (raw + " ").encode(), " " * 101):
        with pytest.raises(TooLarge):
            decode(too_long, max_bytes=100)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_ends_at_its_limit_whatever_the_stack_allows(opening: str, closing: str) -> None:
    decode(opening * 32 + "1" + closing * 32, max_bytes=1000)

    for depth in (33, 500, 10_000):
        with pytest.raises(BadJson, match="deep"):
            decode(opening * depth + "1" + closing * depth, max_bytes=100_000)


def test_brackets_in_strings_and_in_a_row_are_not_depth() -> None:
    text = '[{"\\"' * 40
    raw = json.dumps([text, [[]] * 100, text])

    assert decode(raw, max_bytes=10_000) == [text, [[]] * 100, text]


@pytest.mark.parametrize("piece", ['"', '\\"', '"\\', '["\\', "\\", '"[', '{"":', "[[],", '"\\u'])
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    raw = ("[" * 40 + piece * 70_000)[:65_536]

    with pytest.raises(
        Refused
    ):  # a scanner that goes back would need minutes here, the suite's timeout tells
        decode(raw, max_bytes=65_536)


@given(JSON_VALUES)
def test_whatever_json_writes_comes_back_the_same(value: object) -> None:
    assert decode(json.dumps(value), max_bytes=10**6) == value
    assert decode(json.dumps(value, ensure_ascii=False).encode(), max_bytes=10**6) == value


@given(st.binary(max_size=200) | st.text(st.characters(), max_size=200))
@example('"\\')
@example("[" * 100)
def test_no_input_raises_anything_but_a_refusal(raw: bytes | str) -> None:
    _decode_or_refuse(raw)


@given(JSON_VALUES, st.data())
def test_no_damaged_json_raises_anything_but_a_refusal(value: object, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(value).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    _decode_or_refuse(bytes(raw))


SIGNS = ["{", "}", "[", "]", '"', ":", ",", "\\", "\\u0041", "\\ud83d", "\\n", "\\x", "é", "/**/", "}{"]
VALUES = [
    "null",
    "true",
    "-0",
    "01",
    "+1",
    ".5",
    "1.",
    "1e2",
    "1.5",
    "NaN",
    "Infinity",
    "'",
    "9" * 15,
    "9" * 16,
]
PARTS = ['"a"', '"a":', '"a":1', '"b":"c"', '{"a":"b","c":']
BYTES = ["\n", "\t", "\0", "\x01", "\x7f", "\u2028", "\ufeff", "\ud800", " ", "1" * 26]
PIECES = st.sampled_from([*SIGNS, *VALUES, *PARTS, *BYTES])
PLAIN = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="utf-8"), max_size=9),
    max_size=6,
)


@given(
    PLAIN.map(lambda value: json.dumps(value, ensure_ascii=False))
    | st.lists(PIECES, max_size=12).map("".join)
    | st.lists(PIECES, max_size=8).map(lambda pieces: "{" + "".join(pieces) + "}")
    | st.tuples(st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=4)).map(
        lambda two: '{"a":' + "".join(two[0]) + ',"b":' + "".join(two[1]) + "}"
    )
)
@example('{"a":1,"a":2}')
@example('{"a":1,"\\u0061":2}')
@example('{"a":-0}')
@example('{"a":"' + "\x01" + '"}')
@example('{"a":1e2}')
@example('{"a" : 1}')
def test_the_quick_way_for_plain_objects_gives_the_same(raw: str) -> None:
    """A space in front means nothing in JSON, and what begins with one does not go the quick way."""
    quick, slow = _outcome(raw), _outcome(" " + raw)

    assert quick == slow
    assert repr(quick) == repr(slow)  # 1, 1.0 and True are equal


def test_ordinary_operations_go_the_quick_way() -> None:
    raw = '{"type":"op","ref":12,"op":"send","room":"r1","client_id":"a.b-1","body":"Привет, \\"мир\\""}'

    assert strict_json._plain_object(raw) == decode(" " + raw, max_bytes=1000)


def _outcome(raw: str) -> object:
    try:
        return decode(raw, max_bytes=1000)
    except Refused as refusal:
        return type(refusal)


def _decode_or_refuse(raw: bytes | str) -> None:
    try:
        value = decode(raw, max_bytes=150)
    except (BadJson, BadText, TooLarge):
        return

    assert decode(json.dumps(value, ensure_ascii=False).encode(), max_bytes=10_000) == value
