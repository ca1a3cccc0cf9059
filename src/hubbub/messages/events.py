"""The kinds of event that messages record. These structs are the wire's schema and its documentation at once."""

import msgspec

MESSAGE, EDIT, DELETE, REACT, UNREACT = "message", "edit", "delete", "react", "unreact"


class _Optional(msgspec.Struct, frozen=True, omit_defaults=True):
    """Fields that are left out when they hold nothing."""


class Said(_Optional, frozen=True):
    """`message`: text and its safe HTML; both null once the message is deleted."""

    id: str
    body: str | None
    html: str | None
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()


class Edited(_Optional, frozen=True):
    """`edit`: the new text of `target`; null once the message is deleted."""

    target: str
    body: str | None
    html: str | None
    mentions: tuple[str, ...] = ()


class Deleted(msgspec.Struct, frozen=True):
    """`delete`: `target` was taken back."""

    target: str


class Reacted(msgspec.Struct, frozen=True):
    """`react` and `unreact`: `by` put `emoji` to `target`, or took it away."""

    target: str
    emoji: str
