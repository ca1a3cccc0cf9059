"""The shop with its static files, as a browser needs them; the chat's sockets by one line as ever."""

from channels.routing import ProtocolTypeRouter, URLRouter
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

pages = ASGIStaticFilesHandler(get_asgi_application())

from django.urls import re_path  # noqa: E402  # Django must be up before what needs its models

import hubbub.realtime  # noqa: E402

application = ProtocolTypeRouter(
    {"http": pages, "websocket": URLRouter([re_path(r"^ws/", hubbub.realtime.sockets())])}
)
