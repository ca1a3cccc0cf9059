"""A real `hubbub serve` for a test, run as its operator would: by command, environment and signals."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2

from tests.support import stepped_clock
from tests.support.http_client import HttpClient
from tests.support.people import PASSWORD, as_lines
from tests.support.program import free_port
from tests.support.sockets import RoomSocket, SessionSocket
from tests.support.stepped_clock import SteppedClock
from tests.support.waiting import wait_until

COMMAND_SECONDS = 180  # on a machine that does much else
STATIC = "static"
HUBBUB = Path(sys.executable).parent / "hubbub"


@dataclass(frozen=True)
class Place:
    """Where a server keeps everything: its data folder and, for many processes, the two services."""

    data: Path
    database_url: str | None = None
    redis_url: str | None = None

    def environment(self) -> dict[str, str]:
        ours = ("HUBBUB_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PYTEST_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        named = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        given = {name: value for name, value in named.items() if value is not None}
        return {**inherited, "PYTHONUNBUFFERED": "1", "HUBBUB_DATA": str(self.data), **given}

    def moved_to(self, data: Path) -> "Place":
        """The same, in another folder that does not exist yet."""
        return replace(self, data=Path(shutil.move(self.data, data)))


def run_hubbub(place: Place, *arguments: str, given: str = "", timeout: float = COMMAND_SECONDS) -> str:
    """Runs one command to its end and returns what it printed; a failure fails the test with all it said."""
    done = subprocess.run(
        [str(HUBBUB), *arguments],
        env=place.environment(),
        cwd=place.data.parent,
        input=given,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, (
        f"hubbub {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    )
    return done.stdout


@dataclass
class HubbubServer:
    place: Place
    workers: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    program: tuple[str, ...] = (str(HUBBUB),)
    _process: subprocess.Popen[bytes] | None = None
    _open: list[HttpClient | SessionSocket | RoomSocket] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log_path(self) -> Path:
        return self.place.data.parent / f"serve-{self.port}.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self, *, until_ready: bool = True) -> None:
        assert not self.running, "already running"
        command = [*self.program, "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        if self.workers is not None:
            command += ["--workers", str(self.workers)]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=self.place.environment() | self.extra,
                cwd=self.place.data.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if until_ready:
            self.wait_until_ready()

    def wait_until_ready(self, timeout: float = 80.0) -> None:
        wait_until("/readyz answers 200", lambda: self.is_ready() or not self.running, timeout=timeout)
        assert self.running, f"hubbub serve ended by itself:\n{self.log[-5000:]}"

    def is_ready(self) -> bool:
        return self.status_of("/readyz") == 200

    def status_of(self, path: str) -> int | None:
        """None: nobody answers there."""
        try:
            return httpx2.get(self.base_url + path, timeout=5).status_code
        except httpx2.TransportError:
            return None

    def keep_time_by(self, clock: SteppedClock) -> None:
        """From its next start on, the wall clock of this server is one that the test steps."""
        self.program = stepped_clock.PROGRAM
        self.extra |= clock.environment

    def terminate(self, *, timeout: float = 20.0) -> int:
        """SIGTERM to the one process an operator knows; the exit code."""
        self.terminate_soon()
        return self.wait(timeout=timeout)

    def terminate_soon(self) -> None:
        """SIGTERM, without waiting for the end."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, *, timeout: float = 20.0) -> int:
        assert self._process is not None, "not started"
        return self._process.wait(timeout=timeout)

    def kill(self) -> None:
        """kill -9 of the server and all its workers, with no chance to say anything."""
        self._signal_all(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(timeout=20)

    def pause(self) -> None:
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_all(signal.SIGCONT)

    def restart(self) -> None:
        """By force: as after a crash, on the same port and data."""
        self.kill()
        self.start()

    def command(self, *arguments: str, given: str = "") -> str:
        return run_hubbub(self.place, *arguments, given=given)

    def add_people(self, *usernames: str, admins: tuple[str, ...] = ()) -> None:
        self.command("createuser", "--bulk", given=as_lines(*usernames, admins=admins))

    def token(self, username: str) -> str:
        return self.command("token", username).split()[-1]

    def client(self, username: str | None = None, *, password: str = PASSWORD) -> HttpClient:
        """Somebody at this server over HTTP: signed in, or a visitor."""
        client = HttpClient(self.base_url)
        self._open.append(client)
        if username is not None:
            client.sign_in(username, password)
        return client

    def session_socket(self, who: HttpClient | str) -> SessionSocket:
        """A session socket of a signed-in client, or of a bearer token; `hello` is yours to say."""
        socket = SessionSocket(self.base_url, who)
        self._open.append(socket)
        return socket

    def room_socket(self, who: HttpClient | str | None, room: str, query: str = "") -> RoomSocket:
        socket = RoomSocket(self.base_url, who, room=room, query=query)
        self._open.append(socket)
        return socket

    def disconnect(self) -> None:
        """Close every client that was handed out."""
        for one in self._open:
            one.close()
        self._open.clear()

    def close(self) -> None:
        self.disconnect()
        self.resume()
        self.kill()

    def _signal_all(self, number: int) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def fill_empty(place: Place) -> None:
    run_hubbub(place, "migrate", "--verbosity", "0")


def fill_with_cast(place: Place) -> None:
    fill_empty(place)
    run_hubbub(place, "createuser", "--bulk", given=as_lines("ada", "ben", "cleo"))
    run_hubbub(place, "createuser", "dot", "--bot", given=f"{PASSWORD}\n")


def collect_static(place: Place) -> None:
    """What a first start does, which takes longer than all the rest of it."""
    run_hubbub(place, "shell", "-c", "from hubbub.site.static import collect; collect()")


def copy_of(template: Path, folder: Path) -> Path:
    """Of a data folder; its static files are shared, for nobody changes one where it stands."""
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns(STATIC))
    return share_static(template, folder)


def share_static(template: Path, folder: Path) -> Path:
    if (template / STATIC).exists():
        shutil.copytree(template / STATIC, folder / STATIC, copy_function=os.link)
    return folder
