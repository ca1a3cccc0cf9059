"""The chat's addresses: who is asking, which room, and the page for them. Changes nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from hubbub.lib.refusals import NotFound, Refused, Unauthenticated
from hubbub.lib.text import clean_name
from hubbub.limits import LIMITS
from hubbub.messages.queries import room_named
from hubbub.rooms import access
from hubbub.rooms.models import Room
from hubbub.web.shell import chat_page
from hubbub.web.visitor import actor_of, to_sign_in


@gzip_page
@require_safe
def selector(request: HttpRequest) -> HttpResponse:
    """All rooms, and a field to open one by name, which works without a script too (`?room=name`)."""
    wanted = _room_name(request.GET.get("room", ""))
    if wanted is not None:
        return redirect("hubbub_web:room", name=wanted)
    actor = actor_of(request)
    return chat_page(request, actor) if actor else to_sign_in(request)


@gzip_page
@require_safe
def room(request: HttpRequest, name: str) -> HttpResponse:
    """A named room. One that may not be seen gets the same page as one that does not exist."""
    wanted = _room_name(name)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    try:
        standing = room_named(actor, wanted)
    except Unauthenticated:
        return to_sign_in(request)
    except NotFound:
        return chat_page(request, actor, missing=wanted)
    return chat_page(request, actor, room=standing.room)


@gzip_page
@require_safe
def direct(request: HttpRequest, room_id: str) -> HttpResponse:
    """A room by its id: direct rooms have no name. Named ones are sent to their own address."""
    actor = actor_of(request)
    try:
        found = access.standing(actor, Room.pk_of(room_id)).room
    except Unauthenticated:
        return to_sign_in(request)
    except NotFound:
        raise Http404 from None
    if not found.is_direct:
        return redirect("hubbub_web:room", name=found.name)
    return chat_page(request, actor, room=found)


def with_slash(request: HttpRequest, **parts: str) -> HttpResponse:
    """The same address with the slash that was forgotten."""
    assert request.resolver_match is not None
    to = redirect(
        f"hubbub_web:{request.resolver_match.url_name}".removesuffix("_bare"), permanent=False, **parts
    )
    query = request.META.get("QUERY_STRING", "")
    if query:
        to["Location"] += f"?{query}"
    return to


def _room_name(asked: str) -> str | None:
    try:
        return clean_name(asked, max_chars=LIMITS.name_chars) if asked else None
    except Refused:
        return None
