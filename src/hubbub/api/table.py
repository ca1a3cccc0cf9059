"""The table of endpoints: addresses, reading, checks and the OpenAPI document are all made from it."""

from typing import Any

from hubbub.api import discovery, openapi, rooms, sessions, talk
from hubbub.api.endpoint import NOTHING, Endpoint, Reply, Sent, Visit, Who, shape
from hubbub.api.shapes import (
    ChangePassword,
    Contract,
    DirectWith,
    EventsQuery,
    Members,
    MessagesQuery,
    MoveReadPosition,
    NewMember,
    NewRoom,
    Nothing,
    ReadPosition,
    RoomChange,
    Rooms,
    Session,
    SignIn,
)
from hubbub.messages import operations
from hubbub.messages.wire import EventsPage, Known, MessagesPage, News, RoomState

API = "api/v1"
ROOM = f"{API}/rooms/{{room}}"

_OPERATION = Sent(operations.Operation, lambda fields: operations.parse(dict(fields)))
_NAMING = ("bad_name", "bad_text", "conflict", "forbidden", "too_large")


def show_openapi(visit: Visit[Nothing]) -> Reply:
    """This document."""
    return Reply(openapi.document(ENDPOINTS))


_ABOUT_SESSIONS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        method="POST", path=f"{API}/session", handler=sessions.open_session, sent=shape(SignIn), answer=Session,
        who=Who.ANYBODY, opens_session=True, refusals=("unauthenticated", "rate_limited", "forbidden"),
    ),
    Endpoint(method="GET", path=f"{API}/session", handler=sessions.show_session, sent=NOTHING, answer=Session),
    Endpoint(method="DELETE", path=f"{API}/session", handler=sessions.close_session, sent=NOTHING, answer=Nothing),
    Endpoint(method="DELETE", path=f"{API}/sessions", handler=sessions.close_sessions, sent=NOTHING, answer=Nothing),
    Endpoint(
        method="PUT", path=f"{API}/password", handler=sessions.change_password, sent=shape(ChangePassword),
        answer=Session, refusals=("rate_limited",),
    ),
)  # fmt: skip

_ABOUT_ROOMS: tuple[Endpoint[Any], ...] = (
    Endpoint(method="GET", path=f"{API}/rooms", handler=rooms.list_rooms, sent=NOTHING, answer=Rooms),
    Endpoint(
        method="POST", path=f"{API}/rooms", handler=rooms.create_room, sent=shape(NewRoom), answer=RoomState,
        statuses=(201,), rated=True, refusals=_NAMING,
    ),
    Endpoint(
        method="GET", path=ROOM, handler=rooms.show_room, sent=NOTHING, answer=RoomState, who=Who.VISITORS,
    ),
    Endpoint(
        method="PATCH", path=ROOM, handler=rooms.change_room, sent=shape(RoomChange), answer=RoomState,
        rated=True, refusals=_NAMING,
    ),
    Endpoint(method="GET", path=f"{ROOM}/members", handler=rooms.list_members, sent=NOTHING, answer=Members),
    Endpoint(
        method="POST", path=f"{ROOM}/members", handler=rooms.set_member, sent=shape(NewMember), answer=Nothing,
        rated=True, refusals=("forbidden",),
    ),
    Endpoint(
        method="DELETE", path=f"{ROOM}/members/{{username}}", handler=rooms.remove_member, sent=NOTHING,
        answer=Nothing, rated=True, refusals=("forbidden",),
    ),
    Endpoint(
        method="POST", path=f"{ROOM}/join", handler=rooms.join, sent=NOTHING, answer=RoomState, rated=True,
        refusals=("forbidden",),
    ),
    Endpoint(
        method="POST", path=f"{ROOM}/leave", handler=rooms.leave, sent=NOTHING, answer=Nothing, rated=True,
        refusals=("forbidden",),
    ),
    Endpoint(
        method="PUT", path=f"{ROOM}/read", handler=rooms.mark_read, sent=shape(MoveReadPosition),
        answer=ReadPosition, refusals=("forbidden",),
    ),
    Endpoint(
        method="POST", path=f"{API}/direct", handler=rooms.open_direct, sent=shape(DirectWith), answer=RoomState,
        statuses=(200, 201), rated=True, refusals=("not_found", "too_many"),
    ),
)  # fmt: skip

_ABOUT_TALK: tuple[Endpoint[Any], ...] = (
    Endpoint(
        method="GET", path=f"{ROOM}/events", handler=talk.list_events, sent=shape(EventsQuery), answer=EventsPage,
        who=Who.VISITORS, refusals=("gone",),
    ),
    Endpoint(
        method="GET", path=f"{ROOM}/messages", handler=talk.list_messages, sent=shape(MessagesQuery),
        answer=MessagesPage, who=Who.VISITORS,
    ),
    Endpoint(
        method="POST", path=f"{API}/poll", handler=talk.poll, sent=shape(Known), answer=News,
        refusals=("rate_limited", "too_large"),
    ),
    Endpoint(
        method="POST", path=f"{ROOM}/ops", handler=talk.operate, sent=_OPERATION, answer=operations.Answer,
        rated=True,
        refusals=("bad_text", "unknown_op", "forbidden", "conflict", "gone", "too_large", "too_many"),
    ),
)  # fmt: skip

_ABOUT_ITSELF: tuple[Endpoint[Any], ...] = (
    Endpoint(
        method="GET", path=".well-known/hubbub", handler=discovery.show_contract, sent=NOTHING, answer=Contract,
        who=Who.ANYBODY, personal=False,
    ),
    Endpoint(
        method="GET", path=f"{API}/openapi.json", handler=show_openapi, sent=NOTHING, answer=dict,
        who=Who.ANYBODY, personal=False,
    ),
)  # fmt: skip

ENDPOINTS: tuple[Endpoint[Any], ...] = (*_ABOUT_SESSIONS, *_ABOUT_ROOMS, *_ABOUT_TALK, *_ABOUT_ITSELF)
