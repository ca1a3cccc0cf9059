"""A Django project with its own users, sessions, pages, admin and plain SQLite gets the chat by three lines."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.absent import ROOT
from tests.support.http_client import HttpClient, accepted, refused
from tests.support.people import PASSWORD, as_lines
from tests.support.program import Program
from tests.support.sockets import RoomSocket, SessionSocket
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
THREE_LINES = {
    "settings.py": "INSTALLED_APPS += hubbub.APPS",
    "urls.py": 'path("", include("hubbub.urls"))',
    "asgi.py": 're_path(r"^ws/", hubbub.realtime.sockets())',
}


class Shop(Program):
    """The shop, served by uvicorn as any ASGI application is."""

    SETTINGS, APPLICATION = "tests.host.settings", "tests.host.asgi:application"

    def __init__(self) -> None:
        super().__init__("shop")
        self._open: list[HttpClient | SessionSocket | RoomSocket] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        ours = ("HUBBUB_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PYTEST_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        place = {"SHOP_FOLDER": str(self.folder), "PYTHONPATH": str(ROOT)}
        return {**inherited, **place, "DJANGO_SETTINGS_MODULE": self.SETTINGS}

    def command(self) -> list[str]:
        names = (f"{name}={value}" for name, value in self.environment.items())
        served = ("-m", "uvicorn", self.APPLICATION, "--port", str(self.port))
        return ["env", "-i", *names, sys.executable, *served]

    def answers(self) -> bool:
        try:
            return httpx2.get(self.base_url, timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    def manage(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env=self.environment,
            cwd=self.folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def client(self, login: str | None = None) -> HttpClient:
        client = HttpClient(self.base_url)
        self._open.append(client)
        if login is not None:
            client.sign_in(login)
        return client

    def session_socket(self, who: HttpClient) -> SessionSocket:
        socket = SessionSocket(self.base_url, who)
        self._open.append(socket)
        socket.hello()
        return socket

    def room_socket(self, who: HttpClient, room: str) -> RoomSocket:
        socket = RoomSocket(self.base_url, who, room=room)
        self._open.append(socket)
        socket.expect("user_list")
        return socket

    def close_all(self) -> None:
        while self._open:
            self._open.pop().close()


@pytest.fixture
def shop(served_shop: Shop) -> Iterator[Shop]:
    yield served_shop
    served_shop.close_all()


@pytest.fixture(scope="module")
def served_shop() -> Iterator[Shop]:
    shop = Shop()
    shop.manage("migrate", "--verbosity", "0")
    shop.manage("createuser", "--bulk", given=as_lines("ada", "ben", "cleo", "eve"))
    shop.start()
    wait_until("the shop answers", shop.answers, timeout=30)
    yield shop
    shop.destroy()


@pytest.fixture(scope="module")
def orders(served_shop: Shop) -> str:
    """The id of a room that Ada made in the shop."""
    room = served_shop.client("ada").make_room("Orders")
    served_shop.close_all()
    return str(room["id"])


def through_the_door_of_the_shop(shop: Shop, login: str) -> HttpClient:
    """Signed in by the shop's own page, which knows nothing of the chat."""
    client = shop.client()
    page = client.http.get("/sign-in/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "username": login, "password": PASSWORD}
    answer = client.http.post("/sign-in/", data=form, headers={"Referer": shop.base_url})
    assert answer.status_code == 302, answer.text
    client.csrf_token = accepted(client.get("/api/v1/session"))["csrf_token"]
    return client


def test_the_chat_is_installed_by_three_lines() -> None:
    for name, line in THREE_LINES.items():
        assert line in (ROOT / "tests" / "host" / name).read_text()
        assert line in (ROOT / "docs" / "embedding.md").read_text()


def test_its_users_sign_in_to_the_chat(shop: Shop) -> None:
    client = shop.client()

    assert client.sign_in("ben")["user"]["username"] == "ben"
    refused(client.post("/api/v1/session", {"username": "ben", "password": "wrong"}), 401, "unauthenticated")


def test_whoever_is_signed_in_to_the_shop_is_signed_in_to_the_chat(shop: Shop, orders: str) -> None:
    ben = through_the_door_of_the_shop(shop, "ben")

    assert "shop_session" in ben.cookie_header
    assert "Welcome to the shop, ben" in ben.get("/").text
    answer = ben.get("/chat/")
    assert answer.status_code == 200
    assert 'id="boot"' in answer.text
    ben.say(orders, "over HTTP")


def test_a_visitor_is_sent_to_the_sign_in_page_of_the_shop(shop: Shop) -> None:
    answer = shop.client().get("/chat/")

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/sign-in/")


def test_both_sockets_and_http_speak_of_the_same(shop: Shop, orders: str) -> None:
    ben, cleo = through_the_door_of_the_shop(shop, "ben"), shop.client("cleo")
    ben.join(orders)
    cleo.join(orders)
    session, room = shop.session_socket(cleo), shop.room_socket(ben, "Orders")

    room.say("from the room socket")
    assert session.expect_event("message", orders)["body"] == "from the room socket"
    session.say(orders, "from the session socket")
    room.expect_message("from the session socket")
    cleo.say(orders, "over HTTP once more")
    room.expect_message("over HTTP once more")


def test_a_message_of_the_shop_itself_comes_with_its_commit_or_never(shop: Shop, orders: str) -> None:
    ben, cleo = through_the_door_of_the_shop(shop, "ben"), shop.client("cleo")
    room = shop.room_socket(cleo, "Orders")

    def order(what: str, **more: str) -> int:
        form = {"what": what, **more}
        headers = {"X-CSRFToken": ben.csrf_token, "Referer": shop.base_url}
        return ben.http.post("/orders/", data=form, headers=headers).status_code

    assert order("a lamp", sold_out="yes") == 409
    assert order("a chair") == 200

    room.expect_message("Order 1: a chair")
    bodies = [event.get("body") for event in ben.log_of(orders)]
    assert "Order 1: a chair" in bodies
    assert not any("lamp" in str(body) for body in bodies)


def test_ending_all_sessions_reaches_open_sockets_whatever_keeps_the_sessions(shop: Shop) -> None:
    """The shop keeps its sessions in a cache before the database."""
    eve, other = through_the_door_of_the_shop(shop, "eve"), shop.client("eve")
    socket = shop.session_socket(other)

    accepted(eve.delete("/api/v1/sessions"))

    assert socket.expect_close() == 4401
    refused(other.get("/api/v1/session"), 401, "unauthenticated")


def test_a_customer_who_is_deactivated_by_command_is_out(shop: Shop) -> None:
    shop.manage("createuser", "frank", given=f"{PASSWORD}\n")
    frank = shop.client("frank")
    socket = shop.session_socket(frank)

    shop.manage("deactivate", "frank")

    assert socket.expect_close() == 4401
    refused(frank.get("/api/v1/session"), 401, "unauthenticated")


def test_the_chat_is_in_the_back_office_of_the_shop(shop: Shop, orders: str) -> None:
    ada = through_the_door_of_the_shop(shop, "ada")
    ada.say(orders, "to be seen in the back office")

    assert "to be seen in the back office" in ada.get("/back-office/hubbub_messages/message/").text
    for page in ("hubbub_rooms/room", "hubbub_people/person", "hubbub_people/ban/add", "shop/customer"):
        assert ada.get(f"/back-office/{page}/").status_code == (404 if page.startswith("shop") else 200)


def test_the_store_of_the_shop_is_checked_backed_up_and_restored_with_its_own_tables(
    shop: Shop, orders: str, tmp_path: Path
) -> None:
    shop.client("ben").say(orders, "worth keeping")
    path = tmp_path / "shop.hubbub"
    assert "consistent" in shop.manage("check")
    shop.manage("backup", str(path))

    other = Shop()
    try:
        assert "consistent" in other.manage("restore", str(path))
        other.start()
        wait_until("the other shop answers", other.answers, timeout=30)
        said = [event.get("body") for event in other.client("ben").log_of(orders)]
        assert "worth keeping" in said
    finally:
        other.close_all()
        other.destroy()
