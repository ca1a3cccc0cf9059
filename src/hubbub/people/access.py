"""From a sign-in to a person: who is calling, and whether they still may. Knows no transport and no room."""

import re
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils.crypto import constant_time_compare

from hubbub.lib import clock
from hubbub.lib.asking import Later, together
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


class Presented(msgspec.Struct, frozen=True):
    """What somebody shows who arrives: an Authorization header or, where that is None, a session's key."""

    authorization: str | None
    session_key: str = ""


class Actor(msgspec.Struct, frozen=True):
    """Somebody who may act at this moment. One who moderates sees and manages every room, also those of others."""

    person_id: int
    username: str
    is_admin: bool = False
    is_bot: bool = False
    moderates: bool = False


class Admitted(msgspec.Struct, frozen=True):
    """Somebody who arrived, and who they are at this moment."""

    caller: Caller
    actor: Actor


class _SignedIn(msgspec.Struct, frozen=True):
    """What a session says of itself."""

    session_key: str
    user_id: Any
    proof: str


def actor_of(person: Person) -> Actor:
    """The person as actor, for callers that vouch for them (commands, the host's own code)."""
    return Actor(person.pk, person.username, bool(getattr(person.user, "is_staff", False)), person.is_bot)


def moderator_of(person: Person) -> Actor:
    """The same as one who moderates, vouched for by the admin site; nobody becomes one through the chat's own doors."""
    return msgspec.structs.replace(actor_of(person), moderates=True)


def caller_of_session(session: SessionBase) -> Caller | None:
    """Who is signed in with this session; None for nobody."""
    return _callers_of_users([_signed_in(session.session_key, session)])[0]


def caller_of_token(header: str) -> Caller:
    """Who presents this Authorization header; raises Unauthenticated."""
    caller = _callers_of_tokens([header])[0]
    if caller is None:
        raise _no_such_token()
    return caller


def admit(presented: Sequence[Presented]) -> list[Admitted | Refused | None]:
    """Who each is who arrives, and may act at this moment; None for nobody. A fixed number of queries for all."""
    found = _callers_of(presented)
    confirmed = confirm({caller for caller in found if isinstance(caller, Caller)})
    return [
        _admitted(caller, confirmed[caller]) if isinstance(caller, Caller) else caller for caller in found
    ]


def confirm(callers: Collection[Caller]) -> dict[Caller, Actor | Refused]:
    """Whether each still may act: the account active, the sign-in alive, no ban.

    A fixed number of queries, and one more for each session whose user's password changed since it was opened.
    """
    with together():
        confirmed = confirming(callers)
    return confirmed()


def confirming(callers: Collection[Caller]) -> Later[dict[Caller, Actor | Refused]]:
    """The same where it may be known later."""
    found = rows.facts_of({caller.person_id for caller in callers})
    living = _alive_credentials({caller.credential for caller in callers})

    def confirmed() -> dict[Caller, Actor | Refused]:
        people, alive = found(), living()
        return {caller: _confirmed(caller, people, alive) for caller in callers}

    return confirmed


def confirm_one(caller: Caller) -> Actor:
    """The same for one; raises Unauthenticated or Forbidden."""
    confirmed = confirm([caller])[caller]
    if isinstance(confirmed, Refused):
        raise confirmed
    return confirmed


def _callers_of(presented: Sequence[Presented]) -> list[Caller | Refused | None]:
    headers = [each.authorization for each in presented if each.authorization is not None]
    keys = [each.session_key for each in presented if each.authorization is None]
    by_token, by_session = iter(_callers_of_tokens(headers)), iter(_callers_of_session_keys(keys))
    return [
        next(by_session) if each.authorization is None else next(by_token) or _no_such_token()
        for each in presented
    ]


def _admitted(caller: Caller, actor: Actor | Refused) -> Admitted | Refused:
    return actor if isinstance(actor, Refused) else Admitted(caller, actor)


def _no_such_token() -> Unauthenticated:
    return Unauthenticated("This token is not valid.")


