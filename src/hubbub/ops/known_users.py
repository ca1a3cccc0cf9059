"""From the name on a command line to the user of the site, active or not."""

from typing import Any

from django.contrib.auth import get_user_model

from hubbub.ops.complaints import CannotDo
from hubbub.people.actions import username_key
from hubbub.people.models import Person


def user_named(name: str) -> Any:
    """The user with this handle in any spelling, or this name of the site. Raises CannotDo."""
    person = Person.objects.select_related("user").filter(username_key=username_key(name)).first()
    if person is not None and person.user is not None:
        return person.user
    users = get_user_model()
    user = users._default_manager.filter(**{users.USERNAME_FIELD: name}).first()
    if user is None:
        raise CannotDo(f"There is no user named {name}.")
    return user
