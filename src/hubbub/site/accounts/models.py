"""The user, the workspace and its invitations, for the standalone product only."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hubbub.lib import clock
from hubbub.people.actions import username_key

USERNAME_CHARS = 64


class UserManager(DjangoUserManager["User"]):
    """Users by name, whatever its case."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=username_key(username or ""))

    async def aget_by_natural_key(self, username: str | None) -> "User":
        return await self.aget(username_key=username_key(username or ""))


class User(AbstractUser):
    """Somebody with an account here. `username` is the handle that others see, compared without case."""

    username = models.CharField(
        _("name"), max_length=USERNAME_CHARS, unique=True, error_messages={"unique": _("This name is taken.")}
    )
    username_key = models.CharField(max_length=USERNAME_CHARS * 4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "hubbub_user"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="hubbub_user_email_is_unique",
                violation_error_message=_("This e-mail is in use."),
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_key = username_key(self.username)
        fields = kwargs.get("update_fields")
        if fields is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "username_key"}
        super().save(*args, **kwargs)


class SignUp(models.TextChoices):
    """Who may make an account."""

    OPEN = "open", _("Anyone who finds this page")
    INVITE = "invite", _("Whoever has an invitation link")
    CLOSED = "closed", _("Nobody")


class RoomMakers(models.TextChoices):
    """Who may make rooms."""

    EVERYONE = "everyone", _("Everyone with an account")
    ADMINS = "admins", _("Admins only")


class Workspace(models.Model):
    """One row: the name of the place and its doors. It is made together with the owner."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(_("workspace name"), max_length=60)
    sign_up = models.CharField(_("who may sign up"), max_length=8, choices=SignUp, default=SignUp.OPEN)
    room_makers = models.CharField(
        _("who may make rooms"), max_length=8, choices=RoomMakers, default=RoomMakers.EVERYONE
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "hubbub_workspace"
        verbose_name = _("workspace")
        verbose_name_plural = _("workspace")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="hubbub_workspace_is_one_row")
        ]

    def __str__(self) -> str:
        return self.name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=clock.now(), uses_left__gt=0)

    def with_token(self, token: str) -> "InvitationQuerySet":
        return self.filter(token_hash=Invitation.hash_of(token))


class Invitation(models.Model):
    """A link that lets people sign up. Only the hash of its token is kept, so the link is shown once."""

    token_hash = models.CharField(max_length=64, unique=True)  # serves the look-up of a link
    created_by = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    uses_left = models.PositiveIntegerField(_("uses left"), default=1)
    used_count = models.PositiveIntegerField(_("used"), default=0)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table = "hubbub_invitation"
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"#{self.pk}"

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def make(cls, created_by: User, *, uses: int, valid_for: timedelta) -> tuple["Invitation", str]:
        """A new invitation and its token, which is known now and never again."""
        token = secrets.token_urlsafe(24)
        expires_at: datetime = clock.now() + valid_for
        row = cls.objects.create(
            token_hash=cls.hash_of(token), created_by=created_by, expires_at=expires_at, uses_left=uses
        )
        return row, token
