"""The cast with accounts of the standalone product, for tests which ask pages in this process."""

from functools import cache

from django.contrib.auth.hashers import make_password
from django.test import Client

from hubbub.site.accounts.models import User
from hubbub.site.accounts.policy import workspace

PASSWORD = "a horse, a battery and a staple"


def owner(username: str = "Ada") -> User:
    return _user(username, admin=True)


def member(username: str = "Ben") -> User:
    return _user(username, admin=False)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def set_sign_up(policy: str) -> None:
    place = workspace()
    place.sign_up = policy
    place.save()


def _user(username: str, *, admin: bool) -> User:
    email = f"{username.lower()}@example.org"
    return User.objects.create(
        username=username, email=email, password=_hashed(PASSWORD), is_staff=admin, is_superuser=admin
    )


_hashed = cache(make_password)  # slow on purpose, and the same for all of the cast
