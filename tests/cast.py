"""The cast in this process, on any user model: Ada is the owner, Ben a member, Cleo a stranger, Dot a bot."""

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from hubbub.events import journal
from hubbub.messages.actions import operate
from hubbub.messages.operations import Answer, Delete, Edit, React, Send, Unreact
from hubbub.people.access import Actor, actor_of
from hubbub.people.actions import create_token, person_for
from hubbub.people.models import Person
from hubbub.rooms import actions
from hubbub.rooms.models import Room

PASSWORD = "a horse, a battery and a staple"

_create_room = journal.each(actions.create_room)
_set_member = journal.each(actions.set_member)
_remove_member = journal.each(actions.remove_member)
_open_direct = journal.each(actions.open_direct)
_ids = count(1)


def user(username: str, *, admin: bool = False) -> Any:
    users: Any = get_user_model()
    return users._default_manager.create_user(username=username, password=PASSWORD, is_staff=admin)


def person(username: str, *, admin: bool = False, bot: bool = False) -> Person:
    made = person_for(user(username, admin=admin))
    Person.objects.filter(pk=made.pk).update(is_bot=bot)
    made.refresh_from_db()
    return made


def actor(username: str) -> Actor:
    """Somebody of the cast as they may act now; made when first called for."""
    known = Person.objects.select_related("user").filter(username=username).first()
    return actor_of(known or person(username, admin=username == "ada", bot=username == "dot"))


def token(username: str) -> str:
    """A bearer token of somebody of the cast."""
    return create_token(Person.objects.get(pk=actor(username).person_id))


def room(by: str, name: str = "Atelier", kind: str = "public", *, visitors: bool = False) -> Room:
    return journal.run(_create_room, actions.CreateRoom(actor(by), name, kind, visitors=visitors))


def direct_room(by: str, *others: str) -> Room:
    for other in others:
        actor(other)
    return journal.run(_open_direct, actions.OpenDirect(actor(by), others))[0]


def room_of(wire_id: str) -> Room:
    return Room.objects.get(pk=Room.pk_of(wire_id))


def add(there: Room, by: str, username: str, role: str | None = None) -> None:
    actor(username)
    journal.run(_set_member, actions.ChangeMember(actor(by), there.pk, username, role))


def remove(there: Room, by: str, username: str) -> None:
    journal.run(_remove_member, actions.ChangeMember(actor(by), there.pk, username))


def say(
    there: Room, by: str, body: str, *, client_id: str | None = None, reply_to: str | None = None
) -> Answer:
    return operate(actor(by), there.pk, Send(client_id or new_id(), body, reply_to))


def edit(there: Room, by: str, target: str, body: str) -> Answer:
    return operate(actor(by), there.pk, Edit(new_id(), target, body))


def delete(there: Room, by: str, target: str) -> Answer:
    return operate(actor(by), there.pk, Delete(new_id(), target))


def react(there: Room, by: str, target: str, emoji: str = "👍") -> Answer:
    return operate(actor(by), there.pk, React(new_id(), target, emoji))


def unreact(there: Room, by: str, target: str, emoji: str = "👍") -> Answer:
    return operate(actor(by), there.pk, Unreact(new_id(), target, emoji))


def new_id() -> str:
    return f"c{next(_ids)}"
