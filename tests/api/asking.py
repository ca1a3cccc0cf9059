"""A program that speaks the HTTP contract to this process: by session with CSRF, by bearer token, or as a visitor."""

import json
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from hubbub.api.endpoint import Endpoint
from hubbub.api.openapi import codes_of
from hubbub.api.table import ENDPOINTS
from hubbub.lib.refusals import ALL_REFUSALS
from tests import cast

Json = dict[str, Any]
STATUS = {kind.code: kind.status for kind in ALL_REFUSALS}
NOT_LEAKED = ("Traceback", "SELECT ", "INSERT ", "/src/", ".py")


class Asker:
    def __init__(self, *, token: str | None = None) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.csrf_token = ""
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def sign_in(self, username: str, password: str = cast.PASSWORD) -> "Asker":
        self.csrf_token = done(self.post("session", {"username": username, "password": password}))[
            "csrf_token"
        ]
        return self

    def get(self, path: str, **query: object) -> HttpResponse:
        return self.ask("GET", path, query=query)

    def post(self, path: str, body: object = None) -> HttpResponse:
        return self.ask("POST", path, body)

    def put(self, path: str, body: object) -> HttpResponse:
        return self.ask("PUT", path, body)

    def patch(self, path: str, body: object) -> HttpResponse:
        return self.ask("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.ask("DELETE", path)

    def operate(self, room: str, op: str, client_id: str | None = None, **fields: object) -> HttpResponse:
        return self.post(f"rooms/{room}/ops", {"op": op, "client_id": client_id or cast.new_id(), **fields})

    def say(self, room: str, body: str, client_id: str | None = None) -> Json:
        return done(self.operate(room, "send", client_id, body=body))

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: dict[str, object] | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> HttpResponse:
        """`path` is below /api/v1/, or whole with a leading slash."""
        sent = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        csrf = {"X-CSRFToken": self.csrf_token} if self.csrf_token else {}
        answer: Any = self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            sent,
            content_type="application/json",
            query_params=query or {},
            headers={**self.headers, **csrf, **(headers or {})},
        )
        assert_documented(method, answer)
        documented: HttpResponse = answer
        return documented


def of(username: str) -> Asker:
    """Somebody of the cast with a bearer token."""
    return Asker(token=cast.token(username))


def signed_in(username: str) -> Asker:
    cast.actor(username)
    return Asker().sign_in(username)


def visitor() -> Asker:
    return Asker()


def content(answer: HttpResponse) -> Json:
    assert answer.headers["Content-Type"] == "application/json"
    return dict(json.loads(answer.content))


def done(answer: HttpResponse, status: int = 200) -> Json:
    assert answer.status_code == status, (answer.status_code, answer.content)
    return content(answer)


def refused(answer: HttpResponse, code: str) -> Json:
    """Exactly this refusal, with its own status and without anything that is nobody's business."""
    told = content(answer)
    assert (told["code"], answer.status_code) == (code, STATUS[code]), told
    assert set(told) <= {"code", "detail", "retry_after_ms"}
    assert told["detail"]
    assert not any(word in told["detail"] for word in NOT_LEAKED)
    return told


def assert_documented(method: str, answer: HttpResponse) -> None:
    """Whatever a test asks, the answer is one that the OpenAPI document tells of for this address."""
    path = answer.wsgi_request.path_info[1:]  # type: ignore[attr-defined]
    endpoint = next((known for known in ENDPOINTS if known.method == method and _matches(known, path)), None)
    if endpoint is None or not answer.content:
        return
    told = json.loads(answer.content)
    if answer.status_code >= 400:
        assert told["code"] in codes_of(endpoint), f"{method} {path} does not tell of {told['code']}"
        return
    assert answer.status_code in endpoint.statuses, f"{method} {path} does not tell of {answer.status_code}"
    if endpoint.answer is not dict:
        assert set(told) <= set(endpoint.answer.__struct_fields__)


def _matches(endpoint: Endpoint[Any], path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", endpoint.path), path) is not None
