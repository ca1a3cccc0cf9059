"""New users from the command line, on whatever user model the site has, each with their person in the chat."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hubbub.lib.refusals import Refused
from hubbub.lib.strict_json import decode
from hubbub.lib.text import clean_username
from hubbub.ops.complaints import CannotDo
from hubbub.people.actions import person_for, username_key
from hubbub.people.models import Person

LINE_BYTES = 16_384
HASHING_THREADS = min(4, os.cpu_count() or 1)  # each hash holds 100 MB on purpose


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A user to be made. `line` is where they were read, for the sentence that refuses them."""

    username: str
    password: str
    admin: bool = False
    bot: bool = False
    line: int | None = None


class _Line(msgspec.Struct):
    username: str
    password: str
    admin: bool = False
    bot: bool = False


def read_password() -> str:
    """The first line of the standard input, without its end and otherwise as it is."""
    return _text(sys.stdin.buffer.readline()).removesuffix("\n").removesuffix("\r")


def read_lines() -> list[Newcomer]:
    """A newcomer from each line of JSON on the standard input; empty lines are skipped."""
    found = []
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if line.strip():
            found.append(_newcomer(line, number))
    return found


def make_users(newcomers: Sequence[Newcomer]) -> list[Person]:
    """All of them or none. Raises CannotDo with the reason."""
    names = [_checked_name(newcomer) for newcomer in newcomers]
    _refuse_twins(newcomers, names)
    hashes = _hashes({newcomer.password for newcomer in newcomers})
    with transaction.atomic():
        return [
            _made(newcomer, name, hashes[newcomer.password])
            for newcomer, name in zip(newcomers, names, strict=True)
        ]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise CannotDo("The standard input is not UTF-8.") from None


def _newcomer(line: bytes, number: int) -> Newcomer:
    try:
        read = msgspec.convert(decode(line, max_bytes=LINE_BYTES), _Line)
    except Refused as refusal:
        raise CannotDo(f"Line {number}: {refusal.detail}") from None
    except msgspec.ValidationError as error:
        raise CannotDo(f"Line {number}: {error}.") from None
    return Newcomer(read.username, read.password, admin=read.admin, bot=read.bot, line=number)


def _checked_name(newcomer: Newcomer) -> str:
    if not newcomer.password:
        raise _cannot(newcomer, "The password is empty; give it on the standard input.")
    try:
        name = clean_username(newcomer.username)
    except Refused as refusal:
        raise _cannot(newcomer, refusal.detail) from None
    users = get_user_model()
    taken = users._default_manager.filter(**{users.USERNAME_FIELD: name}).exists()
    if taken or Person.objects.filter(username_key=username_key(name)).exists():
        raise _cannot(newcomer, f"There is a user named {name} already.")
    return name


def _refuse_twins(newcomers: Sequence[Newcomer], names: Sequence[str]) -> None:
    seen: set[str] = set()
    for newcomer, name in zip(newcomers, names, strict=True):
        if username_key(name) in seen:
            raise _cannot(newcomer, f"The name {name} stands here twice.")
        seen.add(username_key(name))


def _hashes(passwords: set[str]) -> dict[str, str]:
    """The slow part, in threads, since the hasher lets go of the interpreter.

    People who are given the same password together share its hash: whoever knows one of them knows all anyway.
    """
    wanted = sorted(passwords)
    with ThreadPoolExecutor(HASHING_THREADS) as pool:
        return dict(zip(wanted, pool.map(make_password, wanted), strict=True))


def _made(newcomer: Newcomer, name: str, password: str) -> Person:
    users: Any = get_user_model()
    user = users(**{users.USERNAME_FIELD: name})
    user.password = password
    if newcomer.admin:
        user.is_staff = user.is_superuser = True
    try:
        user.full_clean()
    except ValidationError as error:
        raise _cannot(newcomer, _reasons(error)) from None
    user.save()
    person = person_for(user)
    if newcomer.bot:
        person.is_bot = True
        person.save(update_fields=["is_bot"])
    return person


def _reasons(error: ValidationError) -> str:
    """Django's words, with the field before each where there is one."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())


def _cannot(newcomer: Newcomer, reason: str) -> CannotDo:
    return CannotDo(f"Line {newcomer.line}: {reason}" if newcomer.line is not None else reason)
