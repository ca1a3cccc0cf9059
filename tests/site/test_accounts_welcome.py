"""The first run: every page leads to one screen, and that makes one owner."""

import threading

import pytest
from django.db import connections
from django.test import Client

from hubbub.rooms.models import Room
from hubbub.site.accounts.models import User, Workspace
from tests.site.accounts_cast import PASSWORD, owner

ASKED = {"username": "Ada", "email": "Ada@Example.org", "password": PASSWORD, "workspace": "Atelier"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/chat/", "/chat/general/", "/accounts/login/", "/accounts/signup/", "/admin/"]
)
def test_while_nobody_has_an_account_every_page_leads_to_the_first_screen(path: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/welcome/")


@pytest.mark.django_db
def test_the_first_screen_makes_the_owner_the_workspace_and_a_room() -> None:
    client = Client()

    answer = client.post("/welcome/", ASKED)

    assert answer["Location"] == "/chat/general/"
    ada = User.objects.get()
    assert (ada.username, ada.email, ada.is_staff, ada.is_superuser) == ("Ada", "ada@example.org", True, True)
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert Workspace.objects.get().name == "Atelier"
    room = Room.objects.get()
    assert (room.name, room.kind) == ("general", "public")
    assert list(room.memberships.values_list("person__username", "role")) == [("Ada", "manager")]


@pytest.mark.django_db
def test_the_first_screen_says_what_is_wrong_and_makes_nothing() -> None:
    answer = Client().post("/welcome/", {**ASKED, "username": "everyone", "password": "12345678"})

    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"username", "password"}
    assert not User.objects.exists()
    assert not Workspace.objects.exists()


@pytest.mark.django_db
def test_once_there_is_an_owner_the_first_screen_is_closed() -> None:
    owner()

    answer = Client().post("/welcome/", {**ASKED, "username": "Cleo", "email": ""})

    assert answer["Location"] == "/"
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_owner() -> None:
    barrier = threading.Barrier(2)
    landed: list[str] = []

    def submit(username: str) -> None:
        client = Client()
        client.get("/welcome/")
        barrier.wait()
        answer = client.post("/welcome/", {**ASKED, "username": username, "email": ""})
        landed.append(answer["Location"])
        connections.close_all()

    threads = [threading.Thread(target=submit, args=(name,)) for name in ("Ada", "Cleo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert User.objects.count() == 1
    assert landed.count("/chat/general/") == 1
    assert set(landed) - {"/chat/general/"} <= {"/accounts/login/", "/"}
