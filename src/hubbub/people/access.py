"""From a sign-in to a person: who is calling, and whether they still may. Knows no transport and no room."""

import re
from collections.abc import Collection
from importlib import import_module
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils.crypto import constant_time_compare

from hubbub.lib.refusals import Forbidden, Refused, Unauthenticated
from hubbub.people import rows
from hubbub.people.actions import person_for
from hubbub.people.models import Person, Token

_ENDED = "This sign-in has ended; sign in again."
_BANNED = "You have been banned from this chat."
_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{20,128}) *\Z")


class SessionCredential(msgspec.Struct, frozen=True):
    """Signed in with a session; `password` is the stored hash at that time, so that its change ends it."""

    session_key: str
    password: str


class TokenCredential(msgspec.Struct, frozen=True):
    token_id: int


class Caller(msgspec.Struct, frozen=True):
    """Somebody who signed in some time ago; `confirm` says whether that still holds."""

    person_id: int
    username: str
    credential: SessionCredential | TokenCredential


class Actor(msgspec.Struct, frozen=True):
    """Somebody who may act at this moment. One who moderates sees and manages every room, also those of others."""

    person_id: int
    username: str
    is_admin: bool = False
    is_bot: bool = False
    moderates: bool = False


def actor_of(person: Person) -> Actor:
    """The person as actor, for callers that vouch for them (commands, the host's own code)."""
    return Actor(person.pk, person.username, bool(getattr(person.user, "is_staff", False)), person.is_bot)


def moderator_of(person: Person) -> Actor:
    """The same as one who moderates, vouched for by the admin site; nobody becomes one through the chat's own doors."""
    return msgspec.structs.replace(actor_of(person), moderates=True)


def caller_of_session(session: SessionBase) -> Caller | None:
    """Who is signed in with this session; None for nobody."""
    if "\0" in (session.session_key or ""):
        return None  # some databases cannot even be asked for it
    user_id, stored_hash = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user_model = get_user_model()
    user: Any = user_model._default_manager.filter(
        pk=user_model._meta.pk.to_python(user_id), is_active=True
    ).first()
    if user is None or not _hash_holds(user, stored_hash):
        return None
    person = person_for(user)
    return Caller(person.pk, person.username, SessionCredential(session.session_key or "", user.password))


def caller_of_session_key(session_key: str) -> Caller | None:
    """The same, from the cookie's value."""
    return caller_of_session(_store(session_key))


def caller_of_token(header: str) -> Caller:
    """Who presents this Authorization header; raises Unauthenticated."""
    match = _BEARER.match(header)
    digest = Token.digest_of(match.group(1)) if match else ""
    token = Token.objects.select_related("person").filter(digest=digest).first() if digest else None
    if token is None:
        raise Unauthenticated("This token is not valid.")
    return Caller(token.person.pk, token.person.username, TokenCredential(token.pk))


def confirm(callers: Collection[Caller]) -> dict[Caller, Actor | Refused]:
    """Whether each still may act: the account active, the sign-in alive, no ban.

    A fixed number of queries, and one more for each session whose user's password changed since it was opened.
    """
    people = rows.facts_of({caller.person_id for caller in callers})
    banned = rows.banned(people)
    alive = _alive_credentials({caller.credential for caller in callers})
    return {caller: _confirmed(caller, people, banned, alive) for caller in callers}


def confirm_one(caller: Caller) -> Actor:
    """The same for one; raises Unauthenticated or Forbidden."""
    confirmed = confirm([caller])[caller]
    if isinstance(confirmed, Refused):
        raise confirmed
    return confirmed


def _confirmed(
    caller: Caller,
    people: dict[int, rows.Facts],
    banned: set[int],
    alive: set[SessionCredential | TokenCredential],
) -> Actor | Refused:
    person = people.get(caller.person_id)
    if person is None or not person.is_active or caller.credential not in alive:
        return Unauthenticated(_ENDED)
    if isinstance(caller.credential, SessionCredential) and not _password_holds(caller, person.password):
        return Unauthenticated(_ENDED)
    if caller.person_id in banned:
        return Forbidden(_BANNED)
    return Actor(caller.person_id, person.username, person.is_staff, person.is_bot)


def _password_holds(caller: Caller, password: str) -> bool:
    """A new password ends every session but the one that it was set in, whose proof was renewed with it."""
    credential = caller.credential
    assert isinstance(credential, SessionCredential)
    if credential.password == password:
        return True
    user = Person.objects.select_related("user").get(pk=caller.person_id).user
    return _hash_holds(user, _store(credential.session_key).get(HASH_SESSION_KEY, ""))


def _alive_credentials(
    credentials: set[SessionCredential | TokenCredential],
) -> set[SessionCredential | TokenCredential]:
    sessions = {credential for credential in credentials if isinstance(credential, SessionCredential)}
    tokens = {credential for credential in credentials if isinstance(credential, TokenCredential)}
    found = rows.existing_tokens({token.token_id for token in tokens})
    keys = _alive_sessions({session.session_key for session in sessions}) if sessions else set()
    return {token for token in tokens if token.token_id in found} | {
        s for s in sessions if s.session_key in keys
    }


def _alive_sessions(keys: set[str]) -> set[str]:
    """One query where sessions are rows; a look at each where the site keeps them elsewhere."""
    engine = _engine()
    if issubclass(engine, DatabaseSessionStore):
        return rows.alive_sessions(engine.get_model_class(), keys)
    return {key for key in keys if engine(key).get(SESSION_KEY) is not None}


def _hash_holds(user: Any, stored_hash: str) -> bool:
    if not hasattr(user, "get_session_auth_hash"):
        return True
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(stored_hash, valid) for valid in hashes)


def _store(session_key: str) -> SessionBase:
    store: SessionBase = _engine()(session_key)
    return store


def _engine() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore
