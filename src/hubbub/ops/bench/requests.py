"""JSON over HTTP to the server that is measured, on one connection that stays open. Knows no endpoint."""

import json
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from hubbub.ops.bench.failed import CannotMeasure

PATIENCE_SECONDS = 60.0


class Requests:
    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Any:
        return json.loads(self.raw("GET", path))

    def post(self, path: str, body: object) -> Any:
        return json.loads(self.raw("POST", path, json.dumps(body).encode()))

    def raw(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The bytes of the answer; what is not a success ends the measurement."""
        try:
            answer, content = self._answer(method, path, body)
        except ConnectionError:  # it was quiet for so long that the server closed it
            self._connection.close()
            answer, content = self._answer(method, path, body)
        if answer.status >= 300:
            raise CannotMeasure(f"{method} {path} was answered with {answer.status}: {content[:200]!r}")
        return content

    def close(self) -> None:
        self._connection.close()

    def _answer(self, method: str, path: str, body: bytes | None) -> tuple[HTTPResponse, bytes]:
        self._connection.request(method, path, body=body, headers=self._headers)
        answer = self._connection.getresponse()
        return answer, answer.read()
