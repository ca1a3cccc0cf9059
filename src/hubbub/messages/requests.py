"""An operation somebody asks for, and what is checked before it may be done: who, where, and whether it is a repeat."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from hubbub.events import log
from hubbub.events.log import LockedStream
from hubbub.events.schema import Repeat
from hubbub.lib.asking import Later
from hubbub.lib.refusals import Conflict, RateLimited, Refused
from hubbub.messages.models import Message
from hubbub.messages.operations import Answer, Operation, fingerprint
from hubbub.people import rates
from hubbub.people.access import Actor, Caller, confirming
from hubbub.rooms import access
from hubbub.rooms.access import Footing
from hubbub.rooms.models import Room

Key = tuple[int, str]
"""What makes a repeat: the author and the client id."""


class Request(msgspec.Struct, frozen=True):
    """A Caller is confirmed in the transaction; an Actor is vouched for by whoever asks.

    `is_counted` says that the door has counted it against the rate already, over all processes.
    """

    by: Caller | Actor
    room_id: int | None
    operation: Operation
    is_counted: bool = False

    @property
    def key(self) -> Key:
        """An operation without a client id (our own doors allow that) repeats nothing."""
        return self.by.person_id, self.operation.client_id or f"\0{id(self.operation)}"


class Checked(msgspec.Struct, frozen=True):
    """A request that may be done: its author sees the room, and it is no repeat."""

    key: Key
    actor: Actor
    footing: Footing
    operation: Operation
    fingerprint: str

    @property
    def room_id(self) -> int:
        return self.footing.room_id


@dataclass(slots=True)
class Batch:
    """What the requests of one transaction share, read at once. Their streams are locked."""

    actors: dict[Caller, Actor | Refused]
    footings: dict[tuple[Actor, int], Footing]
    streams: dict[int, LockedStream]
    repeats: dict[Key, Repeat]
    too_fast: dict[int, RateLimited]
    """Requests beyond the rate of their author, by identity."""
    joined: set[tuple[int, int]] = field(default_factory=set)
    """Who joined which room in this very batch, by person and room."""

    def check(self, request: Request) -> Checked | Answer:
        """The request ready to be done, or the answer that it got the first time. Raises Refused."""
        actor = self._actor(request.by)
        if self.too_fast and id(request) in self.too_fast:
            raise self.too_fast[id(request)]
        footing = self._footing(actor, request.room_id)
        content = fingerprint(request.operation)
        key = request.key
        repeat = self.repeats.get(key)
        if repeat is None:
            return Checked(key, actor, footing, request.operation, content)
        self._footing(actor, repeat.stream_id)
        check_same(repeat.fingerprint, content)
        return answer(repeat, request.operation.client_id, duplicate=True)

    def remember(self, done: Sequence[tuple[Checked, Repeat]]) -> None:
        """Keep the answers, for the rest of this batch and for ever."""
        self.repeats.update((checked.key, repeat) for checked, repeat in done)
        log.remember((*checked.key, repeat) for checked, repeat in done if checked.operation.client_id)

    def _actor(self, by: Caller | Actor) -> Actor:
        found = by if isinstance(by, Actor) else self.actors[by]
        if isinstance(found, Refused):
            raise found
        return found

    def _footing(self, actor: Actor, room_id: int | None) -> Footing:
        found = self.footings.get((actor, room_id)) if room_id is not None else None
        if found is None:
            raise access.no_such_room()
        return found


def preparing(requests: Sequence[Request]) -> Later[Batch]:
    """Lock the rooms' streams and read what deciding needs: a fixed number of queries for any number of requests.

    More is read than may be told: who may not act learns nothing of it.
    """
    locking = log.locking({request.room_id for request in requests if request.room_id is not None})
    spending = _beyond_rate(requests)
    confirmed = confirming({request.by for request in requests if isinstance(request.by, Caller)})
    repeating = log.repeats({request.key for request in requests if request.operation.client_id})
    grounds = access.grounds(
        {(request.by.person_id, request.room_id) for request in requests if request.room_id is not None}
    )

    def prepared() -> Batch:
        streams, too_fast, actors, repeats = locking(), spending(), confirmed(), repeating()
        acting = [(actor, request) for request in requests if (actor := _acting(request, actors))]
        here = {(actor, request.room_id) for actor, request in acting if request.room_id is not None}
        footings = access.footings_of(here, grounds())
        if repeats:
            elsewhere = {
                (actor, repeats[request.key].stream_id) for actor, request in acting if request.key in repeats
            }
            footings |= access.footings(elsewhere - here)
        return Batch(actors, footings, streams, repeats, too_fast)

    return prepared


def answer(repeat: Repeat, client_id: str, *, duplicate: bool = False) -> Answer:
    return Answer(
        room=Room.wire_id_of(repeat.stream_id),
        seq=repeat.seq,
        id=Message.wire_id_of(repeat.subject),
        client_id=client_id,
        duplicate=duplicate,
    )


def check_same(first: str, again: str) -> None:
    """A client id belongs to one content for ever; raises Conflict."""
    if first != again:
        raise Conflict("This client_id was used for something else.")


def _beyond_rate(requests: Sequence[Request]) -> Later[dict[int, RateLimited]]:
    """Of each person's requests the first pass, as many as their rate allows over all processes."""
    if not rates.is_shared("ops"):
        return dict
    counted = [request for request in requests if isinstance(request.by, Caller) and not request.is_counted]
    spent = rates.spend("ops", Counter(request.by.person_id for request in counted))

    def too_fast() -> dict[int, RateLimited]:
        left, found = spent(), {}
        for request in counted if left else ():
            mine = left[request.by.person_id]
            mine.granted -= 1
            if mine.granted < 0:
                found[id(request)] = mine.refusal
        return found

    return too_fast


def _acting(request: Request, actors: dict[Caller, Actor | Refused]) -> Actor | None:
    found = request.by if isinstance(request.by, Actor) else actors[request.by]
    return found if isinstance(found, Actor) else None
