"""Where allauth meets the product: one throttled way in, and ended sessions are told to open sockets."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubbub.lib.refusals import RateLimited, Unauthenticated
from hubbub.people import sign_in
from hubbub.people.actions import end_session, end_sessions, person_for, username_key
from hubbub.site.accounts.models import SignUp, User
from hubbub.site.accounts.policy import free_username, workspace


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """The decisions that allauth leaves to a site."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return workspace().sign_up == SignUp.OPEN

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002 (allauth calls it so)
        return free_username(username)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The one throttled way in, the same as for the JSON API."""
        name = credentials.get("username") or credentials.get("email") or ""
        address = request.META.get("REMOTE_ADDR") or ""
        try:
            user: AbstractBaseUser = sign_in.check(_username_of(name), credentials["password"], address)
        except Unauthenticated:
            return None
        except RateLimited as refusal:
            raise ValidationError(_too_many_tries(refusal), code="rate_limited") from None
        return user

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password ends every other session of that user, on open sockets too."""
        super().set_password(user, password)
        end_sessions(user, keep=_own_session(context.request, user))

    def logout(self, request: HttpRequest) -> None:
        session_key, user = request.session.session_key, request.user
        super().logout(request)
        if session_key and isinstance(user, User):
            end_session(session_key, person_for(user).pk)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")


def _username_of(name: str) -> str:
    """The username for a username or an e-mail; a name that is both is a username."""
    if "@" not in name or User.objects.filter(username_key=username_key(name)).exists():
        return name
    owner = User.objects.filter(email__iexact=name).first()
    return owner.username if owner else name


def _too_many_tries(refusal: RateLimited) -> str:
    minutes = -(-(refusal.retry_after_ms or 60_000) // 60_000)
    words = ngettext("Try again in %(minutes)d minute.", "Try again in %(minutes)d minutes.", minutes)
    return f"{_('Too many wrong passwords.')} {words % {'minutes': minutes}}"


def _own_session(request: HttpRequest | None, user: AbstractBaseUser) -> str:
    if request is None or request.user.pk != user.pk:
        return ""
    return request.session.session_key or ""
