"""The ASGI application of the shop, as the Channels documentation shows it, and the chat's sockets by one line."""

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from django.urls import re_path

import hubbub.realtime

application = ProtocolTypeRouter(
    {"http": pages, "websocket": URLRouter([re_path(r"^ws/", hubbub.realtime.sockets())])}
)
