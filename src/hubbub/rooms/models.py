"""Rooms and memberships. A room's number is that of its stream; they know nothing of messages."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hubbub.events.models import Stream
from hubbub.lib import clock, ids
from hubbub.people.models import Person


class Kind(models.TextChoices):
    """Who may see a room, and who may speak in it."""

    PUBLIC = "public", _("public: everybody reads, members speak")
    PRIVATE = "private", _("private: members only")
    ANNOUNCEMENT = "announcement", _("announcement: everybody reads, managers speak")
    STAFF = "staff", _("staff: admins only")
    DIRECT = "direct", _("direct: exactly these people")


class Role(models.TextChoices):
    MEMBER = "member", _("member")
    MANAGER = "manager", _("manager")


class Room(models.Model):
    """A place where people talk. Named rooms have unique names; a direct room has a key made of its people."""

    stream = models.OneToOneField(Stream, primary_key=True, on_delete=models.CASCADE, related_name="room")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name = models.CharField(_("name"), max_length=80, blank=True)
    name_key = models.CharField(
        max_length=240, unique=True, null=True, editable=False
    )  # serves the look by name
    topic = models.CharField(_("topic"), max_length=250, blank=True)
    visitors = models.BooleanField(_("open to visitors"), default=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    direct_key = models.CharField(
        max_length=500, unique=True, null=True, editable=False
    )  # serves open_direct
    created_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        db_table = "hubbub_room"
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        indexes: ClassVar = [  # serves the list of rooms: those that are open to everybody
            models.Index(fields=["kind"], name="hubbub_room_kind")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=Kind.DIRECT, name_key=None, direct_key__isnull=False)
                | (~Q(kind=Kind.DIRECT) & Q(name_key__isnull=False, direct_key=None)),
                name="hubbub_room_named_or_direct",
            )
        ]

    def __str__(self) -> str:
        return self.name or f"({self.kind} {self.pk})"

    @property
    def wire_id(self) -> str:
        return self.wire_id_of(self.pk)

    @staticmethod
    def wire_id_of(pk: int) -> str:
        return f"r{pk}"

    @property
    def is_direct(self) -> bool:
        return self.kind == Kind.DIRECT

    @staticmethod
    def pk_of(wire_id: object) -> int | None:
        return ids.row_of(wire_id, "r")


class Membership(models.Model):
    """A person belongs to a room. `read_seq` is the position up to which they have read it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="memberships"
    )  # index: their rooms
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.MEMBER)
    read_seq = models.BigIntegerField(default=0)
    joined_at = models.DateTimeField(_("joined"), default=clock.now, editable=False)

    class Meta:
        db_table = "hubbub_membership"
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [  # serves the look of one and the list of a room's members
            models.UniqueConstraint(fields=["room", "person"], name="hubbub_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} @ {self.room}"
