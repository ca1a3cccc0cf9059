"""Statements about many messages at once, raw. A test holds the columns against the models."""

from hubbub.lib.rows import Statement, Table

MESSAGES = Table(
    "hubbub_message",
    {
        "id": "bigint",
        "room_id": "bigint",
        "seq": "bigint",
        "ordinal": "bigint",
        "author_id": "bigint",
        "body": "text",
        "html": "text",
        "at": "timestamptz",
        "reply_to_id": "bigint",
        "edit_seqs": "jsonb",
    },
)

MENTIONS = Table(
    "hubbub_mention", {"message_id": "bigint", "person_id": "bigint", "room_id": "bigint", "seq": "bigint"}
)

COUNTS = Statement(
    """
    SELECT given.room, coalesce(
        (SELECT m.ordinal FROM hubbub_message AS m WHERE m.room_id = given.room ORDER BY m.seq DESC LIMIT 1), 0
    ) FROM {given}
    """,
    {"room": "bigint"},
)

IN_THEIR_ROOM = Statement(
    """
    SELECT m.id, m.room_id FROM {given} CROSS JOIN hubbub_message AS m
    WHERE m.id = given.id AND m.room_id = given.room
    """,
    {"id": "bigint", "room": "bigint"},
)
