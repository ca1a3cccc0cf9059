"""Django's requests in one hop: whole answers, few threads, and connections that are kept."""

import asyncio
import json
import threading
from typing import Any

import pytest
from django.db import connection

from hubbub.site.pages import THREADS, Pages

Sent = list[dict[str, Any]]


async def asked(
    pages: Pages, path: str, *, method: str = "GET", parts: tuple[bytes, ...] = (b"",), leaves: bool = False
) -> Sent:
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "headers": [(b"host", b"127.0.0.1:8000")],
    }  # fmt: skip
    coming = [
        {"type": "http.request", "body": part, "more_body": leaves or number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ]
    if leaves:
        coming.append({"type": "http.disconnect"})
    sent: Sent = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await pages(scope, receive, send)
    return sent


def threads_of_pages() -> int:
    return len([thread for thread in threading.enumerate() if thread.name.startswith("pages")])


async def test_an_answer_comes_whole_with_its_head() -> None:
    head, body = await asked(Pages(), "/.well-known/hubbub")

    fields = dict(head["headers"])
    assert head["status"] == 200
    assert fields[b"Content-Type"] == b"application/json"
    assert json.loads(body["body"])["contract"] == 1


async def test_a_body_that_comes_in_parts_is_read_as_one() -> None:
    head, body = await asked(Pages(), "/api/v1/session", method="POST", parts=(b'{"usern', b'ame": 1}'))

    assert (head["status"], json.loads(body["body"])["code"]) == (400, "bad_field")


async def test_whoever_left_before_the_end_is_not_answered() -> None:
    assert await asked(Pages(), "/.well-known/hubbub", method="POST", parts=(b"a",), leaves=True) == []


async def test_many_requests_at_once_share_a_few_threads() -> None:
    pages, before = Pages(), threads_of_pages()

    answers = await asyncio.gather(*(asked(pages, "/.well-known/hubbub") for _ in range(60)))

    assert {head["status"] for head, _ in answers} == {200}
    assert threads_of_pages() <= before + THREADS


def opened() -> Any:
    """This thread's connection, if it has one."""
    return connection.connection


def close() -> None:
    connection.close()


@pytest.mark.django_db(transaction=True)
async def test_a_thread_keeps_its_connection_where_that_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.site.pages.THREADS", 1)
    if connection.vendor != "sqlite":
        pytest.skip("the pool keeps connections there")
    pages, loop = Pages(), asyncio.get_running_loop()
    kept = []

    for _ in range(3):
        await asked(pages, "/api/v1/rooms/r1")
        kept.append(await loop.run_in_executor(pages._threads, opened))

    assert kept[0] is not None
    assert kept == [kept[0]] * 3
    await loop.run_in_executor(pages._threads, close)
