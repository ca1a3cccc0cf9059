"""A program that speaks the HTTP contract: session cookie with CSRF token, or bearer token."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.support.people import PASSWORD

Json = dict[str, Any]


class HttpClient:
    def __init__(self, base_url: str, *, token: str | None = None) -> None:
        self.base_url = base_url
        self.username: str | None = None
        self.csrf_token = ""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.http = httpx2.Client(base_url=base_url, timeout=15, headers=headers)

    def sign_in(self, username: str, password: str = PASSWORD) -> Json:
        answer = self.post("/api/v1/session", {"username": username, "password": password})
        assert answer.status_code == 200, f"{username} cannot sign in: {answer.status_code} {answer.text}"
        self.username = username
        self.csrf_token = answer.json()["csrf_token"]
        return dict(answer.json())

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def get(self, path: str, **query: str | int) -> httpx2.Response:
        return self.http.get(path, params=query)

    def post(self, path: str, body: object = None) -> httpx2.Response:
        return self.send("POST", path, body)

    def put(self, path: str, body: object = None) -> httpx2.Response:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: object = None) -> httpx2.Response:
        return self.send("PATCH", path, body)

    def delete(self, path: str, body: object = None) -> httpx2.Response:
        return self.send("DELETE", path, body)

    def send(self, method: str, path: str, body: object = None) -> httpx2.Response:
        headers = {"X-CSRFToken": self.csrf_token} if self.csrf_token else {}
        if body is None:
            return self.http.request(method, path, headers=headers)
        return self.http.request(method, path, headers=headers, json=body)

    def make_room(self, name: str, kind: str = "public", **fields: object) -> Json:
        return accepted(self.post("/api/v1/rooms", {"name": name, "kind": kind, **fields}))

    def room_named(self, name: str) -> Json:
        rooms: list[Json] = accepted(self.get("/api/v1/rooms"))["rooms"]
        return next(room for room in rooms if room["name"] == name)

    def join(self, room_id: str) -> None:
        accepted(self.post(f"/api/v1/rooms/{room_id}/join"))

    def operate(
        self, room_id: str, op: str, client_id: str | None = None, **fields: object
    ) -> httpx2.Response:
        body = {"op": op, "client_id": client_id or uuid4().hex, **fields}
        return self.post(f"/api/v1/rooms/{room_id}/ops", body)

    def say(self, room_id: str, body: str, client_id: str | None = None) -> Json:
        return accepted(self.operate(room_id, "send", client_id, body=body))

    def log_of(self, room_id: str, after: int = 0) -> list[Json]:
        """Every event after `after`, page by page."""
        found: list[Json] = []
        while True:
            page = accepted(self.get(f"/api/v1/rooms/{room_id}/events", after=after))
            found += page["events"]
            if not page["events"]:
                return found
            after = found[-1]["seq"]

    def close(self) -> None:
        self.http.close()


def accepted(answer: httpx2.Response) -> Json:
    """The body of a 2xx answer; anything else fails the test with all that was said."""
    request = answer.request
    assert answer.is_success, f"{request.method} {request.url}: {answer.status_code} {answer.text}"
    return dict(answer.json()) if answer.content else {}


def refused(answer: httpx2.Response, status: int, code: str) -> Json:
    """The body of exactly this refusal, which carries what the contract says of every refusal."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert isinstance(answer.json()["detail"], str)
    return dict(answer.json())
