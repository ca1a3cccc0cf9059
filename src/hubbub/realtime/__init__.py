"""What lives long: sockets, who is online, and the way of an event from the log to those who follow a room.

Only this package is async. A host project adds `re_path(r"^ws/", hubbub.realtime.sockets())` to its websocket routes.
"""

from typing import Any


def sockets() -> Any:
    """The ASGI application of both sockets; it finds by itself who is calling, whatever middleware is around it."""
    from hubbub.realtime.routing import application

    return application


def news() -> Any:
    """The ASGI application of `POST /api/v1/poll`, for a project that would rather wait for news than ask again."""
    from hubbub.realtime.poll_request import application

    return application


def start() -> None:
    """Have a hub on the running event loop before anybody connects, so that whatever is committed goes through it."""
    from hubbub.realtime.hub import hub

    hub()
