"""Signing in and out, and changing the password."""

from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, login, logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.translation import override

from hubbub.api.callers import csrf_token
from hubbub.api.endpoint import Reply, Visit
from hubbub.api.shapes import ChangePassword, Nothing, Session, SignedInUser, SignIn
from hubbub.lib.refusals import BadField, Refused, Unauthenticated
from hubbub.people import sign_in
from hubbub.people.access import Actor, SessionCredential, caller_of_session, confirm_one
from hubbub.people.actions import end_session, end_sessions
from hubbub.people.models import Person

_EMPTY: dict[str, Any] = {}


def open_session(visit: Visit[SignIn]) -> Reply:
    """Sign in by name and password; the answer sets the session cookie."""
    request = visit.request
    user = sign_in.check(visit.sent.username, visit.sent.password, _address(request), request=request)
    login(request, user)
    request.session.save()
    try:
        actor = _signed_in_now(request)
    except Refused:
        logout(request)
        raise
    return Reply(_session(actor, csrf_token(request)))


def show_session(visit: Visit[Nothing]) -> Reply:
    """Who is signed in."""
    return Reply(_session(visit.actor, "" if visit.by_token else csrf_token(visit.request)))


def close_session(visit: Visit[Nothing]) -> Reply:
    """End this session and its sockets. With a bearer token there is none to end."""
    credential = visit.caller.credential
    if isinstance(credential, SessionCredential):
        logout(visit.request)
        end_session(credential.session_key, visit.caller.person_id)
    return Reply(_EMPTY)


def close_sessions(visit: Visit[Nothing]) -> Reply:
    """End every session of the user, this one too; bearer tokens stay."""
    user = _user_of(visit)
    if not visit.by_token:
        logout(visit.request)
    end_sessions(user)
    return Reply(_EMPTY)


def change_password(visit: Visit[ChangePassword]) -> Reply:
    """Replace the password; every other session ends, this one and bearer tokens stay."""
    actor, request = visit.actor, visit.request
    user = _user_of(visit)
    sign_in.check(user.get_username(), visit.sent.current, _address(request), request=request)
    _check_strength(visit.sent.new, user)
    _store_password(visit, user)
    if visit.by_token:
        return Reply(_session(actor, ""))
    rotate_token(request)
    return Reply(_session(actor, csrf_token(request)))


def _store_password(visit: Visit[ChangePassword], user: Any) -> None:
    """The session keeps its key, so that sockets opened with it stay; its proof of the password is renewed."""
    keep = ""
    with transaction.atomic():
        user.set_password(visit.sent.new)
        user.save(update_fields=["password"])
        if not visit.by_token:
            keep = visit.request.session.session_key or ""
            visit.request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            visit.request.session.save()
        end_sessions(user, keep=keep)


def _check_strength(password: str, user: Any) -> None:
    try:
        with override("en"):
            validate_password(password, user)
    except ValidationError as error:
        raise BadField(" ".join(error.messages)) from None


def _signed_in_now(request: HttpRequest) -> Actor:
    caller = caller_of_session(request.session)
    if caller is None:
        raise Unauthenticated("This account cannot sign in.")
    return confirm_one(caller)


def _user_of(visit: Visit[Any]) -> Any:
    person = Person.objects.select_related("user").get(pk=visit.actor.person_id)
    return person.user


def _session(actor: Actor, token: str) -> Session:
    return Session(SignedInUser(actor.username, actor.is_admin, actor.is_bot), token)


def _address(request: HttpRequest) -> str:
    """The peer's; behind a proxy the server has put the client's there."""
    address: str = request.META.get("REMOTE_ADDR", "")
    return address
