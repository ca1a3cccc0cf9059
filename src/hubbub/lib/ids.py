"""Opaque ids of the wire: a letter for the kind, then the row's number; knows no kinds."""

import secrets

MAX_ROW = 2**63 - 1


def row_of(wire_id: object, letter: str) -> int | None:
    """The row number in `wire_id` ("r12" with letter "r" is 12); None for anything that we never gave out."""
    if not isinstance(wire_id, str) or not wire_id.startswith(letter):
        return None
    digits = wire_id[len(letter) :]
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19 or digits[0] == "0":
        return None
    row = int(digits)
    return row if row <= MAX_ROW else None


def new_epoch() -> str:
    """A name for one life of the log; another after every restore."""
    return secrets.token_hex(8)
