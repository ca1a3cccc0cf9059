"""The ASGI application of the standalone product: health, static files, Django's pages, sockets."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.site.settings")

import django
from channels.routing import ProtocolTypeRouter, URLRouter

django.setup(set_prefix=False)  # first: what follows imports models

from django.conf import settings
from django.urls import re_path

import hubbub.realtime
from hubbub.lib.drain import drain
from hubbub.ops.bodies import BoundedBodies, Receive, Scope, Send
from hubbub.ops.health import Health
from hubbub.site import static
from hubbub.site.pages import Pages

RESTART = 1012


class Sockets:
    """The sockets of Hubbub below /ws/; none elsewhere, and none for newcomers while draining."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/ws/"):
            await send({"type": "websocket.close"})
        elif drain.started:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": RESTART})
        else:
            await self._application(scope, receive, send)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing to stop here: what has a life of its own hears of the end from `hubbub.lib.drain`."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hubbub.realtime.start()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


bounded: Any = BoundedBodies(Pages(), max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
requests = URLRouter([re_path(r"^api/v1/poll$", hubbub.realtime.news()), re_path(r"", bounded)])

application = ProtocolTypeRouter(
    {
        "http": Health(static.served(requests)),
        "websocket": Sockets(URLRouter([re_path(r"^ws/", hubbub.realtime.sockets())])),
        "lifespan": lifespan,
    }
)
