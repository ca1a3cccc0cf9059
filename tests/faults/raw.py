"""A WebSocket peer made of bytes, which reads only when told to: the slow, the silent and the hostile."""

import socket
from contextlib import suppress

from websockets.frames import Frame, Opcode

from tests.support.hubbub_process import HubbubServer

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
SMALL_BUFFER = 4_096


class RawPeer:
    def __init__(self, server: HubbubServer, token: str, path: str = "/ws/v1") -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", server.port))
        head = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {token}",
        ]
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        self.read_until(b"\r\n\r\n")

    def say(self, text: str | bytes, opcode: Opcode = Opcode.TEXT) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.send(Frame(opcode, data).serialize(mask=True))

    def send(self, data: bytes) -> None:
        """Bytes as they are; a peer that was cut off meanwhile has had its answer."""
        with suppress(ConnectionError, TimeoutError):
            self.socket.sendall(data)

    def hello(self) -> None:
        self.say('{"type": "hello", "v": 1}')
        self.read_until(b'"ready"')

    def read_until(self, wanted: bytes) -> bytes:
        found = b""
        while wanted not in found:
            data = self.socket.recv(SMALL_BUFFER)
            assert data, f"closed before {wanted!r} came: {found[-200:]!r}"
            found += data
        return found

    def is_cut_off(self, seconds: float) -> bool:
        """Reads whatever is there to its end; whether there was an end."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65_536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def close(self) -> None:
        self.socket.close()
