"""The rows of the log. Written only by `log.py`; they know no chat noun."""

from typing import ClassVar

from django.db import models


class LogState(models.Model):
    """One row: the name of this life of the log. Another after a restore, so that clients ahead of it start anew."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=16)

    class Meta:
        db_table = "hubbub_log_state"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="hubbub_log_state_is_one_row")
        ]


class Stream(models.Model):
    """A sequence of events numbered 1, 2, 3, … up to `head` without a hole; those up to `floor` were purged."""

    head = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "hubbub_stream"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(floor__gte=0) & models.Q(head__gte=models.F("floor")),
                name="hubbub_stream_floor_below_head",
            )
        ]


class Event(models.Model):
    """One change of a stream. `data` is the JSON text of what the kind adds; `by` a person's number."""

    pk = models.CompositePrimaryKey("stream_id", "seq")  # serves read_after and every lookup by position
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    by = models.BigIntegerField(null=True)
    client_id = models.CharField(max_length=64, null=True)
    at = models.DateTimeField()
    data = models.TextField()

    class Meta:
        db_table = "hubbub_event"


class Receipt(models.Model):
    """What an operation was answered with, kept for ever, so that its repeat gets the same answer."""

    pk = models.CompositePrimaryKey("author", "client_id")  # serves the look for a repeat
    author = models.BigIntegerField()
    client_id = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=32)
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, db_index=False)
    seq = models.BigIntegerField()
    subject = models.BigIntegerField()

    class Meta:
        db_table = "hubbub_receipt"
