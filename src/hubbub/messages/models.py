"""Messages, reactions and mentions: the state that the log folds to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hubbub.lib import ids
from hubbub.people.models import Person
from hubbub.rooms.models import Room


class Message(models.Model):
    """Something said in a room. `seq` is the position of its event; `edit_seqs` those of its edits.

    `ordinal` says how many messages the room has had up to this one, deleted ones included.
    """

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="messages", db_index=False, verbose_name=_("room")
    )
    seq = models.BigIntegerField(_("number"))
    ordinal = models.BigIntegerField(editable=False)
    author = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("author")
    )
    body = models.TextField(_("text"))
    html = models.TextField(editable=False)
    at = models.DateTimeField(_("said"))
    edited_at = models.DateTimeField(_("edited"), null=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    reply_to = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    edit_seqs = models.JSONField(default=list, editable=False)

    class Meta:
        db_table = "hubbub_message"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [  # serves every page of a room's history, and the ordinal at a position
            models.UniqueConstraint(fields=["room", "seq"], name="hubbub_message_position")
        ]
        indexes: ClassVar = [
            # Serves the count of one's own messages after a position; and a person's end, which they forbid.
            models.Index(fields=["author", "room", "seq"], name="hubbub_message_own"),
            # Serves the count of what was taken back after a position, by whom.
            models.Index(
                fields=["room", "seq", "author"],
                condition=models.Q(deleted_at__isnull=False),
                name="hubbub_message_deleted",
            ),
            # Serves a room's end: a reply forgets what it replied to.
            models.Index(
                fields=["reply_to"],
                condition=models.Q(reply_to__isnull=False),
                name="hubbub_message_reply",
            ),
        ]

    def __str__(self) -> str:
        return self.wire_id

    @property
    def wire_id(self) -> str:
        return self.wire_id_of(self.pk)

    @staticmethod
    def wire_id_of(pk: int) -> str:
        return f"m{pk}"

    @staticmethod
    def pk_of(wire_id: object) -> int | None:
        return ids.row_of(wire_id, "m")


class Reaction(models.Model):
    """An emoji that a person put to a message."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="reactions", db_index=False, verbose_name=_("message")
    )
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("person")
    )
    emoji = models.CharField(_("emoji"), max_length=64)
    at = models.DateTimeField(_("put"))

    class Meta:
        db_table = "hubbub_reaction"
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints: ClassVar = [  # serves the reactions of a page of messages, and putting or taking one
            models.UniqueConstraint(fields=["message", "emoji", "person"], name="hubbub_reaction_once")
        ]

    def __str__(self) -> str:
        return f"{self.emoji} {self.person}"


class Mention(models.Model):
    """A message names a member of its room."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="mentions"
    )  # index: what an edit or a delete replaces
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    seq = models.BigIntegerField()

    class Meta:
        db_table = "hubbub_mention"
        constraints: ClassVar = [  # serves the count of unread mentions in every room of a person
            models.UniqueConstraint(fields=["person", "room", "seq"], name="hubbub_mention_once")
        ]
