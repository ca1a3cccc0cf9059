"""What changes people: their first touch, tokens, bans, the end of their sign-ins. Each is told to open sockets."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F

from hubbub.events import announce
from hubbub.lib import clock
from hubbub.people.models import Ban, Person, Token


def username_key(username: str) -> str:
    """What two usernames may not share: the same letters in any case or Unicode form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def person_for(user: Any) -> Person:
    """The person whom this user is in the chat; made when they first come."""
    known = Person.objects.filter(user=user).first()
    return known or _new_person(user)


def create_token(person: Person, *, name: str = "") -> str:
    """A new bearer token, told this once; it lives until it is revoked or the account is deactivated."""
    token = secrets.token_urlsafe(32)
    Token.objects.create(person=person, digest=Token.digest_of(token), name=name)
    return token


def revoke_token(token: Token) -> None:
    """End a token, on open sockets too."""
    with transaction.atomic():
        person_id = token.person_id
        token.delete()
        announce.touch([person_id])


def ban(person: Person, *, by: Person | None, reason: str = "", until: datetime | None = None) -> Ban:
    """Shut a person out; their sockets close."""
    with transaction.atomic():
        made = Ban.objects.create(person=person, by=by, reason=reason, until=until)
        announce.touch([person.pk])
    return made


def lift_ban(ban: Ban) -> None:
    """Let a person in again; the ban stays on record as ended."""
    with transaction.atomic():
        Ban.objects.filter(pk=ban.pk).update(until=clock.now())
        announce.touch([ban.person_id])


def deactivate(user: Any) -> None:
    """End everything of a user: the account, every session, every token."""
    with transaction.atomic():
        type(user)._default_manager.filter(pk=user.pk).update(is_active=False)
        person = person_for(user)
        person.tokens.all().delete()
        end_sessions(user)


def end_sessions(user: Any, *, keep: str = "") -> None:
    """End the sessions of a user except `keep`; where sessions are no rows, only a new password ends them."""
    with transaction.atomic():
        _forget_sessions([key for key in _session_keys(user) if key != keep])
        announce.touch([person_for(user).pk])


def end_session(session_key: str, person_id: int) -> None:
    """Tell open sockets that this one session was ended."""
    with transaction.atomic():
        _forget_sessions([session_key])
        announce.touch([person_id])


def moved(person_ids: list[int]) -> None:
    """Raise the version of people whose rooms or read positions change in this transaction, and have it told."""
    Person.objects.filter(pk__in=person_ids).update(version=F("version") + 1)
    announce.touch(person_ids)


def _new_person(user: Any) -> Person:
    wanted = user.get_username()
    for attempt in range(20):
        username = wanted if attempt == 0 else f"{wanted}.{secrets.randbelow(10_000)}"
        try:
            with transaction.atomic():
                return Person.objects.create(
                    user=user, username=username, username_key=username_key(username)
                )
        except IntegrityError:
            known = Person.objects.filter(user=user).first()
            if known:
                return known
    raise RuntimeError("No free handle was found")


def _forget_sessions(keys: Sequence[str]) -> None:
    """Their rows, and after the commit what a site's own engine may keep of them before the database."""
    Session.objects.filter(session_key__in=keys).delete()
    engine = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        transaction.on_commit(engine(key).delete, robust=True)


def _session_keys(user: Any) -> list[str]:
    """The alive sessions of a user. They do not name their user, so each is opened; this is rare."""
    alive = Session.objects.filter(expire_date__gt=clock.now()).iterator()
    return [row.session_key for row in alive if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
