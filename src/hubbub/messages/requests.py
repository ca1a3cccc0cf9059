"""An operation somebody asks for, and what is checked before it may be done: who, where, and whether it is a repeat."""

from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.events import log
from hubbub.events.models import Stream
from hubbub.events.schema import Repeat
from hubbub.lib.refusals import Conflict, Refused
from hubbub.messages.models import Message
from hubbub.messages.operations import Answer, Operation, fingerprint
from hubbub.people.access import Actor, Caller, confirm
from hubbub.rooms import access
from hubbub.rooms.access import Standing
from hubbub.rooms.models import Membership, Room


@dataclass(frozen=True, slots=True)
class Request:
    """A Caller is confirmed in the transaction; an Actor is vouched for by whoever asks."""

    by: Caller | Actor
    room_id: int | None
    operation: Operation

    @property
    def key(self) -> tuple[int, str]:
        """What makes a repeat. An operation without a client id (our own doors allow that) repeats nothing."""
        return self.by.person_id, self.operation.client_id or f"\0{id(self.operation)}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that may be done: its author sees the room, and it is no repeat."""

    key: tuple[int, str]
    actor: Actor
    standing: Standing
    operation: Operation
    fingerprint: str

    @property
    def room(self) -> Room:
        return self.standing.room


@dataclass(slots=True)
class Batch:
    """What the requests of one transaction share, read at once. Their streams are locked."""

    actors: dict[Caller, Actor | Refused]
    standings: dict[tuple[int, int], Standing]
    streams: dict[int, Stream]
    repeats: dict[tuple[int, str], Repeat]

    def check(self, request: Request) -> Checked | Answer:
        """The request ready to be done, or the answer that it got the first time. Raises Refused."""
        actor = self._actor(request.by)
        standing = self._standing(actor, request.room_id)
        content = fingerprint(request.operation)
        checked = Checked(request.key, actor, standing, request.operation, content)
        repeat = self.repeats.get(request.key)
        if repeat is None:
            return checked
        self._standing(actor, repeat.stream_id)
        if repeat.fingerprint != content:
            raise Conflict("This client_id was used for something else.")
        return answer(repeat, request.operation.client_id, duplicate=True)

    def remember(self, done: Sequence[tuple[Checked, Repeat]]) -> None:
        """Keep the answers, for the rest of this batch and for ever."""
        self.repeats.update((checked.key, repeat) for checked, repeat in done)
        log.remember((*checked.key, repeat) for checked, repeat in done if checked.operation.client_id)

    def entered(self, standing: Standing, membership: Membership) -> None:
        """Somebody joined the room in this batch; requests checked later know it."""
        assert standing.actor is not None
        key = standing.actor.person_id, standing.room.pk
        self.standings[key] = Standing(standing.room, standing.actor, membership)

    def _actor(self, by: Caller | Actor) -> Actor:
        found = by if isinstance(by, Actor) else self.actors[by]
        if isinstance(found, Refused):
            raise found
        return found

    def _standing(self, actor: Actor, room_id: int | None) -> Standing:
        found = self.standings.get((actor.person_id, room_id)) if room_id is not None else None
        if found is None:
            raise access.no_such_room()
        return found


def prepare(requests: Sequence[Request]) -> Batch:
    """Lock the rooms' streams and read what deciding needs: a fixed number of queries for any number of requests."""
    streams = log.lock({request.room_id for request in requests if request.room_id is not None})
    actors = confirm({request.by for request in requests if isinstance(request.by, Caller)})
    acting = [(_acting(request, actors), request) for request in requests]
    repeats = log.repeats(
        {(actor.person_id, request.operation.client_id) for actor, request in acting if actor}
    )
    pairs = {(actor, request.room_id) for actor, request in acting if actor and request.room_id is not None}
    pairs |= {
        (actor, repeats[actor.person_id, request.operation.client_id].stream_id)
        for actor, request in acting
        if actor and (actor.person_id, request.operation.client_id) in repeats
    }
    return Batch(actors, access.standings(pairs), streams, repeats)


def answer(repeat: Repeat, client_id: str, *, duplicate: bool = False) -> Answer:
    return Answer(
        room=Room.wire_id_of(repeat.stream_id),
        seq=repeat.seq,
        id=Message.wire_id_of(repeat.subject),
        client_id=client_id,
        duplicate=duplicate,
    )


def _acting(request: Request, actors: dict[Caller, Actor | Refused]) -> Actor | None:
    found = request.by if isinstance(request.by, Actor) else actors[request.by]
    return found if isinstance(found, Actor) else None
