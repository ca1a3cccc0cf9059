"""A store with something in it for the tests of backup and check: Ada, Ben, and what they said."""

from itertools import count

from django.contrib.auth import get_user_model

from hubbub.events import journal
from hubbub.messages.actions import operate
from hubbub.messages.operations import Delete, Edit, React, Send, Unreact
from hubbub.people.access import Actor, actor_of
from hubbub.people.actions import person_for
from hubbub.rooms.actions import (
    ChangeMember,
    ChangeRoom,
    CreateRoom,
    OpenDirect,
    RoomAndActor,
    change_room,
    create_room,
    leave,
    open_direct,
    set_member,
)

_numbers = count(1)


def person(name: str, *, admin: bool = False) -> Actor:
    user = get_user_model()(username=name, is_staff=admin)
    user.set_password("a password")
    user.save()
    return actor_of(person_for(user))


def say(actor: Actor, room: int, text: str, **fields: str) -> str:
    return operate(actor, room, Send(f"c{next(_numbers)}", text, **fields)).id


def tell_story() -> tuple[Actor, Actor, int]:
    """Something of everything that a log can hold; gives Ada, Ben and the number of their room."""
    ada, ben = person("ada", admin=True), person("ben")
    room = journal.run(journal.each(create_room), CreateRoom(ada, "Чай")).pk
    journal.run(journal.each(set_member), ChangeMember(ada, room, "ben"))
    first = say(ben, room, "hello @ada 👋 \U0001f469\U0001f3fd")
    say(ada, room, "hi", reply_to=first)
    operate(ben, room, Edit("e1", first, "hello, @ada!"))
    operate(ada, room, React("r1", first, "👍"))
    operate(ben, room, React("r2", first, "🎉"))
    operate(ben, room, Unreact("r3", first, "🎉"))
    wrong = say(ben, room, "oops @ada")
    operate(ben, room, Edit("e2", wrong, "oops!"))
    operate(ben, room, Delete("d1", wrong))
    journal.run(journal.each(change_room), ChangeRoom(ada, room, topic="All about tea"))
    journal.run(journal.each(leave), RoomAndActor(ben, room))
    say(ben, room, "back again")
    private, _ = journal.run(journal.each(open_direct), OpenDirect(ada, ("ben",)))
    say(ada, private.pk, "psst @ben")
    return ada, ben, room