def _callers_of_tokens(headers: Sequence[str]) -> list[Caller | None]:
    if not headers:
        return []
    matches = [_BEARER.match(header) for header in headers]
    digests = [Token.digest_of(match.group(1)) if match else "" for match in matches]
    found = rows.bearers({digest for digest in digests if digest})
    callers = {
        digest: Caller(person_id, username, TokenCredential(token_id))
        for digest, (token_id, person_id, username) in found.items()
    }
    return [callers.get(digest) for digest in digests]


def _callers_of_session_keys(keys: Sequence[str]) -> list[Caller | None]:
    """One query for the sessions where they are rows, and two for their users."""
    sessions = zip(keys, _sessions(keys), strict=True)
    return _callers_of_users([_signed_in(key, session) for key, session in sessions])


def _sessions(keys: Sequence[str]) -> list[SessionBase | dict[str, Any]]:
    engine = _engine()
    if not keys or not issubclass(engine, DatabaseSessionStore):
        return [engine(key) for key in keys]
    asked = {key for key in keys if "\0" not in key}
    found = engine.get_model_class().objects.filter(session_key__in=asked, expire_date__gt=clock.now())
    decode = engine().decode
    data = {key: decode(encoded) for key, encoded in found.values_list("session_key", "session_data")}
    return [data.get(key, {}) for key in keys]


def _signed_in(key: str | None, session: SessionBase | dict[str, Any]) -> _SignedIn | None:
    if "\0" in (key or ""):
        return None  # some databases cannot even be asked for it
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    pk = get_user_model()._meta.pk.to_python(user_id)
    return _SignedIn(key or "", pk, session.get(HASH_SESSION_KEY, ""))


def _callers_of_users(signed_in: Sequence[_SignedIn | None]) -> list[Caller | None]:
    asked = {each.user_id for each in signed_in if each is not None}
    if not asked:
        return [None] * len(signed_in)
    active = get_user_model()._default_manager.filter(pk__in=asked, is_active=True)
    users: dict[Any, Any] = {user.pk: user for user in active}
    people = {person.user_id: person for person in Person.objects.filter(user__in=users)}
    return [
        _caller_of_user(each, users.get(each.user_id), people) if each is not None else None
        for each in signed_in
    ]


def _caller_of_user(signed_in: _SignedIn, user: Any, people: dict[Any, Person]) -> Caller | None:
    if user is None or not _hash_holds(user, signed_in.proof):
        return None
    person = people.get(user.pk) or person_for(user)
    return Caller(person.pk, person.username, SessionCredential(signed_in.session_key, user.password))


def _confirmed(
    caller: Caller,
    people: dict[int, rows.Facts],
    alive: set[SessionCredential | TokenCredential],
) -> Actor | Refused:
    person = people.get(caller.person_id)
    if person is None or not person.is_active or caller.credential not in alive:
        return Unauthenticated(_ENDED)
    if isinstance(caller.credential, SessionCredential) and not _password_holds(caller, person.password):
        return Unauthenticated(_ENDED)
    if person.is_banned:
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
) -> Later[set[SessionCredential | TokenCredential]]:
    sessions = {credential for credential in credentials if isinstance(credential, SessionCredential)}
    tokens = {credential for credential in credentials if isinstance(credential, TokenCredential)}
    found = rows.existing_tokens({token.token_id for token in tokens})
    keys = _alive_sessions({session.session_key for session in sessions}) if sessions else set

    def alive() -> set[SessionCredential | TokenCredential]:
        token_ids, session_keys = found(), keys()
        return {token for token in tokens if token.token_id in token_ids} | {
            session for session in sessions if session.session_key in session_keys
        }

    return alive


def _alive_sessions(keys: set[str]) -> Later[set[str]]:
    """One query where sessions are rows; a look at each where the site keeps them elsewhere."""
    engine = _engine()
    if issubclass(engine, DatabaseSessionStore):
        return rows.alive_sessions(engine.get_model_class(), keys)
    return lambda: {key for key in keys if engine(key).get(SESSION_KEY) is not None}


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
