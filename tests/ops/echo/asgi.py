"""Echoes frames and bodies, tells sockets of a drain, and can be slow: in a request, or in a thread that hangs."""

import asyncio
import json
import os
import time
from urllib.parse import parse_qs

import django

django.setup()

from hubbub.lib.drain import drain  # noqa: E402
from hubbub.ops.bodies import BoundedBodies, Receive, Scope, Send, answer  # noqa: E402
from hubbub.ops.health import Health  # noqa: E402
from hubbub.realtime.framing import frame_text  # noqa: E402
from hubbub.realtime.prepared import EXTENSION  # noqa: E402


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    wish = parse_qs(scope["query_string"].decode())
    if "slow" in wish:
        await asyncio.sleep(float(wish["slow"][0]))
    if "hang" in wish:
        await asyncio.to_thread(time.sleep, float(wish["hang"][0]))
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    answered = {"process": os.getpid(), "body": len(body)}
    await answer(send, status=200, body=json.dumps(answered).encode())


async def sockets(scope: Scope, receive: Receive, send: Send) -> None:
    prepared = scope["extensions"][EXTENSION]
    drain.on_start(lambda within_ms: prepared.put(frame_text(f"drain {within_ms}".encode())))
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": message["text"]})


inner = Health(BoundedBodies(pages, max_bytes=100_000))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await (sockets if scope["type"] == "websocket" else inner)(scope, receive, send)
