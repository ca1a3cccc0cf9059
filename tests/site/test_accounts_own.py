"""One's own account: tokens, sessions, language and look; and the admins' page of the workspace."""

import re

import pytest
from django.test import Client

from hubbub.people.access import caller_of_token
from hubbub.people.models import Token
from hubbub.site.accounts.models import Invitation, User
from hubbub.site.accounts.policy import room_creators, workspace
from tests.site.accounts_cast import member, owner, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada() -> User:
    return owner("Ada")


@pytest.fixture
def ben() -> User:
    return member("Ben")


def shown(content: bytes, mark: str) -> str:
    match = re.search(rf"data-{mark}>([^<]+)<", content.decode())
    return match[1] if match else ""


@pytest.mark.parametrize("path", ["/account/", "/workspace/", "/accounts/password/change/"])
def test_visitors_sign_in_first(path: str) -> None:
    assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"


def test_a_token_is_shown_once_and_works(ben: User) -> None:
    client = signed_in(ben)

    token = shown(client.post("/account/tokens/", {"name": "build"}).content, "token")

    assert caller_of_token(f"Bearer {token}").username == "Ben"
    assert token not in client.get("/account/").content.decode()
    assert "build" in client.get("/account/").content.decode()


def test_one_revokes_ones_own_tokens_and_nobody_elses(ada: User, ben: User) -> None:
    token = shown(signed_in(ben).post("/account/tokens/", {"name": "build"}).content, "token")
    path = f"/account/tokens/{Token.objects.get().pk}/revoke/"

    assert signed_in(ada).post(path).status_code == 404
    assert caller_of_token(f"Bearer {token}").username == "Ben"

    assert signed_in(ben).post(path)["Location"] == "/account/"
    assert not Token.objects.exists()


def test_signing_out_everywhere_ends_every_session_of_oneself_only(ada: User, ben: User) -> None:
    here, elsewhere, of_ada = signed_in(ben), signed_in(ben), signed_in(ada)

    assert here.post("/account/sign-out-everywhere/")["Location"] == "/accounts/login/"

    assert here.get("/account/").status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert of_ada.get("/account/").status_code == 200


def test_language_and_look_hold_on_every_page(ben: User) -> None:
    client = signed_in(ben)
    asked = {"language": "ru", "theme": "dark", "density": "compact"}

    client.post("/account/appearance/", asked)

    for path in ("/account/", "/chat/"):
        page = client.get(path).content.decode()
        assert '<html lang="ru" dir="ltr" data-theme="dark" data-density="compact" data-size="100">' in page


def test_a_look_that_does_not_exist_is_not_kept(ben: User) -> None:
    client = signed_in(ben)
    client.post("/account/appearance/", {"language": "ru", "theme": '"><script>', "density": "cosy"})
    client.cookies["hubbub_theme"] = "nonsense"

    assert 'lang="en" dir="ltr" data-theme="system"' in client.get("/account/").content.decode()


def test_only_admins_see_and_change_the_workspace(ada: User, ben: User) -> None:
    asked = {"name": "Studio", "sign_up": "closed", "room_makers": "admins"}

    assert signed_in(ben).get("/workspace/").status_code == 403
    assert signed_in(ben).post("/workspace/", asked).status_code == 403
    assert signed_in(ben).post("/workspace/invitations/", {"uses": 1, "days": 1}).status_code == 403
    assert (workspace().name, room_creators()) == ("Hubbub", "everyone")

    assert signed_in(ada).post("/workspace/", asked)["Location"] == "/workspace/"
    assert (workspace().name, workspace().sign_up, room_creators()) == ("Studio", "closed", "admins")


def test_an_invitation_link_is_shown_once_works_and_is_revoked(ada: User) -> None:
    client = signed_in(ada)

    link = shown(client.post("/workspace/invitations/", {"uses": 10, "days": 7}).content, "link")

    assert link.startswith("http://testserver/join/")
    assert Client().get(link).status_code == 200
    assert link not in client.get("/workspace/").content.decode()
    client.post(f"/workspace/invitations/{Invitation.objects.get().pk}/revoke/")
    assert Client().get(link).status_code == 404


def test_names_are_shown_as_text_and_never_as_markup(ada: User) -> None:
    client = signed_in(ada)
    client.post("/workspace/", {"name": "<b>Studio", "sign_up": "open", "room_makers": "everyone"})

    for path in ("/workspace/", "/account/", "/chat/"):
        page = client.get(path).content.decode()
        assert "<b>Studio" not in page
        assert "&lt;b&gt;Studio" in page
