"""The same asked many times at once, on real transactions of many threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from hubbub.events.models import Event
from tests import cast
from tests.api.asking import Asker, content, of

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 20


def at_once(asker: Asker, method: str, path: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to these, each asked on a thread of its own."""

    def ask(body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = Asker(token=None)
            answer.headers = asker.headers
            return content(answer.ask(method, path, body))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as threads:
        return list(threads.map(ask, bodies))


def test_one_operation_asked_twenty_times_at_once_happens_once() -> None:
    room = cast.room("ada")
    body = {"op": "send", "client_id": "same-id", "body": "once"}

    answers = at_once(of("ada"), "POST", f"rooms/{room.wire_id}/ops", [body] * TIMES)

    assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * (TIMES - 1)
    assert len({(answer["seq"], answer["id"]) for answer in answers}) == 1
    assert Event.objects.filter(stream=room.pk, kind="message").count() == 1


def test_many_messages_at_once_get_numbers_without_a_hole() -> None:
    room = cast.room("ada")
    bodies = [{"op": "send", "client_id": f"id-{n}", "body": f"{n}"} for n in range(TIMES)]

    answers = at_once(of("ada"), "POST", f"rooms/{room.wire_id}/ops", bodies)

    assert sorted(answer["seq"] for answer in answers) == list(range(2, TIMES + 2))


def test_a_room_made_twenty_times_at_once_is_one_room() -> None:
    cast.actor("ada")

    answers = at_once(of("ada"), "POST", "rooms", [{"name": "Same", "kind": "public"}] * TIMES)

    assert len([answer for answer in answers if "id" in answer]) == 1
    assert {answer["code"] for answer in answers if "id" not in answer} == {"conflict"}


def test_a_direct_room_opened_twenty_times_at_once_is_one_room() -> None:
    cast.actor("ada")
    cast.actor("ben")

    answers = at_once(of("ada"), "POST", "direct", [{"usernames": ["ben"]}] * TIMES)

    assert len({answer["id"] for answer in answers}) == 1


def test_joining_twenty_times_at_once_makes_one_event() -> None:
    room = cast.room("ada")
    cast.actor("ben")

    at_once(of("ben"), "POST", f"rooms/{room.wire_id}/join", [{}] * TIMES)

    assert Event.objects.filter(stream=room.pk, kind="join").count() == 2
