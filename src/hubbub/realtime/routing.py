"""Which path is which socket. Any room name that a person would type is a path."""

from typing import Any

from hubbub.realtime.close_codes import CloseCode
from hubbub.realtime.connection import Receive, Send
from hubbub.realtime.room_socket import RoomSocket
from hubbub.realtime.session_socket import SessionSocket

SESSION_PATH = "/ws/v1"
ROOM_PREFIX = "/ws/chat/"


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of both sockets."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    if path.rstrip("/") == SESSION_PATH:
        await SessionSocket(scope, receive, send).run()
    elif path.startswith(ROOM_PREFIX) and path.removesuffix("/") != ROOM_PREFIX.removesuffix("/"):
        name = path.removeprefix(ROOM_PREFIX).removesuffix("/")
        await RoomSocket(name, scope, receive, send).run()
    else:
        await _nothing_here(receive, send)


async def _nothing_here(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": CloseCode.NO_SUCH_ROOM})
