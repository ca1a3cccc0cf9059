"""Clients of the two sockets as anybody could write them from the contract."""

import json
import time
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support.http_client import HttpClient

Frame = dict[str, Any]
TIMEOUT = 10.0


class FrameSocket:
    """JSON text frames over one WebSocket; a frame may be an array of frames."""

    def __init__(
        self, base_url: str, who: HttpClient | str | None, path: str, *, origin: str | None = None
    ) -> None:
        headers = {}
        if isinstance(who, HttpClient):
            headers["Cookie"] = who.cookie_header
            origin = origin or base_url
        elif who is not None:
            headers["Authorization"] = f"Bearer {who}"
        self._connection = connect(
            base_url.replace("http", "ws", 1) + path,
            additional_headers=headers,
            origin=Origin(origin) if origin else None,
            compression=None,
            max_size=None,
            max_queue=None,  # a full queue is read no more, and its close would wait ten seconds for an answer
            open_timeout=TIMEOUT,
            proxy=None,
            legacy=True,  # a socket lives as long as its test, not as long as a block
        )
        self.received: list[Frame] = []
        self._unread: list[Frame] = []

    def send(self, frame: object) -> None:
        self._connection.send(json.dumps(frame))

    def send_raw(self, frame: str | bytes) -> None:
        """Text if str, binary if bytes: whatever a hostile client would send."""
        self._connection.send(frame)

    def expect(self, type_: str, timeout: float = TIMEOUT, **fields: object) -> Frame:
        """The first frame not yet taken of this type with these fields; other frames stay for later."""
        deadline = time.monotonic() + timeout
        looked_at = 0
        while True:
            for frame in self._unread[looked_at:]:
                if frame.get("type") == type_ and all(
                    frame.get(key) == value for key, value in fields.items()
                ):
                    self._unread.remove(frame)
                    return frame
            looked_at = len(self._unread)
            self._receive(deadline, f"{type_} {fields or ''}")

    def expect_close(self, timeout: float = TIMEOUT) -> int:
        """The code with which the server closed; what it said before stays for `expect`."""
        deadline = time.monotonic() + timeout
        try:
            while True:
                self._receive(deadline, "a close", closing=True)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006

    def untaken(self, type_: str) -> list[Frame]:
        """What has come of this type and nobody expected; says nothing of what is still under way."""
        return [frame for frame in self._unread if frame.get("type") == type_]

    def close(self) -> None:
        self._connection.close()

    def cut(self) -> None:
        """The network goes: no close frame, no goodbye."""
        self._connection.socket.close()

    def _receive(self, deadline: float, wanted: str, *, closing: bool = False) -> None:
        try:
            raw = self._connection.recv(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            raise AssertionError(f"no {wanted} came in time; last seen: {self._last()}") from None
        except ConnectionClosed as closed:
            if closing:
                raise
            raise AssertionError(
                f"closed ({closed}) before {wanted} came; last seen: {self._last()}"
            ) from closed
        decoded = json.loads(raw)
        frames = decoded if isinstance(decoded, list) else [decoded]
        self.received += frames
        self._unread += frames

    def _last(self) -> str:
        return json.dumps(self.received[-8:], ensure_ascii=False)[-3000:]


class SessionSocket(FrameSocket):
    """/ws/v1"""

    def __init__(self, base_url: str, who: HttpClient | str | None, *, origin: str | None = None) -> None:
        super().__init__(base_url, who, "/ws/v1", origin=origin)

    def hello(self, resume: Frame | None = None) -> Frame:
        """Says hello and returns `ready`."""
        self.send({"type": "hello", "v": 1} | ({} if resume is None else {"resume": resume}))
        return self.expect("ready")

    def post_op(self, op: str, room_id: str, *, client_id: str | None = None, **fields: object) -> str:
        """Sends an operation without waiting; the ref that its answer will carry."""
        ref = uuid4().hex
        self.send(
            {
                "type": "op",
                "ref": ref,
                "op": op,
                "room": room_id,
                "client_id": client_id or uuid4().hex,
                **fields,
            }
        )
        return ref

    def operate(self, op: str, room_id: str, *, client_id: str | None = None, **fields: object) -> Frame:
        """Sends an operation and returns its `ack` or `err`."""
        return self.answer(self.post_op(op, room_id, client_id=client_id, **fields))

    def say(self, room_id: str, body: str, *, client_id: str | None = None) -> Frame:
        answer = self.operate("send", room_id, client_id=client_id, body=body)
        assert answer["type"] == "ack", answer
        return answer

    def answer(self, ref: str, timeout: float = TIMEOUT) -> Frame:
        deadline = time.monotonic() + timeout
        while True:
            for frame in self._unread:
                if frame.get("type") in ("ack", "err") and frame.get("ref") == ref:
                    self._unread.remove(frame)
                    return frame
            self._receive(deadline, f"answer to {ref}")

    def expect_event(self, type_: str, room_id: str, timeout: float = TIMEOUT) -> Frame:
        """The next event of this room, which must be of this type: order is a promise."""
        deadline = time.monotonic() + timeout
        while True:
            for frame in self._unread:
                if frame.get("type") == "event" and frame["event"]["room"] == room_id:
                    self._unread.remove(frame)
                    assert frame["event"]["type"] == type_, frame
                    return dict(frame["event"])
            self._receive(deadline, f"event {type_} of {room_id}")

    def events_of(self, room_id: str) -> list[Frame]:
        """Every event of this room received so far, taken or not, as it came."""
        events = [frame["event"] for frame in self.received if frame.get("type") == "event"]
        return [event for event in events if event["room"] == room_id]

    def settle(self) -> None:
        """Everything the server had to say before this moment has come: it answered a ping asked now."""
        self._unread = [frame for frame in self._unread if frame.get("type") != "pong"]
        self.send({"type": "ping"})
        self.expect("pong")


class RoomSocket(FrameSocket):
    """/ws/chat/<room>/"""

    def __init__(
        self,
        base_url: str,
        who: HttpClient | str | None,
        *,
        room: str,
        query: str = "",
        origin: str | None = None,
    ) -> None:
        super().__init__(base_url, who, f"/ws/chat/{quote(room, safe='')}/{query}", origin=origin)

    def say(self, text: str, key: str | None = None) -> None:
        self.send({"message": text} | ({} if key is None else {"key": key}))

    def expect_message(self, text: str, timeout: float = TIMEOUT) -> Frame:
        return self.expect("chat_message", timeout, message=text)
