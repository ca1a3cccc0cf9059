"""The cast in rooms, on whatever user model the site has; pages are asked in this process."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from hubbub.events import journal
from hubbub.people.access import Actor, actor_of
from hubbub.people.actions import person_for
from hubbub.rooms.actions import CreateRoom, OpenDirect, create_room, open_direct
from hubbub.rooms.models import Room

_create_room = journal.each(create_room)
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


def island(answer: Any) -> dict[str, Any]:
    """What the page gives to the client."""
    page = answer.content.decode()
    text = page.split('<script type="application/json" id="boot">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found
