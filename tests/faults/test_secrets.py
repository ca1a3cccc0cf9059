"""Distinctive secrets everywhere, and then everything fails: none of them is in a log, a refusal or an address."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.faults.conftest import UNHURRIED
from tests.support.fixtures import Servers
from tests.support.http_client import HttpClient
from tests.support.hubbub_process import HubbubServer
from tests.support.people import PASSWORD
from tests.support.sockets import SessionSocket

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
KEY, STORE_PASSWORD = "planted-key-of-the-server", "planted-password-of-the-store"
GUESSED, MISTYPED = "planted guess at a password", "planted password in a broken line"
SAID, EDITED, REFUSED, BROKEN = (
    "planted words to one person",
    "planted later words",
    "planted words, far too many " * 400,
    "planted scrap",
)
WRONG_TOKEN, INVITATION, RESET = "planted-token-that-is-none", "planted-invitation-code", "planted-reset-key"
TABLES = (
    "hubbub_receipt",
    "hubbub_event",
    "hubbub_message",
    "hubbub_room",
    "hubbub_user",
    "hubbub_invitation",
)
ON_EACH_STORE = pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])]
)
Execute = Callable[[str], None]


class Ear:
    """Keeps what was refused, and where people were sent, for the search."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def answer(self, answer: httpx2.Response) -> int:
        self.heard.append(
            f"{answer.headers.get('Location', '')} {answer.text if answer.status_code >= 400 else ''}"
        )
        return answer.status_code


@ON_EACH_STORE
def test_no_secret_is_in_a_log_a_refusal_an_address_or_an_argument(
    hubbub_server: Servers, store: str
) -> None:
    place = hubbub_server.place(store=store)
    if place.database_url is not None:
        address = place.database_url.replace("postgres@", f"postgres:{STORE_PASSWORD}@")
        place = replace(place, database_url=address)
    server = hubbub_server(place=place, env=UNHURRIED | {"HUBBUB_SECRET_KEY": KEY})
    execute = executing(server, place.database_url)
    ada, ear = server.client("ada"), Ear()
    token = server.token("ada")
    socket = server.session_socket(token)
    socket.hello()
    arguments = Path(f"/proc/{server.pid}/cmdline").read_text()

    _come_and_guess(server, ear)
    talk(ada, socket, ear)
    for table in TABLES:
        with without(execute, table):
            talk(ada, socket, ear)
            _come_and_guess(server, ear)
    with refusing_rows(execute, store):
        talk(ada, socket, ear)
    server.terminate()

    assert "Traceback" in server.log, "nothing failed: nothing was put to the test"
    secrets = [KEY, STORE_PASSWORD, GUESSED, MISTYPED, PASSWORD, token, SAID, EDITED, "planted"]
    secrets += [cookie.value or "" for cookie in ada.http.cookies.jar if cookie.name == "hubbub_session"]
    secrets.append(ada.csrf_token)
    for where, text in {"log": server.log, "answers": "\n".join(ear.heard), "arguments": arguments}.items():
        for secret in secrets:
            assert secret not in text, f"{secret} is in the {where}: {around(text, secret)}"


def _come_and_guess(server: HubbubServer, ear: Ear) -> None:
    visitor = server.client()
    ear.answer(visitor.post("/api/v1/session", {"username": "ada", "password": GUESSED}))
    broken = f'{{"username": "ada", "password": "{MISTYPED}'
    ear.answer(
        visitor.http.post("/api/v1/session", content=broken, headers={"Content-Type": "application/json"})
    )
    with HttpClient(server.base_url, token=WRONG_TOKEN).http as stranger:
        ear.answer(stranger.get("/api/v1/rooms"))
    ear.answer(visitor.get(f"/join/{INVITATION}/"))
    ear.answer(visitor.get(f"/accounts/password/reset/key/1-{RESET}/"))
    page = visitor.get("/accounts/login/")
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    form = {"login": "ada", "password": GUESSED, "csrfmiddlewaretoken": found.group(1) if found else ""}
    ear.answer(visitor.http.post("/accounts/login/", data=form, headers={"Origin": server.base_url}))


def talk(ada: HttpClient, socket: SessionSocket, ear: Ear) -> None:
    """Words that are taken, refused and broken, over both doors."""
    opened = ada.post("/api/v1/direct", {"usernames": ["ben"]})
    ear.answer(opened)
    room_id = opened.json()["id"] if opened.is_success else "r1"
    for fields in (
        {"op": "send", "body": SAID},
        {"op": "edit", "target": "m1", "body": EDITED},
        {"op": "send", "body": REFUSED},
    ):
        ear.answer(
            ada.post(f"/api/v1/rooms/{room_id}/ops", {"client_id": f"planted-{len(ear.heard)}", **fields})
        )
    ear.answer(
        ada.post(f"/api/v1/rooms/{room_id}/ops", {"client_id": "planted-again", "op": "send", "body": SAID})
    )
    ear.answer(
        ada.post(f"/api/v1/rooms/{room_id}/ops", {"client_id": "planted-again", "op": "send", "body": EDITED})
    )
    ear.answer(
        ada.http.post(
            f"/api/v1/rooms/{room_id}/ops", content=f'{{"{BROKEN}', headers={"X-CSRFToken": ada.csrf_token}
        )
    )
    ear.answer(ada.get(f"/api/v1/rooms/{room_id}/messages"))
    ear.answer(ada.get("/chat/"))
    with suppress(AssertionError):  # the table may be gone that lets it go on
        for fields in ({"body": SAID}, {"body": REFUSED}):
            answer = socket.operate("send", room_id, **fields)
            ear.heard.append(str(answer.get("detail", "")))


@contextmanager
def without(execute: Execute, table: str) -> Iterator[None]:
    execute(f"ALTER TABLE {table} RENAME TO taken_away")
    try:
        yield
    finally:
        execute(f"ALTER TABLE taken_away RENAME TO {table}")


@contextmanager
def refusing_rows(execute: Execute, store: str) -> Iterator[None]:
    """The store refuses what is said, and would tell why with all that is in the row."""
    if store == "postgres":
        execute("ALTER TABLE hubbub_message ADD CONSTRAINT no CHECK (body = '') NOT VALID")
    else:
        execute("CREATE TRIGGER no BEFORE INSERT ON hubbub_message BEGIN SELECT RAISE(ABORT, 'no'); END")
    yield


def executing(server: HubbubServer, database_url: str | None) -> Execute:
    def execute(statement: str) -> None:
        if database_url is not None:
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute(statement)
            return
        with closing(sqlite3.connect(server.place.data / "hubbub.sqlite3", timeout=20)) as file:
            file.execute(statement)
            file.commit()

    return execute


def around(text: str, secret: str) -> str:
    at = text.index(secret)
    return text[max(0, at - 600) : at + 200]
