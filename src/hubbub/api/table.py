"""The table of endpoints: addresses, reading, checks and the OpenAPI document are all made from it."""

from typing import Any

from hubbub.api import discovery, rooms, sessions, talk
from hubbub.api.endpoint import NOTHING, Endpoint, Sent, Who, shape
from hubbub.api.shapes import (
    ChangePassword,
    Contract,
    DirectWith,
    Document,
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
from hubbub.messages.wire import EventsPage, MessagesPage, RoomState



_OPERATION = Sent(operations.Operation, lambda fields: operations.parse(dict(fields)))
_GUESSING = ("unauthenticated", "rate_limited")

SESSION_ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        method="POST", path="api/v1/session", handler=sessions.open_session, sent=shape(SignIn), answer=Session,
        who=Who.ANYBODY, opens_session=True, refusals=(*_GUESSING, "forbidden"),
    ),
    Endpoint(method="GET", path="api/v1/session", handler=sessions.show_session, sent=NOTHING, answer=Session),
    Endpoint(method="DELETE", path="api/v1/session", handler=sessions.close_session, sent=NOTHING, answer=Nothing),
    Endpoint(method="DELETE", path="api/v1/sessions", handler=sessions.close_sessions, sent=NOTHING, answer=Nothing),
    Endpoint(
        method="PUT", path="api/v1/password", handler=sessions.change_password, sent=shape(ChangePassword),
        answer=Session, refusals=_GUESSING,
    ),
)
