"""What was said and done in a room, and saying and doing it."""

import msgspec

from hubbub.api.endpoint import Reply, Visit
from hubbub.api.shapes import EventsQuery, MessagesQuery
from hubbub.messages import queries
from hubbub.messages.actions import operate as perform
from hubbub.messages.news import news
from hubbub.messages.operations import Operation
from hubbub.messages.wire import Known

AGAIN_MS = 2_000


def list_events(visit: Visit[EventsQuery]) -> Reply:
    """The log of a room after a position, in order."""
    sent = visit.sent
    return Reply(
        queries.events_page(visit.visitor_or_actor, visit.room_id, after=sent.after, limit=sent.limit)
    )


def list_messages(visit: Visit[MessagesQuery]) -> Reply:
    """A page of messages, oldest first, exactly as they are at the page's `seq`."""
    sent = visit.sent
    page = queries.messages_page(
        visit.visitor_or_actor,
        visit.room_id,
        before=sent.before,
        after=sent.after,
        around=sent.around,
        limit=sent.limit,
    )
    return Reply(page)


def poll(visit: Visit[Known]) -> Reply:
    """What is new in all rooms of the caller. The server waits for it; where it cannot, `again_ms` says when to ask."""
    found = news(visit.actor, visit.sent)
    return Reply(found if found.frames else msgspec.structs.replace(found, again_ms=AGAIN_MS))


def operate(visit: Visit[Operation]) -> Reply:
    """Do one operation; answered after its event is durable. The caller is confirmed in its transaction."""
    return Reply(perform(visit.caller, visit.room_id, visit.sent))
