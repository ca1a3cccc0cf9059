"""Signing in by password, with guessing made slow for everybody at once. Knows no transport."""

import hashlib
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F, Q

from hubbub.lib import clock
from hubbub.lib.refusals import RateLimited, Unauthenticated
from hubbub.people.actions import username_key
from hubbub.people.models import SignInFailure

WINDOW = timedelta(minutes=5)
TRIES_OF_ONE_NAME_FROM_ONE_ADDRESS = 10
TRIES_FROM_ONE_ADDRESS = 100
TRIES_OF_ONE_NAME = 200  # from everywhere: high, since otherwise strangers could keep somebody out


def check(username: str, password: str, address: str, *, request: Any = None) -> Any:
    """The user with this name and password. Raises Unauthenticated, or RateLimited after too many wrong ones.

    Sessions that exist are not touched by either.
    """
    keys = _keys(username, address)
    _refuse_too_many(keys)
    user = authenticate(request, username=username, password=password)
    if user is None:
        _count_failure(list(keys))
        raise Unauthenticated("The username or the password is wrong.")
    SignInFailure.objects.filter(key=next(iter(keys))).delete()
    return user


def _keys(username: str, address: str) -> dict[str, int]:
    name = username_key(username)
    return {
        _key("both", name, address): TRIES_OF_ONE_NAME_FROM_ONE_ADDRESS,
        _key("address", address): TRIES_FROM_ONE_ADDRESS,
        _key("name", name): TRIES_OF_ONE_NAME,
    }


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _refuse_too_many(keys: dict[str, int]) -> None:
    now = clock.now()
    for row in SignInFailure.objects.filter(key__in=keys, since__gt=now - WINDOW, since__lt=now + WINDOW):
        if row.count >= keys[row.key]:
            wait = row.since + WINDOW - now
            raise RateLimited(
                "Too many wrong passwords; try again later.",
                retry_after_ms=int(wait.total_seconds() * 1000) + 1,
            )


def _count_failure(keys: list[str]) -> None:
    now = clock.now()
    with transaction.atomic():
        # Counted by a clock that was ahead, it would keep somebody out until ours is there.
        SignInFailure.objects.filter(Q(since__lte=now - WINDOW) | Q(since__gte=now + WINDOW)).delete()
        SignInFailure.objects.bulk_create(
            [SignInFailure(key=key, count=0, since=now) for key in keys], ignore_conflicts=True
        )
        SignInFailure.objects.filter(key__in=keys).update(count=F("count") + 1)
