"""Who takes part in a measurement, and in which rooms: made through commands and HTTP, as an operator would."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from hubbub.ops.bench import frames
from hubbub.ops.bench.product import Product
from hubbub.ops.bench.requests import Requests

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Cast:
    """People with their tokens, at a running server."""

    product: Product
    tokens: tuple[str, ...]
    owner: Requests

    @classmethod
    def at(cls, product: Product, count: int) -> "Cast":
        """So many people; the server is started between making them and the first room."""
        usernames = tuple(f"p{number}" for number in range(1, count + 1))
        owner, *tokens = product.add_people(usernames)
        product.start()
        return cls(product, tuple(tokens), product.requests(owner))

    def room(self, name: str, people: Sequence[int]) -> str:
        """A new room of these people (by number); its id. The owner made it and is a member, but holds no socket."""
        made: str = self.owner.post("/api/v1/rooms", {"name": name, "kind": "public"})["id"]
        self.each(people, lambda requests, _: requests.post(f"/api/v1/rooms/{quote(made)}/join", {}))
        return made

    def each(self, people: Sequence[int], act: Callable[[Requests, int], object]) -> list[object]:
        """Everybody does something by HTTP, some at a time."""

        def one(number: int) -> object:
            requests = Requests(self.product.port, self.tokens[number])
            try:
                return act(requests, number)
            finally:
                requests.close()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(one, people))

    def head(self, room: str) -> dict[str, object]:
        """Where the room stands, as a socket resumes from it."""
        page = self.owner.get(f"/api/v1/rooms/{quote(room)}/events?after=0&limit=1")
        return {"epoch": page["epoch"], "rooms": {room: page["head"]}}

    def last_event(self, room: str) -> bytes:
        """The newest event as a socket gets it: what the floor sends is to be as long."""
        head = self.owner.get(f"/api/v1/rooms/{quote(room)}")["head"]
        (event,) = self.owner.get(f"/api/v1/rooms/{quote(room)}/events?after={head - 1}&limit=1")["events"]
        return frames.as_json({"type": "event", "event": event})


class Talk:
    """Messages to a room, each with an id of its own."""

    def __init__(self, room: str, body: str) -> None:
        self._room = room
        self._body = body
        self._said = 0

    def next(self) -> bytes:
        self._said += 1
        return frames.as_json(
            {
                "type": "op",
                "ref": self._said,
                "op": "send",
                "room": self._room,
                "client_id": f"{self._room}.{id(self):x}.{self._said}",
                "body": self._body,
            }
        )


SENTENCE = "Shall we meet at ten by the harbour, or is it better at noon when everybody is awake?"
