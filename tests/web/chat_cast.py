"""The cast in rooms, on whatever user model the site has; pages are asked in this process."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from hubbub.events import journal
from hubbub.messages.actions import perform
from hubbub.messages.operations import Send
from hubbub.messages.requests import Request
from hubbub.people.access import Actor, actor_of
from hubbub.people.actions import person_for
from hubbub.rooms.actions import CreateRoom, OpenDirect, RoomAndActor, create_room, join, open_direct
from hubbub.rooms.models import Room

_create_room = journal.each(create_room)
_join = journal.each(join)
_open_direct = journal.each(open_direct)


def user(username: str, *, admin: bool = False) -> Any:
    users: Any = get_user_model()
    made = users._default_manager.create(username=username, is_staff=admin, password="!")
    person_for(made)
    return made


def signed_in(of: Any) -> Client:
    client = Client()
    client.force_login(of)
    return client


def actor(of: Any) -> Actor:
    return actor_of(person_for(of))


def room(by: Any, name: str, kind: str = "public", *, visitors: bool = False) -> Room:
    return journal.run(_create_room, CreateRoom(actor(by), name, kind, visitors=visitors))


def direct_room(by: Any, *usernames: str) -> Room:
    return journal.run(_open_direct, OpenDirect(actor(by), usernames))[0]


def joined(of: Any, room: Room) -> None:
    journal.run(_join, RoomAndActor(actor(of), room.pk))


def told(of: Any, room: Room, *texts: str) -> None:
    """So many messages, in one transaction."""
    perform([Request(actor(of), room.pk, Send("", text)) for text in texts])


def answered(of: Any, room: Room, message: str, text: str) -> None:
    perform([Request(actor(of), room.pk, Send("", text, reply_to=message))])


def island(answer: Any) -> dict[str, Any]:
    """What the page gives to the client."""
    page = answer.content.decode()
    text = page.split('<script type="application/json" id="boot">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found
