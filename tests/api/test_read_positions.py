"""Read positions over HTTP, and what is unread after them."""

import pytest

from tests import cast
from tests.api.asking import done, of, refused
from tests.api.test_rooms import made

pytestmark = pytest.mark.django_db


def test_unread_messages_and_mentions_are_counted_after_the_read_position() -> None:
    room = made("ada")
    cast.actor("ben")
    ben, ada = of("ben"), of("ada")
    done(ben.post(f"rooms/{room}/join"))
    ben.say(room, "my own")
    ada.say(room, "one")
    seen = ada.say(room, "two @ben")
    ada.say(room, "three @ben")

    before = done(ben.get(f"rooms/{room}"))
    moved = done(ben.put(f"rooms/{room}/read", {"seq": seen["seq"]}))
    after = done(ben.get(f"rooms/{room}"))

    assert (before["unread"], before["mentions"], before["read"]) == (3, 2, 1)
    assert moved == {"room": room, "seq": seen["seq"], "unread": 1, "mentions": 1}
    assert (after["unread"], after["mentions"], after["read"]) == (1, 1, seen["seq"])


def test_the_read_position_goes_backwards_only_when_asked_to() -> None:
    room = made("ada")
    ada = of("ada")
    for number in range(3):
        ada.say(room, f"{number}")

    positions = [
        done(ada.put(f"rooms/{room}/read", body))["seq"]
        for body in [
            {"seq": 3},
            {"seq": 2},
            {"seq": 1, "unread": True},
            {"seq": 10**18},
            {"seq": 0, "unread": False},
        ]
    ]

    assert positions == [3, 3, 1, 4, 4]


@pytest.mark.parametrize(
    "body", [{}, {"seq": -1}, {"seq": "1"}, {"seq": 1.5}, {"seq": None}, {"seq": 1, "unread": 1}]
)
def test_a_read_position_that_cannot_be_is_refused(body: object) -> None:
    room = made("ada")

    refused(of("ada").put(f"rooms/{room}/read", body), "bad_field")


def test_only_members_have_a_read_position() -> None:
    room = made("ada")
    cast.actor("cleo")

    refused(of("cleo").put(f"rooms/{room}/read", {"seq": 1}), "forbidden")
