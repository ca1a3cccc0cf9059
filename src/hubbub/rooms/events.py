"""The kinds of event that rooms record. These structs are the wire's schema and its documentation at once."""

import msgspec


class Joined(msgspec.Struct, frozen=True):
    """`join`: `user` belongs to the room from here on, as `role`; also recorded when the role changes."""

    user: str
    role: str


class Left(msgspec.Struct, frozen=True):
    """`leave`: `user` no longer belongs to the room."""

    user: str


class RoomChanged(msgspec.Struct, frozen=True):
    """`room`: what the room is from here on."""

    name: str
    topic: str
    kind: str
    visitors: bool
    archived: bool


JOIN, LEAVE, ROOM = "join", "leave", "room"
