"""For a host's own code: say something in a room. Works inside the host's transaction and stands or falls with it."""

from typing import Any

from hubbub.messages.actions import operate
from hubbub.messages.operations import Send
from hubbub.messages.queries import room_named
from hubbub.people.access import actor_of
from hubbub.people.actions import person_for


def send_message(user: Any, room_name: str, body: str, *, key: str | None = None) -> str:
    """Say `body` as `user` in the named room and give the message's id. Raises `hubbub.lib.refusals.Refused`.

    The user may see and speak in the room as in the chat. The same `key` again gives the id of the first message
    and says nothing twice. Inside `transaction.atomic()` the message is seen when the host's change commits, and
    never if it is undone; until then others who write in that room wait.
    """
    actor = actor_of(person_for(user))
    room = room_named(actor, room_name).room
    return operate(actor, room.pk, Send(key or "", body)).id
