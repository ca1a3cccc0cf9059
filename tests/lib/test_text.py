"""What may be said, how rooms and people may be called."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.lib.refusals import BadField, BadName, BadText, Reserved, TooLarge
from hubbub.lib.text import clean_body, clean_name, clean_username, name_key

FAMILY = "👨‍👩‍👧‍👦"
ENGLAND = "🏴󠁧󠁢󠁥󠁮󠁧󠁿"
NAMES = [
    *(
        "general",
        "Кухня и чай",
        "كافيه",
        "می\u200cخواهم",
        "हिन्दी",
        "日本語",
        "葛\U000e0100城",
        "ᠮᠣᠩᠭᠣᠯ\u180b",
        "한국어",
    ),
    *(
        FAMILY,
        "🇩🇪",
        "1️⃣ first",
        ENGLAND,
        "❤️‍🔥",
        "a.b",
        "...",
        "100%",
        "a\\b",
        "c#",
        "<b>",
        "-",
        "?x=1",
        "ß",
        "\u0301x",
    ),
]


@pytest.mark.parametrize(
    "body", ["hi", " hi \n", "\thi\r\n", "e\u0301", "\u202eabc", "\ufeffx", "a\x7f", "\u0301", FAMILY]
)
def test_a_body_is_kept_to_the_byte(body: str) -> None:
    assert clean_body(body, max_chars=100) == body


@pytest.mark.parametrize("sign", ["\0", "\x01", "\x0b", "\x0c", "\x1b", "\x1f", "\ud800"])
def test_controls_and_halves_of_characters_are_bad_text(sign: str) -> None:
    with pytest.raises(BadText):
        clean_body(f"a{sign}b", max_chars=100)


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "\n\t\r\n",
        "\u200b",
        "\u2800",
        "\u3164",
        "\xad\u2060",
        "\ufe0f",
        "\u200d \u202e",
        "\U000e0041",
    ],
)
def test_a_body_that_nobody_would_see_is_refused(body: str) -> None:
    with pytest.raises(BadField):
        clean_body(body, max_chars=100)


def test_every_space_and_format_character_alone_is_an_empty_body() -> None:
    drawn = {
        *range(0x600, 0x606),
        0x6DD,
        0x70F,
        0x890,
        0x891,
        0x8E2,
        0x110BD,
        0x110CD,
        *range(0x13430, 0x13440),
    }
    unseen = [
        chr(point)
        for point in range(0x110000)
        if unicodedata.category(chr(point)) in {"Zs", "Zl", "Zp", "Cf"}
    ]
    assert len(unseen) > 150

    for sign in unseen:
        if ord(sign) not in drawn:
            with pytest.raises(BadField):
                clean_body(sign, max_chars=10)


def test_a_body_has_a_longest_length_in_characters() -> None:
    assert clean_body("👍" * 50, max_chars=50) == "👍" * 50

    with pytest.raises(TooLarge):
        clean_body("👍" * 51, max_chars=50)


@pytest.mark.parametrize("name", NAMES)
def test_names_that_people_type_are_taken(name: str) -> None:
    cleaned = clean_name(f"  {name}\u3000\n", max_chars=80)

    assert cleaned == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "\u3000",
            ".",
            "..",
            " .. ",
            "a/b",
            "/",
            "a\nb",
            "a\tb",
            "\x1fa",
            "a\x00",
            "a\x7fb",
            "a\x85b",
            "a\u2028b",
        ),
        *("\ud800", "a\udc00", "\ufffd", "\uffff", "a\U0010ffff"),
        *(
            "\u200b",
            "a\u200bb",
            "\u202eabc",
            "a\u200e",
            "\u2066x\u2069",
            "a\ufeffb",
            "a\xadb",
            "\u2800",
            "\u3164",
            "x\u115f",
        ),
        *(
            "\u200d",
            "\u200c\u200d",
            "\ufe0f",
            " \ufe0f",
            "a\ufe0f\ufe0f",
            "\U000e0041",
            "a\U000e0041",
            "a\u180b",
        ),
        "x" * 81,
        "x" * 100_000,
    ],
)
def test_names_that_could_deceive_or_break_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        clean_name(name, max_chars=80)


def test_a_name_is_measured_as_it_is_kept() -> None:
    assert clean_name("e\u0301" * 80, max_chars=80) == "é" * 80


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("Кухня", " кухня "), ("é", "E\u0301"), ("ΌΔΟΣ", "όδος"), ("\u1e9b\u0323", "ẛ̣")],
)
def test_names_that_differ_in_case_or_composition_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_names_that_differ_otherwise_have_their_own_keys() -> None:
    assert len({name_key(name) for name in NAMES}) == len(NAMES)


@given(st.text(max_size=90))
def test_a_kept_name_has_the_key_of_what_was_typed(name: str) -> None:
    try:
        cleaned = clean_name(name, max_chars=80)
    except BadName:
        return

    assert name_key(cleaned) == name_key(name)
    assert clean_name(cleaned, max_chars=80) == cleaned
    assert cleaned.encode()


@pytest.mark.parametrize(
    "name", ["ada", "Ben_2", "аня", "user@site.org", "a+b", "x.y-z", "_a", "李雷", "4", "a.", "@ada"]
)
def test_handles_of_any_script_are_taken(name: str) -> None:
    assert clean_username(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "a b", "a/b", "a,b", "a'b", "👍", "a\n", "a\u200db", "\ud800", ".", "..", "@", "___", "-"),
        *("\u3164", "a\u3164b", "\uffa0", "\u115fa", "a" * 65, "ﷺ" * 5),
    ],
)
def test_handles_with_anything_else_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        clean_username(name)


@pytest.mark.parametrize("name", ["all", "Here", "SYSTEM", "hubbub", "ｒｏｏｍ"])
def test_words_that_call_many_are_nobodys_handle(name: str) -> None:
    with pytest.raises(Reserved):
        clean_username(name)


@given(st.text(st.characters(), max_size=100))
def test_no_text_makes_anything_but_an_answer_or_a_refusal(text: str) -> None:
    cleaners: list[Callable[[], str]] = [
        lambda: clean_body(text, max_chars=50),
        lambda: clean_name(text, max_chars=50),
        lambda: clean_username(text),
    ]
    for clean in cleaners:
        try:
            assert clean().encode()
        except (BadText, BadField, BadName, TooLarge, Reserved):
            continue
