"""News over HTTP where nothing can wait: answered at once, with when to ask again."""

import pytest

from tests import cast
from tests.api.asking import done, of, refused, signed_in, visitor

pytestmark = pytest.mark.django_db


def test_news_come_at_once_and_are_to_be_asked_for_again_at_once() -> None:
    room = cast.room("ben")
    cast.say(room, "ben", "hello")
    epoch = done(of("ben").post("poll", {"epoch": "", "rooms": {}}))["epoch"]

    told = done(of("ben").post("poll", {"epoch": epoch, "rooms": {room.wire_id: 1}}))

    assert [frame["event"]["body"] for frame in told["frames"]] == ["hello"]
    assert told["again_ms"] == 0


def test_without_news_it_says_when_to_ask_again() -> None:
    room = cast.room("ben")
    epoch = done(of("ben").post("poll", {"epoch": "", "rooms": {}}))["epoch"]

    told = done(of("ben").post("poll", {"epoch": epoch, "rooms": {room.wire_id: 1}}))

    assert told == {"epoch": epoch, "frames": [], "again_ms": 2_000}


@pytest.mark.parametrize(
    "body",
    [{}, {"epoch": "x"}, {"epoch": "x", "rooms": {"r1": "1"}}, {"epoch": "x", "rooms": []},
     {"epoch": 1, "rooms": {}}, {"epoch": "x", "rooms": {}, "wait_ms": 25_001},
     {"epoch": "x", "rooms": {}, "wait_ms": -1}],
)  # fmt: skip
def test_what_is_no_question_is_refused(body: object) -> None:
    refused(of("ben").post("poll", body), "bad_field")


def test_a_visitor_is_told_nothing() -> None:
    refused(visitor().post("poll", {"epoch": "", "rooms": {}}), "unauthenticated")


def test_with_a_cookie_the_token_is_needed() -> None:
    ben = signed_in("ben")
    done(ben.post("poll", {"epoch": "", "rooms": {}}))
    ben.csrf_token = ""

    refused(ben.post("poll", {"epoch": "", "rooms": {}}), "forbidden")
