"""What holds for every address: malformed input, methods, sizes, outages, headers, and queries that reading takes."""

import json
import logging
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from hubbub.api.endpoint import Endpoint
from hubbub.api.table import ENDPOINTS
from hubbub.limits import LIMITS
from tests import cast
from tests.api.asking import content, done, of, refused, signed_in, visitor

pytestmark = pytest.mark.django_db

ADDRESSES = sorted({endpoint.path for endpoint in ENDPOINTS})
WITH_BODY = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS if endpoint.has_body]


FIELDS = (
    *("username", "password", "current", "new", "name", "kind", "topic", "visitors", "archived", "role"),
    *("usernames", "seq", "unread", "client_id", "body", "target", "emoji", "reply_to"),
)


def filled(path: str) -> str:
    return "/" + path.replace("{room}", "r1").replace("{username}", "ben")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"nonsense", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b'{"a": NaN}', "bad_json"),
        (b'{"a": 1, "a": 2}', "bad_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "bad_json"),
        (b"[" * 10_000, "bad_json"),
        (b'{"a": "\\u0000"}', "bad_text"),
        (b'{"a": "\\ud800"}', "bad_text"),
        (b"[]", "bad_field"),
        (b"null", "bad_field"),
        (b"7", "bad_field"),
        (b'"text"', "bad_field"),
    ],
    ids=lambda part: str(part)[:24],
)
@pytest.mark.parametrize(("method", "path"), WITH_BODY, ids=str)
def test_a_body_that_is_no_object_is_refused(method: str, path: str, raw: bytes, code: str) -> None:
    cast.room("ada")

    refused(of("ada").ask(method, filled(path), raw=raw), code)


@pytest.mark.parametrize(("method", "path"), WITH_BODY, ids=str)
@pytest.mark.parametrize(
    "wrong", [None, True, 5, 1.5, "text", [], {}, [None], {"a": 1}, 10**24, -1, "x" * 9000]
)
def test_no_value_of_any_field_breaks_an_endpoint(method: str, path: str, wrong: object) -> None:
    cast.room("ada")
    fields = dict.fromkeys(FIELDS, wrong)

    for op in (wrong, "send", "edit", "delete", "react", "unreact"):
        answer = of("ada").ask(method, filled(path), {**fields, "op": op})
        assert answer.status_code < 500
        assert answer.status_code < 300 or content(answer)["code"]


def test_a_body_may_be_as_long_as_the_limit_says_and_no_longer() -> None:
    room = cast.room("ada").wire_id
    body = json.dumps({"op": "send", "client_id": "x", "body": "hi"}).encode()
    fits = body.ljust(LIMITS.frame_bytes)

    refused(of("ada").ask("POST", f"rooms/{room}/ops", raw=fits + b" "), "too_large")
    done(of("ada").ask("POST", f"rooms/{room}/ops", raw=fits))
    refused(visitor().ask("POST", "session", raw=b" " * 70_000), "too_large")
    refused(of("ada").ask("POST", f"rooms/{room}/join", raw=b" " * 70_000), "too_large")


def test_the_body_is_read_whatever_its_type_is_called() -> None:
    room = cast.room("ada").wire_id
    ada = signed_in("ada")
    body = json.dumps({"op": "send", "client_id": "x", "body": "hi"}).encode()

    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        answer = ada.client.generic(
            "POST",
            f"/api/v1/rooms/{room}/ops",
            body,
            content_type=kind,
            headers={"X-CSRFToken": ada.csrf_token},
        )
        assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    "path",
    ["", "/", "/nothing", "/rooms/", "/rooms/r1/nothing", "/rooms/r1/members/a/b", "/session/", "/openapi"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "TRACE", "BREW"])
def test_an_unknown_address_is_not_found_in_json(path: str, method: str) -> None:
    refused(of("ada").ask(method, f"/api/v1{path}"), "not_found")


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_method_that_is_not_there_is_not_found_and_told_which_are(path: str) -> None:
    there = {endpoint.method for endpoint in ENDPOINTS if endpoint.path == path}
    ada = of("ada")

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - there:
        answer = ada.ask(method, filled(path))
        refused(answer, "not_found")
        assert there <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ADDRESSES)
