"""Requests of one client over HTTP to whichever node, each on a connection of its own; an outage is no answer."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.people import PASSWORD

Json = dict[str, Any]
SECONDS = 15.0


@dataclass
class Reply:
    status: int
    body: Json


@dataclass
class Asking:
    """Signed in by a cookie, or by a token where there is one."""

    token: str | None = None
    csrf: str = ""
    last: str = ""  # what went wrong last, for whoever gives up
    http: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.AsyncClient(
            timeout=SECONDS, verify=False, trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0)
        )

    @property
    def headers(self) -> dict[str, str]:
        if self.token is not None:
            return {"Authorization": f"Bearer {self.token}"}
        return {"X-CSRFToken": self.csrf} if self.csrf else {}

    @property
    def socket_headers(self) -> dict[str, str]:
        if self.token is not None:
            return self.headers
        return {"Cookie": "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)}

    async def ask(self, base_url: str, method: str, path: str, body: object = None) -> Reply | None:
        """The answer; None where there was none, so that nobody knows what was done."""
        try:
            answer = await self.http.request(method, base_url + path, headers=self.headers, json=body)
            return Reply(answer.status_code, answer.json() if answer.content else {})
        except (httpx2.HTTPError, ValueError) as error:
            self.last = repr(error)
            return None

    async def sign_in(self, base_url: str, username: str) -> bool:
        self.csrf = ""
        self.http.cookies.clear()
        reply = await self.ask(
            base_url, "POST", "/api/v1/session", {"username": username, "password": PASSWORD}
        )
        if reply is None or reply.status != 200:
            self.last = self.last if reply is None else str(reply)
            return False
        self.csrf = reply.body["csrf_token"]
        return True

    def another(self) -> "Asking":
        """Another program with the same sign-in."""
        made = Asking(self.token, self.csrf)
        made.http.cookies.update(self.http.cookies)
        return made

    async def close(self) -> None:
        await self.http.aclose()
