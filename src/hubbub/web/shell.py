"""The page around the chat: its head and policy, a skeleton of the final shape, the boot island."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from hubbub.people.access import Actor
from hubbub.rooms.models import Room
from hubbub.web import csp
from hubbub.web.assets import assets
from hubbub.web.boot import boot, island


def chat_page(
    request: HttpRequest, actor: Actor | None, *, room: Room | None = None, missing: str | None = None
) -> HttpResponse:
    """The chat, on a room, on the selector, or on the offer to make a room that is missing."""
    content = boot(request, actor, room=room, missing=missing)
    nonce = csp.new_nonce()
    context: dict[str, Any] = {
        "assets": assets(),
        "boot": content,
        "rooms": sorted(
            (one for one in content["rooms"] if one["name"]), key=lambda one: one["name"].casefold()
        ),
        "chat_url": content["urls"]["chat"],
        "import_map": mark_safe(assets().import_map),  # noqa: S308 (made of our own file names)
        "island": mark_safe(island(content)),  # noqa: S308 (escaped by `island`)
        "nonce": nonce,
    }
    response = render(request, "hubbub/chat.html", context)
    response.headers["Content-Security-Policy"] = csp.shell(request, nonce)
    # The page holds what one person may read: shared caches must not keep it, and a return must ask again.
    response.headers["Cache-Control"] = "private, no-cache"
    if actor and missing is None:
        response.headers["Hubbub-Shell"] = (
            assets().release
        )  # the worker may keep it, to open without a network
    return response
