"""Reading people: by handle, and the handles of many at once."""

from collections.abc import Collection

from django.contrib.auth import get_user_model
from django.db import transaction

from hubbub.people.actions import person_for, username_key
from hubbub.people.models import Person

_usernames: dict[int, str] = {}  # handles never change, so what was read once holds for ever
_REMEMBERED = 100_000
_LONGEST = 150


def find_person(username: str) -> Person | None:
    """The person with this handle in any spelling, or the active user with this name who was never here yet."""
    if len(username) > _LONGEST or "\0" in username:
        return None
    person = Person.objects.select_related("user").filter(username_key=username_key(username)).first()
    if person is not None:
        return person
    users = get_user_model()
    user = users._default_manager.filter(**{users.USERNAME_FIELD: username}, is_active=True).first()
    return person_for(user) if user is not None else None


def usernames(person_ids: Collection[int]) -> dict[int, str]:
    """The handles of these people."""
    known = {person_id: _usernames[person_id] for person_id in person_ids if person_id in _usernames}
    unknown = set(person_ids) - set(known)
    if not unknown:
        return known
    found = dict(Person.objects.filter(pk__in=unknown).values_list("pk", "username"))
    # After the commit: what is rolled back gives its numbers to somebody else.
    transaction.on_commit(lambda: _remember(found))
    return known | found


def versions(person_ids: Collection[int]) -> dict[int, int]:
    """The version of each of these people: another number means that what is known of them is old."""
    return dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "version"))


def _remember(found: dict[int, str]) -> None:
    if len(_usernames) > _REMEMBERED:
        _usernames.clear()
    _usernames.update(found)
