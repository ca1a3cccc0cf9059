"""What was said and done in a room, and saying and doing it."""

from hubbub.api.endpoint import Reply, Visit
from hubbub.api.shapes import EventsQuery, MessagesQuery
from hubbub.messages import queries
from hubbub.messages.actions import operate as perform
from hubbub.messages.operations import Operation


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


def operate(visit: Visit[Operation]) -> Reply:
    """Do one operation; answered after its event is durable. The caller is confirmed in its transaction."""
    return Reply(perform(visit.caller, visit.room_id, visit.sent))
