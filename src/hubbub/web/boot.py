"""The JSON that the chat page starts from, made of domain queries; it paints without a further request."""

import re
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse

import hubbub
from hubbub import limits
from hubbub.events import log
from hubbub.lib.snapshot import reading_snapshot
from hubbub.messages import queries as messages
from hubbub.messages.wire import MessagesPage
from hubbub.people.access import Actor
from hubbub.rooms import access
from hubbub.rooms import queries as rooms
from hubbub.rooms.models import Kind, Room
from hubbub.web.appearance import appearance_of
from hubbub.web.assets import assets, emoji
from hubbub.web.catalogue import catalogue, languages
from hubbub.web.place import place

FIRST_PAGE = 60
POSITION_DIGITS = 16

_UNSAFE = re.compile("[<>&\u2028\u2029]")


def boot(
    request: HttpRequest, actor: Actor | None, *, room: Room | None = None, missing: str | None = None
) -> dict[str, Any]:
    """What the client reads first; see its `net.js`. `?at=` names a message to begin at, by its `seq`."""
    look = appearance_of(request)
    return {
        "me": _me(actor),
        "csrf": get_token(request) if actor else "",
        "limits": limits.published(),
        "heartbeat_ms": limits.LIMITS.heartbeat_ms,
        "workspace": place.name(),
        "locale": look.locale,
        "dir": look.dir,
        "theme": look.theme,
        "languages": languages(),
        "catalogue": catalogue(look.locale),
        "missing": missing,
        "can": {"create_rooms": access.may_create_rooms(actor)},
        "urls": _urls(actor, look.locale),
        "version": hubbub.__version__,
        "release": assets().release,
        **_state(actor, room, at=_position(request.GET.get("at", ""))),
    }


def island(content: dict[str, Any]) -> str:
    """The content as JSON text that cannot end its script element or begin another."""
    text = msgspec.json.encode(content).decode()
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _state(actor: Actor | None, room: Room | None, *, at: int) -> dict[str, Any]:
    """All as of one moment."""
    with reading_snapshot():
        return _read(actor, room, at=at)


def _read(actor: Actor | None, room: Room | None, *, at: int) -> dict[str, Any]:
    listed = [_with_online(state) for state in messages.room_list(actor)] if actor else []
    _tell_last_times(listed)
    if room is None:
        nothing = dict.fromkeys(("room", "page", "context", "members"))
        return {"epoch": log.epoch(), "rooms": listed, **nothing}
    shown = next((state for state in listed if state["id"] == room.wire_id), None)
    state = shown or _with_online(messages.room_state(actor, room.pk))
    page = messages.messages_page(actor, room.pk, limit=FIRST_PAGE)
    begin = at or _first_unread(actor, state, page)
    return {
        "epoch": log.epoch(),
        "rooms": listed,
        "room": state,
        "page": _with_own_ids(actor, room, page),
        "context": _context(actor, room, page, begin),
        "members": rooms.members(actor, room.pk),
    }


def _first_unread(actor: Actor | None, state: dict[str, Any], page: MessagesPage) -> int:
    """About where reading goes on, if the newest page does not hold all that is unread."""
    held = [one for one in page.messages if actor and one.by != actor.username and not one.deleted]
    return state["read"] + 1 if state["unread"] > len(held) else 0


def _context(actor: Actor | None, room: Room, page: MessagesPage, begin: int) -> MessagesPage | None:
    """What lies around the place where reading begins, if that is before the newest page."""
    first = page.messages[0].seq if page.messages else 0
    if not 0 < begin < first:
        return None
    return messages.messages_page(actor, room.pk, around=begin, limit=FIRST_PAGE)


def _position(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < POSITION_DIGITS else 0


def _with_own_ids(actor: Actor | None, room: Room, page: MessagesPage) -> dict[str, Any]:
    """One's own messages carry the id one gave them, so that words whose answer was lost are recognised."""
    shown: list[dict[str, Any]] = msgspec.to_builtins(page.messages)
    seqs = [message["seq"] for message in shown]
    given = log.client_ids(room.pk, seqs, by=actor.person_id) if actor else {}
    marked = [{**message, "client_id": given.get(message["seq"])} for message in shown]
    quoted = msgspec.to_builtins(page.quoted)
    return {"epoch": page.epoch, "seq": page.seq, "messages": marked, "quoted": quoted}


def _with_online(state: Any) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(state)
    return {**shown, "online": len(rooms.presence.online(Room.pk_of(state.id) or 0))}


def _tell_last_times(listed: list[dict[str, Any]]) -> None:
    """Direct rooms are shown by their last message, the newest first."""
    direct = {Room.pk_of(state["id"]) or 0: state for state in listed if state["kind"] == Kind.DIRECT}
    for room_id, moment in messages.last_said_at(direct).items():
        direct[room_id]["last_at"] = moment


def _me(actor: Actor | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    return {"username": actor.username, "name": actor.username, "admin": actor.is_admin}


def _urls(actor: Actor | None, locale: str) -> dict[str, Any]:
    chat = reverse("hubbub_web:selector")
    return {
        "chat": chat,
        "api": f"{chat.removesuffix('chat/')}api/v1/",
        "ws": "/ws/v1",
        "sign_in": resolve_url(settings.LOGIN_URL),
        "account": place.account_url() if actor else None,
        "admin": _admin_url() if actor and actor.is_admin else None,
        "icons": assets().icons,
        "worker": reverse("hubbub_web:worker"),
        "emoji": emoji(locale),
        "language": reverse("hubbub_web:language"),
    }


def _admin_url() -> str | None:
    try:
        return reverse("admin:index")
    except NoReverseMatch:
        return None