def test_options_tells_the_methods(path: str) -> None:
    answer = visitor().ask("OPTIONS", filled(path))

    assert done(answer) == {}
    assert "OPTIONS" in answer.headers["Allow"]


def test_head_is_a_get_without_its_body() -> None:
    cast.actor("ada")

    answer = of("ada").ask("HEAD", "rooms")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_personal_answers_are_kept_by_nobody(endpoint: Endpoint[Any]) -> None:
    method, path = endpoint.method, endpoint.path

    answer = visitor().ask(method, filled(path))

    if path in (".well-known/hubbub", "api/v1/openapi.json"):
        assert "public" in answer.headers["Cache-Control"]
    else:
        assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "error", [OperationalError("FATAL: could not open /var/lib/secret"), RuntimeError("SELECT secret")]
)
def test_what_fails_inside_is_unavailable_and_says_nothing(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*args: object, **kwargs: object) -> None:
        raise error

    ada = of("ada")
    monkeypatch.setattr("hubbub.messages.queries.room_list", failing)

    with caplog.at_level(logging.ERROR):
        answer = ada.get("rooms")

    told = refused(answer, "unavailable")
    assert "secret" not in told["detail"]
    assert answer.headers["Retry-After"] == "1"
    assert caplog.records


def test_what_fails_before_a_view_is_unavailable_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: object, **kwargs: object) -> None:
        raise OperationalError("SELECT secret")

    ada = signed_in("ada")
    ada.client.raise_request_exception = False
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", failing)

    refused(ada.get("rooms"), "unavailable")
    refused(ada.ask("GET", "/.well-known/hubbub"), "unavailable")
    page = ada.client.get("/chat/")
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "secret" not in page.content.decode()


def test_the_contract_and_its_limits_are_told_to_anybody() -> None:
    told = done(visitor().ask("GET", "/.well-known/hubbub"))

    assert told["contract"] == 1
    assert {
        "frame_bytes", "body_chars", "name_chars", "client_id_chars", "queue_bytes", "heartbeat_ms", "drain_ms",
        "revocation_ms", "presence_lease_ms", "replay_events", "events_page", "messages_page", "history", "rates",
    } <= set(told["limits"])  # fmt: skip
    assert told["limits"]["frame_bytes"] == LIMITS.frame_bytes


def queries_of(who: str, path: str) -> int:
    asker = of(who)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        done(asker.get(path))
    return len(captured)


def test_listing_rooms_takes_as_many_queries_for_many_rooms_as_for_few() -> None:
    cast.room("ada", "First")
    cast.direct_room("ada", "ben")
    few = queries_of("ada", "rooms")

    for number in range(10):
        there = cast.room("ada", f"Room {number}", "private")
        cast.add(there, "ada", "ben")
        cast.say(there, "ben", "hello @ada")
        cast.direct_room("ada", f"somebody{number}")

    assert queries_of("ada", "rooms") == few <= 12


def test_a_page_of_messages_takes_as_many_queries_for_many_as_for_few() -> None:
    there = cast.room("ada")
    path = f"rooms/{there.wire_id}/messages"
    first = cast.say(there, "ada", "first")
    cast.react(there, "ada", cast.say(there, "ben", "hello", reply_to=first.id).id)
    few = queries_of("ada", path)

    for number in range(20):
        said = cast.say(there, f"person{number}", "hello @ada", reply_to=first.id)
        cast.react(there, "ada", said.id)
        cast.edit(there, f"person{number}", said.id, "hello again")

    assert queries_of("ada", path) == few <= 12


def test_a_page_of_the_log_takes_as_many_queries_for_many_as_for_few() -> None:
    there = cast.room("ada")
    path = f"rooms/{there.wire_id}/events"
    cast.say(there, "ada", "first")
    queries_of("ada", path)
    few = queries_of("ada", path)

    for number in range(20):
        cast.say(there, f"person{number}", "hello")
    queries_of("ada", path)

    assert queries_of("ada", path) == few <= 12
