"""A client that does what the contract asks of one: resumes by position, and repeats what was not answered.

It trusts nothing that it is told: everything goes into the history for the judge.
"""

import asyncio
import json
from collections import deque
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.faults.asking import Asking, Reply
from tests.faults.history import (
    Answered,
    Asked,
    Closed,
    Fetched,
    Gained,
    Lost,
    Odd,
    Opened,
    Received,
    Reset,
    Synced,
)
from tests.faults.wandering import Wanderer
from tests.faults.world import World

Json = dict[str, Any]
ANSWER_SECONDS = 12.0
AGAIN = ("busy", "unavailable", "rate_limited")
SESSION_ENDED = 4401
REMEMBERED = 60
GONE: Json = {}


class Client(Wanderer):
    def __init__(self, world: World, name: str, asking: Asking) -> None:
        super().__init__(world, name, asking)
        self.person = name.rpartition("-")[0]
        self.epoch = ""
        self.positions: dict[str, int] = {}
        self.followed: set[str] = set()
        self.known: dict[
            str, deque[Json]
        ] = {}  # by room the messages said last: what one may edit or react to
        self.unanswered: set[str] = set()
        self.signed_out = False
        self.refreshed = asyncio.Event()  # signed in again
        self.connected = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._highest: dict[str, int] = {}
        self._leaving: asyncio.Task[None] | None = None

    # The life of its socket

    path = "/ws/v1"

    async def close(self) -> None:
        for task in self._fetching.values():
            task.cancel()
        if self._leaving is not None:
            self._leaving.cancel()
        await super().close()

    async def meet(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "hello", "v": 1} | self._resume()))
        code = 1006
        try:
            while True:
                decoded = json.loads(await socket.recv())
                for frame in decoded if isinstance(decoded, list) else [decoded]:
                    self._take(socket, frame)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd is not None else 1006
        finally:
            self._disconnected(code)
        if code == SESSION_ENDED and self.signed_out:
            await self.refreshed.wait()
        else:
            self.mind(code)

    def _disconnected(self, code: int) -> None:
        self.connected.clear()
        if self._socket is not None:
            self.world.tell(Closed(self.world.now(), self.connection, code))
        self._socket = None
        if self._leaving is not None:
            self._leaving.cancel()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(GONE)
        self._waiting.clear()

    def _resume(self) -> Json:
        self._resumed = dict(self.positions)
        return {"resume": {"epoch": self.epoch, "rooms": self._resumed}} if self._resumed else {}

    # What the server says

    def _take(self, socket: ClientConnection, frame: Json) -> None:
        at = self.world.now()
        match frame["type"]:
            case "ready":
                self._ready(socket, frame, at)
            case "event":
                self._event(frame["event"], at)
            case "ack" | "err":
                self._answer(frame)
            case "synced":
                self.world.tell(Synced(at, self.connection, frame["room"], frame["head"]))
            case "reset":
                self.world.tell(Reset(at, self.connection, frame["room"], frame["head"], frame["reason"]))
                self._begin(frame["room"], frame["head"])
            case "room":
                self._room(frame["room"], at)
            case "revoked":
                self.world.tell(Lost(at, self.connection, frame["room"]))
                self._forget(frame["room"])
            case "drain":
                wait = self.dice.uniform(0, frame["within_ms"] / 1000)
                self._leaving = asyncio.ensure_future(self._leave_later(socket, wait))

    def _ready(self, socket: ClientConnection, frame: Json, at: float) -> None:
        heads = {room["id"]: room["head"] for room in frame["rooms"] if room["member"]}
        self.world.tell(
            Opened(
                at, self.connection, self.name, self.person, self.node, frame["epoch"], heads, self._resumed
            )
        )
        self._socket = socket
        if frame["epoch"] != self.epoch:
            self.epoch = frame["epoch"]
            self.positions.clear()  # they are of another life of the log; each gets its `reset`
        self.followed = {*heads, *self._resumed}
        for room, head in heads.items():
            if room not in self._resumed:
                self._begin(room, head)
        self.connected.set()

    def _event(self, event: Json, at: float) -> None:
        room, seq = event["room"], event["seq"]
        digest = self.world.history.see(at, event)
        self.world.tell(Received(at, self.connection, room, seq, digest))
        self._highest[room] = max(seq, self._highest.get(room, 0))
        if room in self.positions:
            self.positions[room] = max(seq, self.positions[room])
        if event["type"] == "message":
            self.remember(room, event["id"], event["by"])

    def _room(self, room: Json, at: float) -> None:
        if room["id"] in self.followed:
            return
        self.world.tell(Gained(at, self.connection, room["id"], room["head"]))
        self.followed.add(room["id"])
        self._begin(room["id"], room["head"])

    def remember(self, room: str, message: str, by: str) -> None:
        self.known.setdefault(room, deque(maxlen=REMEMBERED)).append({"id": message, "by": by})

    def _forget(self, room: str) -> None:
        self.positions.pop(room, None)
        self.followed.discard(room)
        if room in self._fetching:
            self._fetching.pop(room).cancel()

    def _begin(self, room: str, head: int) -> None:
        """Know a room from the log, up to a head or further; what comes after it comes over the socket."""
        self._forget(room)
        self.followed.add(room)
        self._highest[room] = head
        self._fetching[room] = asyncio.ensure_future(self._fetch(room, head))

    async def _fetch(self, room: str, head: int) -> None:
        digests: list[str] = []
        seq = 0
        while seq < head:
            reply = await self.ask("GET", f"/api/v1/rooms/{room}/events?after={seq}")
            if reply is None or reply.status >= 500:
                await asyncio.sleep(0.2)
                continue
            if reply.status != 200 or reply.body["epoch"] != self.epoch:
                return
            events = reply.body["events"]
            digests += [self.world.history.see(self.world.now(), event) for event in events]
            seq = events[-1]["seq"] if events else head
        self.world.tell(Fetched(self.world.now(), self.name, room, self.epoch, tuple(digests)))
        self.positions[room] = max(seq, self._highest[room])
        self._fetching.pop(room, None)

    async def _leave_later(self, socket: ClientConnection, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await socket.close()

    def _answer(self, frame: Json) -> None:
        waiting = self._waiting.pop(frame["ref"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)

    # What it asks

    async def ask(self, method: str, path: str, body: object = None, *, node: str = "") -> Reply | None:
        chosen = self.world.nodes[node or self.dice.choice(list(self.world.nodes))]
        reply = await self.asking.ask(chosen.base_url, method, path, body)
        if reply is not None and reply.status >= 500 and reply.status != 503:
            self.world.tell(
                Odd(
                    self.world.now(), f"{method} {path.split('?', maxsplit=1)[0]} was answered {reply.status}"
                )
            )
        return reply

    async def operate(self, room: str, op: Json) -> Json | None:
        """Try until there is an answer that is not 'try again'; the ack, or None for a refusal."""
        self.unanswered.add(op["client_id"])
        while True:
            if self._socket is not None and self.dice.random() < 0.75:
                answer = await self._try_socket(room, op)
            else:
                answer = await self._try_http(room, op)
            if answer is not None and answer.get("code") not in AGAIN:
                self.unanswered.discard(op["client_id"])
                return None if "code" in answer else answer
            await asyncio.sleep(self.dice.uniform(0.1, 0.8))

    async def _try_socket(self, room: str, op: Json) -> Json | None:
        socket, node, attempt = self._socket, self.node, next(self.world.numbers)
        assert socket is not None
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[attempt] = waiting
        self._asked(attempt, node, self.connection, room, op)
        try:
            await socket.send(json.dumps({"type": "op", "ref": attempt, "room": room, **op}))
            frame = await asyncio.wait_for(waiting, ANSWER_SECONDS)
        except TimeoutError:
            await socket.close()
            return None
        except ConnectionClosed:
            return None
        if frame is GONE:
            return None
        answer = {name: value for name, value in frame.items() if name not in ("type", "ref")}
        return self._answered(attempt, node, answer)

    async def _try_http(self, room: str, op: Json) -> Json | None:
        node, attempt = self.dice.choice(list(self.world.nodes)), next(self.world.numbers)
        self._asked(attempt, node, 0, room, op)
        reply = await self.ask("POST", f"/api/v1/rooms/{room}/ops", op, node=node)
        if reply is None:
            return None
        return self._answered(attempt, node, reply.body)

    def _asked(self, attempt: int, node: str, connection: int, room: str, op: Json) -> None:
        asked = Asked(self.world.now(), attempt, self.name, self.person, node, connection, room, op)
        self.world.tell(asked)

    def _answered(self, attempt: int, node: str, answer: Json) -> Json:
        if "code" in answer:
            self.world.tell(Answered(self.world.now(), attempt, code=answer["code"]))
        else:
            self.world.tell(Answered(self.world.now(), attempt, ack=answer))
            self.world.acked(node)
        return answer
