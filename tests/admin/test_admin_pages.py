"""The admin pages: who sees them, what they list, and that what they change is an event or ends open sign-ins."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hubbub.events.models import Event
from hubbub.messages.models import Message, Reaction
from hubbub.ops import consistency
from hubbub.people.models import Ban, Person, Token
from hubbub.rooms.models import Membership, Room
from tests import cast

pytestmark = pytest.mark.django_db
LISTED = [Room, Membership, Message, Reaction, Person, Ban, Token]


@pytest.fixture
def ada() -> Client:
    """The owner, in the admin site."""
    cast.actor("ada")
    user: Any = Person.objects.get(username="ada").user
    user.is_superuser = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def url(model: type[Model], page: str = "changelist", *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def act(client: Client, action: str, rows: Iterable[Model], **more: str) -> str:
    """Run an action on these rows; what the page says afterwards."""
    chosen = list(rows)
    answer = client.post(
        url(type(chosen[0])),
        {"action": action, ACTION_CHECKBOX_NAME: [str(row.pk) for row in chosen], **more},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def kinds(room: Room) -> list[str]:
    return list(Event.objects.filter(stream=room.pk).order_by("seq").values_list("kind", flat=True))


def fill(rooms: int) -> None:
    for number in range(rooms):
        there = cast.room("ben", f"room {Room.objects.count()} {number}")
        said = cast.say(there, "ben", f"message {number}")
        cast.react(there, "cleo", said.id, "👍")
        cast.direct_room("ben", f"pal{Person.objects.count()}")
        person = Person.objects.order_by("pk").last()
        assert person is not None
        Ban.objects.create(person=person, by=None)
        cast.token("ben")


@pytest.mark.parametrize("model", LISTED, ids=lambda model: str(model.__name__))
def test_a_list_takes_no_more_queries_for_more_rows(ada: Client, model: type[Model]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ada.get(url(model), {"q": "e"}).status_code == 200
            assert ada.get(url(model)).status_code == 200
        return len(captured)

    fill(1)
    queries()  # the first look of a session makes what later ones find
    before = queries()
    fill(5)

    assert queries() == before
    assert before < 20


@pytest.mark.parametrize("model", LISTED, ids=lambda model: str(model.__name__))
def test_each_row_has_a_page(ada: Client, model: type[Model]) -> None:
    fill(1)
    row = model._default_manager.first()
    assert row is not None

    assert ada.get(url(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", LISTED, ids=lambda model: str(model.__name__))
def test_nothing_is_deleted_past_the_log(ada: Client, model: type[Model]) -> None:
    fill(1)
    row = model._default_manager.first()
    assert row is not None
    before = model._default_manager.count()

    assert "delete_selected" not in ada.get(url(model)).content.decode()
    assert ada.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.count() == before


def test_every_model_is_registered_without_the_stock_deletion() -> None:
    for model in LISTED:
        assert type(admin.site.get_model_admin(model)).__module__.startswith("hubbub.ops.admin")


def test_a_deletion_asks_first_and_is_an_event_in_the_name_of_the_admin(ada: Client) -> None:
    there = cast.room("ben")
    cast.say(there, "ben", "something rude")
    row = Message.objects.get(body="something rude")

    assert "something rude" in act(ada, "take_back", [row])
    assert kinds(there)[-1] == "message"

    act(ada, "take_back", [row], confirmed="yes")

    event = Event.objects.get(stream=there.pk, kind="delete")
    assert event.by == cast.actor("ada").person_id
    row.refresh_from_db()
    assert (row.body, row.deleted_at is not None) == ("", True)
    assert "rude" not in "".join(Event.objects.values_list("data", flat=True))


@pytest.mark.parametrize("private", [True, False], ids=["private", "direct"])
def test_an_admin_takes_back_what_was_said_where_they_do_not_belong(ada: Client, private: bool) -> None:
    there = cast.room("ben", "Cellar", "private") if private else cast.direct_room("ben", "cleo")
    cast.say(there, "ben", "something rude")
    assert not Membership.objects.filter(room=there, person__username="ada").exists()

    act(ada, "take_back", Message.objects.all(), confirmed="yes")

    assert kinds(there)[-1] == "delete"
    assert list(consistency.findings()) == []


def test_rooms_are_archived_and_brought_back_by_events(ada: Client) -> None:
    there = cast.room("ben", "Cellar", "private")

    act(ada, "archive", [there])
    assert Room.objects.exclude(archived_at=None).get() == there
    act(ada, "unarchive", [there])

    assert Room.objects.filter(archived_at=None).get() == there
    assert kinds(there)[-2:] == ["room", "room"]


def test_a_room_is_changed_by_an_event(ada: Client) -> None:
    there = cast.room("ben")

    answer = ada.post(
        url(Room, "change", there.pk), {"name": "Студия", "topic": "Light", "kind": "private", "visitors": ""}
    )

    assert answer.status_code == 302
    there.refresh_from_db()
    assert (there.name, there.topic, there.kind) == ("Студия", "Light", "private")
    assert kinds(there)[-1] == "room"
    assert list(consistency.findings()) == []


def test_a_room_that_is_not_changed_makes_no_event(ada: Client) -> None:
    there = cast.room("ben")
    before = kinds(there)

    ada.post(url(Room, "change", there.pk), {"name": there.name, "topic": "", "kind": "public"})

    assert kinds(there) == before


@pytest.mark.parametrize(
    "wrong", [{"name": "a/b"}, {"name": "Cellar"}, {"name": " cELLAR "}, {"name": ""}, {"kind": "direct"}]
)
def test_a_change_that_the_domain_refuses_changes_nothing(ada: Client, wrong: dict[str, str]) -> None:
    cast.room("ben", "Cellar")
    there = cast.room("ben")

    answer = ada.post(
        url(Room, "change", there.pk), {"name": "Studio", "topic": "", "kind": "public"} | wrong, follow=True
    )

    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    there.refresh_from_db()
    assert there.name == "Atelier"


def test_an_archived_room_is_not_changed(ada: Client) -> None:
    there = cast.room("ben")
    act(ada, "archive", [there])
    before = kinds(there)

    answer = ada.post(
        url(Room, "change", there.pk), {"name": "Studio", "topic": "", "kind": "public"}, follow=True
    )

    assert "archived" in answer.content.decode()
    assert kinds(there) == before


def test_a_direct_room_is_only_seen(ada: Client) -> None:
    there = cast.direct_room("ben", "cleo")

    assert "ben, cleo" in ada.get(url(Room)).content.decode()
    assert ada.post(url(Room, "change", there.pk), {"name": "ours", "kind": "public"}).status_code == 403
    act(ada, "archive", [there])
    assert kinds(there) == ["join", "join"]


def test_a_member_is_removed_by_an_event_but_not_from_a_direct_room(ada: Client) -> None:
    there = cast.room("ben", "Cellar", "private")
    cast.add(there, "ben", "cleo")
    direct = cast.direct_room("ben", "cleo")

    said = act(ada, "remove", Membership.objects.filter(person__username="cleo"))

    assert "keeps its people" in said
    assert kinds(there)[-1] == "leave"
    assert [*Membership.objects.filter(person__username="cleo").values_list("room", flat=True)] == [direct.pk]


def test_people_are_banned_and_let_in_again(ada: Client) -> None:
    cast.actor("ben")
    people = Person.objects.filter(username__in=["ben", "ada"])

    act(ada, "ban", people)
    assert [ban.person.username for ban in Ban.objects.in_force()] == ["ben"]
    assert Ban.objects.get().by == Person.objects.get(username="ada")

    act(ada, "lift_bans", people)
    assert not Ban.objects.in_force().exists()
    assert Ban.objects.count() == 1


def test_a_ban_is_made_by_its_form(ada: Client) -> None:
    cast.actor("ben")
    form = {"person": Person.objects.get(username="ben").pk, "reason": "noise", "until_0": "", "until_1": ""}

    assert ada.get(url(Ban, "add")).status_code == 200
    assert ada.post(url(Ban, "add"), form).status_code == 302
    assert Ban.objects.in_force().get().reason == "noise"

    past = {"until_0": "2020-01-01", "until_1": "00:00:00"}
    assert ada.post(url(Ban, "add"), form | past).status_code == 200
    assert ada.post(url(Ban, "add"), form | {"person": cast.actor("ada").person_id}).status_code == 200
    assert Ban.objects.count() == 1
    assert Ban.objects.get().by == Person.objects.get(username="ada")


def test_a_person_is_deactivated_with_their_tokens_but_not_oneself(ada: Client) -> None:
    cast.token("ben")
    cast.token("ada")

    act(ada, "deactivate", Person.objects.all())

    active = Person.objects.filter(user__is_active=True)
    assert [person.username for person in active] == ["ada"]
    assert [token.person.username for token in Token.objects.all()] == ["ada"]


def test_a_token_is_revoked_and_its_digest_is_never_shown(ada: Client) -> None:
    cast.token("ben")
    row = Token.objects.get()

    pages = [ada.get(url(Token)), ada.get(url(Token, "change", row.pk))]
    assert all(row.digest not in page.content.decode() for page in pages)

    act(ada, "revoke", [row])
    assert not Token.objects.exists()


def staff(username: str, *codenames: str) -> Client:
    user: Any = cast.user(username, admin=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def test_whoever_may_only_look_changes_nothing(ada: Client) -> None:
    there = cast.room("ben")
    cast.say(there, "ben", "hello")
    looking = staff("vera", "view_message", "view_room", "view_person")

    assert looking.get(url(Message)).status_code == 200
    act(looking, "take_back", Message.objects.all(), confirmed="yes")
    act(looking, "archive", [there])
    assert looking.post(url(Room, "change", there.pk), {"name": "x", "kind": "public"}).status_code == 403

    assert kinds(there) == ["join", "message"]


def test_only_a_superuser_acts_on_a_superuser(ada: Client) -> None:
    cast.actor("ben")
    helping = staff("vera", "change_person", "view_person")

    act(helping, "deactivate", Person.objects.filter(username__in=["ada", "ben"]))

    assert [person.username for person in Person.objects.filter(user__is_active=True)] == ["ada"]
    assert Person.objects.filter(username="ben", user__is_active=False).exists()


def test_a_stranger_sees_none_of_it() -> None:
    client = Client()
    client.force_login(cast.user("cleo"))

    assert [client.get(url(model)).status_code for model in LISTED] == [302] * len(LISTED)
