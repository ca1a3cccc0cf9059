"""The log's statements about many rows at once, for `log.py` and for seeding. A test holds the columns."""

from hubbub.lib.rows import Statement, Table

EVENTS = Table(
    "hubbub_event",
    {
        "stream_id": "bigint",
        "seq": "bigint",
        "kind": "text",
        "by": "bigint",
        "client_id": "text",
        "at": "timestamptz",
        "data": "text",
    },
)

RECEIPTS = Table(
    "hubbub_receipt",
    {
        "author": "bigint",
        "client_id": "text",
        "fingerprint": "text",
        "stream_id": "bigint",
        "seq": "bigint",
        "subject": "bigint",
    },
)

EPOCH = Statement(
    "SELECT l.epoch FROM {given} CROSS JOIN hubbub_log_state AS l WHERE l.id = given.id", {"id": "bigint"}
)

HEADS = Statement(
    "SELECT s.id, s.head FROM {given} CROSS JOIN hubbub_stream AS s WHERE s.id = given.id", {"id": "bigint"}
)

FLOORS = Statement(
    "SELECT s.id, s.floor FROM {given} CROSS JOIN hubbub_stream AS s WHERE s.id = given.id", {"id": "bigint"}
)

LOCK = Statement(
    "SELECT s.id, s.head FROM {given} CROSS JOIN hubbub_stream AS s WHERE s.id = given.id ORDER BY s.id",
    {"id": "bigint"},
    lock="s",
)

ADVANCE = Statement(
    "UPDATE hubbub_stream SET head = given.head FROM {given} WHERE hubbub_stream.id = given.id",
    {"id": "bigint", "head": "bigint"},
)

REPEATS = Statement(
    """
    SELECT r.author, r.client_id, r.fingerprint, r.stream_id, r.seq, r.subject
    FROM {given} CROSS JOIN hubbub_receipt AS r
    WHERE r.author = given.author AND r.client_id = given.client_id
    """,
    {"author": "bigint", "client_id": "text"},
)

AFTER = """
    SELECT e.stream_id, e.seq, e.kind, e."by", e.client_id, e.at, e.data FROM hubbub_event AS e
    WHERE e.stream_id = %s AND e.seq > %s ORDER BY e.seq LIMIT %s
"""

BETWEEN = Statement(
    """
    SELECT e.stream_id, e.seq, e.kind, e."by", e.client_id, e.at, e.data FROM {given} CROSS JOIN hubbub_event AS e
    WHERE e.stream_id = given.stream AND e.seq > given.low AND e.seq <= given.high
    """,
    {"stream": "bigint", "low": "bigint", "high": "bigint"},
)

HAPPENED = """
    SELECT 1 FROM hubbub_event
    WHERE stream_id = %s AND seq = %s AND kind = %s AND at = %s AND client_id IS NOT DISTINCT FROM %s
"""
REMEMBERED = "SELECT 1 FROM hubbub_receipt WHERE author = %s AND client_id = %s AND subject = %s"
