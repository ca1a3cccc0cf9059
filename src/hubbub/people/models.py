"""People as the chat knows them. On whatever user model the site has; they know nothing of rooms."""

import hashlib
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hubbub.lib import clock

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class Person(models.Model):
    """A user as others in the chat know them. The handle never changes and outlives the user's account.

    `version` is raised whenever their memberships or read positions change, so that every process can see by one
    number whether what it knows of them is old.
    """

    user: "models.OneToOneField[AbstractBaseUser | None]" = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="hubbub_person",
    )
    username = models.CharField(_("username"), max_length=150, unique=True)
    username_key = models.CharField(
        max_length=300, unique=True, editable=False
    )  # serves the look by any spelling
    is_bot = models.BooleanField(_("bot"), default=False)
    version = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "hubbub_person"
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.username


class Token(models.Model):
    """A bearer token for programs. Only its hash is kept."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("person")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)  # serves the look at every request
    name = models.CharField(_("name"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        db_table = "hubbub_token"
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.name or self.pk} ({self.person})"

    @staticmethod
    def digest_of(token: str) -> str:
        """What is stored of a token. It is long and random, so that a plain hash is enough."""
        return hashlib.sha256(token.encode()).hexdigest()


class BanQuerySet(models.QuerySet["Ban"]):
    def in_force(self) -> "BanQuerySet":
        return self.filter(Q(until=None) | Q(until__gt=clock.now()))


class Ban(models.Model):
    """Shuts a person out of the chat, for good or until a moment, without touching their account."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="bans", verbose_name=_("person")
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    by = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        db_table = "hubbub_ban"
        verbose_name = _("ban")
        verbose_name_plural = _("bans")

    def __str__(self) -> str:
        return str(self.person)


class SignInFailure(models.Model):
    """Wrong passwords lately, counted by whom and from where; the same for every process."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        db_table = "hubbub_sign_in_failure"
        indexes: ClassVar = [models.Index(fields=["since"], name="hubbub_failure_since")]  # serves the sweep


class RateBucket(models.Model):
    """What is left of a rate to one person, over all processes. Of no value after a crash, and so not logged."""

    pk = models.CompositePrimaryKey("person", "rate")  # serves the one statement that fills and takes
    person = models.BigIntegerField()
    rate = models.CharField(max_length=16)
    tokens = models.FloatField()
    granted = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "hubbub_rate"
