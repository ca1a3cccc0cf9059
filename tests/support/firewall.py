"""A way to a port of this machine that may be made to swallow every packet, both ways, as a firewall that drops.

What a proxy does not pass on it has still acknowledged; here nobody acknowledges anything. Linux, and root.
"""

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.wire import Wire

NETWORK = 0x40000000  # CLONE_NEWNET
PORT = 5432


class NoFirewall(Exception):
    """Packets cannot be swallowed here; the message says why."""


class Firewall:
    def __init__(self, name: str, host: str) -> None:
        self._name = name
        self.host = host
        self.port = PORT

    def swallow(self) -> None:
        self._set("down")

    def let_pass(self) -> None:
        self._set("up")

    def _set(self, state: str) -> None:
        _ip("-n", self._name, "link", "set", f"{self._name}b", "up" if state == "up" else "down")


@contextmanager
def firewall_to(port: int) -> Iterator[Firewall]:
    """Another network on this machine, with a way from it to the port. Raises NoFirewall where that is not allowed."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise NoFirewall("only root, with the command `ip`, may make a network whose packets are swallowed")
    number = os.getpid() % 16_384
    name = f"hub{number}"
    here, there = (f"198.18.{number // 64}.{number % 64 * 4 + last}" for last in (1, 2))
    with ExitStack() as undo:
        _ip("netns", "add", name)
        undo.callback(_ip, "netns", "delete", name)
        _ip("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b", "netns", name)
        _ip("address", "add", f"{here}/30", "dev", f"{name}a")
        _ip("-n", name, "address", "add", f"{there}/30", "dev", f"{name}b")
        _ip("link", "set", f"{name}a", "up")
        _ip("-n", name, "link", "set", f"{name}b", "up")
        wire = Wire(port, _listener_in(name, there))
        undo.callback(wire.close)
        yield Firewall(name, there)


def _listener_in(name: str, host: str) -> socket.socket:
    """A socket belongs to the network of the thread that made it; that thread is used for nothing else."""

    def made() -> socket.socket:
        with Path("/run/netns", name).open() as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), NETWORK) != 0:
                raise NoFirewall(f"the other network cannot be entered: {os.strerror(ctypes.get_errno())}")
        return socket.create_server((host, PORT))

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoFirewall(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
