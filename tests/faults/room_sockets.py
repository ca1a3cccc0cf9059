"""Those who use the simple socket of one room: some listen and resume by position, some speak and repeat by key.

What a speaker is shown is not judged: a repeated key is answered by the stored message, out of turn.
"""

import asyncio
import json
from abc import abstractmethod
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.faults.asking import Asking
from tests.faults.clients import AGAIN, ANSWER_SECONDS
from tests.faults.history import Answered, Asked, Heard, Listening
from tests.faults.load import random_body
from tests.faults.wandering import Wanderer
from tests.faults.world import World

Json = dict[str, Any]
PAUSE_SECONDS = 0.5


class RoomClient(Wanderer):
    """One after the other a socket of a room."""

    def __init__(self, world: World, name: str, asking: Asking, room: Json) -> None:
        super().__init__(world, name, asking)
        self.room = room

    @property
    def path(self) -> str:
        return f"/ws/chat/{quote(self.room['name'])}/{self.query}"

    async def meet(self, socket: ClientConnection) -> None:
        try:
            while True:
                self.take(socket, json.loads(await socket.recv()))
        except ConnectionClosed as closed:
            self.mind(closed.rcvd.code if closed.rcvd is not None else 1006)
        finally:
            self.left()

    @property
    @abstractmethod
    def query(self) -> str: ...

    @abstractmethod
    def take(self, socket: ClientConnection, decoded: Any) -> None: ...

    @abstractmethod
    def left(self) -> None: ...


class Listener(RoomClient):
    """Says nothing; remembers up to where it was told everything, and resumes from there."""

    position = 0
    _shown_to = ""

    @property
    def query(self) -> str:
        return f"?after={self.position}"

    def take(self, socket: ClientConnection, decoded: Any) -> None:
        for frame in decoded if isinstance(decoded, list) else [decoded]:
            match frame["type"]:
                case "user_list":
                    self._begin(self.position)
                case "message_history":  # too far behind: it begins anew, as somebody else to the judge
                    self._shown_to = f"{self.name} from {frame['version']}"
                    self._begin(frame["version"])
                case "chat_message":
                    self._hear(frame)
            self.position = max(self.position, frame.get("version", 0))

    def left(self) -> None:
        """Nothing to do: the position stays."""

    def _begin(self, after: int) -> None:
        self.connection = next(self.world.numbers)
        at = self.world.now()
        self.world.tell(Listening(at, self._shown_to or self.name, self.room["id"], self.connection, after))

    def _hear(self, frame: Json) -> None:
        at, number, body = self.world.now(), frame["number"], frame["message"]
        self.world.tell(
            Heard(at, self._shown_to or self.name, self.room["id"], self.connection, number, body)
        )


class Speaker(RoomClient):
    """Says one thing after the other, each until it is answered."""

    query = "?history=0"

    def __init__(self, world: World, name: str, asking: Asking, room: Json) -> None:
        super().__init__(world, name, asking, room)
        self.unanswered: set[str] = set()
        self._person = name.rpartition("-")[0]
        self._socket: ClientConnection | None = None
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    async def talk(self) -> None:
        while not self.world.stopping.is_set():
            key = f"{self.name}-{next(self.world.numbers)}-{self.dice.getrandbits(32):08x}"
            await self._say({"op": "send", "client_id": key, "body": random_body(self.dice)})
            await self.world.pause(self.dice.expovariate(1 / PAUSE_SECONDS))

    async def _say(self, op: Json) -> None:
        self.unanswered.add(op["client_id"])
        while not await self._try(op):
            await asyncio.sleep(self.dice.uniform(0.1, 0.8))
        self.unanswered.discard(op["client_id"])

    async def _try(self, op: Json) -> bool:
        """Whether there is an answer that is not 'try again'."""
        if self._socket is None:
            return False
        socket, attempt, key = self._socket, next(self.world.numbers), op["client_id"]
        waiting = self._waiting[key] = asyncio.get_running_loop().create_future()
        asked = (attempt, self.name, self._person, self.node, self.connection, self.room["id"], op)
        self.world.tell(Asked(self.world.now(), *asked))
        try:
            await socket.send(json.dumps({"message": op["body"], "key": key}))
            answer = await asyncio.wait_for(waiting, ANSWER_SECONDS)
        except TimeoutError:
            await socket.close()
            return False
        except ConnectionClosed:
            return False
        if not answer:
            return False
        return self._answered(attempt, answer)

    def _answered(self, attempt: int, answer: Json) -> bool:
        if answer["type"] == "error":
            self.world.tell(Answered(self.world.now(), attempt, code=answer["code"]))
            return answer["code"] not in AGAIN
        told = {"room": self.room["id"], "seq": answer["number"], "id": answer["id"]}
        # The frame of a repeat is that of the message itself: it does not say that it is one.
        ack = {**told, "client_id": answer["key"], "duplicate": False}
        self.world.tell(Answered(self.world.now(), attempt, ack=ack))
        return True

    def take(self, socket: ClientConnection, decoded: Any) -> None:
        for frame in decoded if isinstance(decoded, list) else [decoded]:
            if frame["type"] == "user_list":
                self._socket = socket
            own = frame["type"] == "error" or frame.get("user") == self._person
            waiting = self._waiting.pop(frame.get("key", ""), None) if own else None
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)

    def left(self) -> None:
        self._socket = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result({})
        self._waiting.clear()
