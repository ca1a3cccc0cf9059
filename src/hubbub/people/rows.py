"""What deciding needs to know of many people at once, read raw. Knows neither callers nor what is decided."""

from collections.abc import Collection
from functools import cache
from typing import Any

import msgspec
from django.contrib.auth import get_user_model

from hubbub.lib import clock
from hubbub.lib.asking import Later
from hubbub.lib.rows import Statement, moment
from hubbub.people.models import Ban, Person


class Facts(msgspec.Struct, frozen=True):
    """A person whose account is there, what the account says of them, and whether a ban shuts them out just now."""

    username: str
    is_bot: bool
    is_active: bool
    is_staff: bool
    password: str
    is_banned: bool


_FROM_ACCOUNT = ("is_active", "is_staff", "password")

_TOKENS = Statement(
    "SELECT t.id FROM {given} CROSS JOIN hubbub_token AS t WHERE t.id = given.id", {"id": "bigint"}
)
_BEARERS = Statement(
    """
    SELECT t.digest, t.id, t.person_id, p.username FROM {given} CROSS JOIN hubbub_token AS t
    JOIN hubbub_person AS p ON p.id = t.person_id WHERE t.digest = given.digest
    """,
    {"digest": "text"},
)
_HANDLES = Statement(
    """
    SELECT p.username_key, p.id, p.username FROM {given} CROSS JOIN hubbub_person AS p
    WHERE p.username_key = given.username_key
    """,
    {"username_key": "text"},
)


def facts_of(person_ids: Collection[int]) -> Later[dict[int, Facts]]:
    """By person; whoever has no account any more is left out."""
    statement = _accounts(get_user_model())
    if statement is None:
        return lambda: _facts_by_models(person_ids)
    found = statement.asked(((pk,) for pk in person_ids), moment(clock.now()))
    return lambda: {pk: _facts_by_row(*row) for pk, *row in found()}


def existing_tokens(token_ids: Collection[int]) -> Later[set[int]]:
    """Those of these tokens that were not revoked."""
    found = _TOKENS.asked((pk,) for pk in token_ids)
    return lambda: {pk for (pk,) in found()}


def bearers(digests: Collection[str]) -> dict[str, tuple[int, int, str]]:
    """Token, person and handle by the digest of the token, for those that there are."""
    return {
        digest: (token, person, handle)
        for digest, token, person, handle in _BEARERS.fetch((each,) for each in digests)
    }


def alive_sessions(model: Any, keys: Collection[str]) -> Later[set[str]]:
    """Those of these sessions that are kept as rows of this model and have not expired."""
    found = _sessions(model._meta.db_table).asked(((key,) for key in keys), moment(clock.now()))
    return lambda: {key for (key,) in found()}


def handles(username_keys: Collection[str]) -> Later[dict[str, tuple[int, str]]]:
    """Number and handle of whoever has one of these keys, by key."""
    found = _HANDLES.asked((key,) for key in username_keys)
    return lambda: {key: (pk, username) for key, pk, username in found()}


@cache
def _accounts(users: Any) -> Statement | None:
    """None for a site whose users keep what we ask for elsewhere than in columns of their own table."""
    columns = {field.attname: field.column for field in users._meta.local_concrete_fields}
    if not {*_FROM_ACCOUNT, users._meta.pk.attname} <= set(columns):
        return None
    asked = ", ".join(f'u."{columns[name]}"' for name in _FROM_ACCOUNT)
    sql = f"""
        SELECT p.id, p.username, p.is_bot, {asked}, b.id IS NOT NULL FROM {{given}} CROSS JOIN hubbub_person AS p
        JOIN "{users._meta.db_table}" AS u ON u."{users._meta.pk.column}" = p.user_id
        LEFT JOIN hubbub_ban AS b ON b.person_id = p.id AND (b.until IS NULL OR b.until > %s)
        WHERE p.id = given.person
    """  # noqa: S608  names that the site's own models give
    return Statement(sql, {"person": "bigint"})


@cache
def _sessions(table: str) -> Statement:
    sql = f"""
        SELECT s.session_key FROM {{given}} CROSS JOIN "{table}" AS s
        WHERE s.session_key = given.session_key AND s.expire_date > %s
    """  # noqa: S608  names that the site's own models give
    return Statement(sql, {"session_key": "text"})


def _facts_by_row(
    username: str, is_bot: object, is_active: object, is_staff: object, password: str, is_banned: object
) -> Facts:
    return Facts(username, bool(is_bot), bool(is_active), bool(is_staff), password, bool(is_banned))


def _facts_by_models(person_ids: Collection[int]) -> dict[int, Facts]:
    found = Person.objects.select_related("user").filter(user__isnull=False).in_bulk(list(person_ids))
    banned = set(Ban.objects.in_force().filter(person__in=found).values_list("person_id", flat=True))
    return {pk: _facts_by_model(person, is_banned=pk in banned) for pk, person in found.items()}


def _facts_by_model(person: Person, *, is_banned: bool) -> Facts:
    user: Any = person.user
    return Facts(
        person.username,
        person.is_bot,
        bool(user.is_active),
        bool(getattr(user, "is_staff", False)),
        user.password,
        is_banned,
    )
