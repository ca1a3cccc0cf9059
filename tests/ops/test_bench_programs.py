"""The floor and the receiving side of the benchmark, each in C and in Python: both do the same."""

import random
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubbub.ops.bench import frames, native
from hubbub.ops.bench.client import Client, Mark, State
from hubbub.ops.bench.floor import Floor, Mode
from hubbub.ops.bench.native import Native, compiled
from hubbub.ops.bench.native_client import NativeClient
from hubbub.ops.bench.processes import Seats
from hubbub.ops.bench.python_client import PythonClient
from tests.support.absent import skip_without

GREETING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
EVENT = b'{"type":"event","event":{"seq":1,"body":"{\\"type\\":\\"event\\""}}'
ACK = b'{"type":"ack","ref":1}'

ClientMaker = Callable[[], Client]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Native:
    """Compiled with every warning an error."""
    if native.compiler() is None:
        skip_without("compiler", "no C compiler on PATH")
    made = compiled(tmp_path_factory.mktemp("compiled"))
    assert made is not None, "the C programs do not compile without a warning"
    return made


@pytest.fixture(params=["c", "python"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    made: Client
    if request.param == "c":
        programs: Native = request.getfixturevalue("programs")
        made = NativeClient(programs.client, links=2, rings=2)
    else:
        made = PythonClient(links=2, rings=2)
    yield made
    made.close()


@pytest.fixture(params=["c", "python"])
def floor_program(request: pytest.FixtureRequest) -> Path | None:
    if request.param == "python":
        return None
    programs: Native = request.getfixturevalue("programs")
    return programs.floor


@pytest.fixture
def peer(client: Client) -> Iterator[socket.socket]:
    """The server's end of connection 0, which was greeted."""
    ours, theirs = socket.socketpair()
    client.watch(0, ours)
    theirs.sendall(GREETING)
    pump_until(client, lambda: client.state(0) is State.OPEN)
    yield theirs
    ours.close()
    theirs.close()


def pump_until(client: Client, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < deadline, "it never came to that"
        client.pump()


def test_the_c_programs_compile_without_a_warning(programs: Native) -> None:
    assert programs.floor.exists()
    assert programs.client.exists()


def test_the_c_files_are_part_of_the_package() -> None:
    assert {path.name for path in native.HERE.glob("*.c")} == {"client.c", "floor.c"}


def test_marks_are_counted_however_the_bytes_are_cut(client: Client, peer: socket.socket) -> None:
    several = b"[" + b",".join([EVENT, ACK, EVENT]) + b"]"
    stream = b"".join(frames.from_server(payload) for payload in (EVENT, several, EVENT * 1_000, ACK)) * 5
    chance = random.Random(1)
    at = 0
    while at < len(stream):
        size = chance.choice((1, 2, 3, 50, 5_000, 60_000))
        peer.sendall(stream[at : at + size])
        at += size
        client.pump(0)

    pump_until(client, lambda: client.total(Mark.ACK) == 10)

    assert client.total(Mark.EVENT) == client.seen(0, Mark.EVENT) == 5 * 1_003
    assert client.total(Mark.READY) == 0
    client.reset()
    assert client.total(Mark.EVENT) == client.seen(0, Mark.EVENT) == 0


def test_lateness_is_noted_for_the_timed_mark_alone(client: Client, peer: socket.socket) -> None:
    client.timed(0, Mark.EVENT, ring=1)
    for number, ago_ms in enumerate((500, 100, 100)):
        client.due(1, number, time.monotonic_ns() - ago_ms * 1_000_000)

    peer.sendall(frames.from_server(EVENT) * 3 + frames.from_server(ACK))
    pump_until(client, lambda: client.total(Mark.ACK) == 1)

    noted = [step for step, count in enumerate(client.late()) for _ in range(count)]
    assert len(noted) == 3
    assert 10_000 <= noted[0] <= noted[1] < 50_000 <= noted[2]


def test_only_reported_marks_move_a_connection(client: Client, peer: socket.socket) -> None:
    peer.sendall(frames.from_server(EVENT))
    moved: list[int] = []
    while not client.total(Mark.EVENT):
        moved += client.pump()
    assert moved == []

    peer.sendall(frames.from_server(ACK))
    while not client.total(Mark.ACK):
        moved += client.pump()

    assert moved == [0]


def test_a_ping_is_answered(client: Client, peer: socket.socket) -> None:
    peer.sendall(b"\x89\x04abcd" + frames.from_server(ACK))
    pump_until(client, lambda: client.total(Mark.ACK) == 1)

    peer.settimeout(5)
    assert peer.recv(100) == frames.pong(b"abcd")


def test_an_end_is_told_with_its_code(client: Client, peer: socket.socket) -> None:
    peer.sendall(b"\x88\x02" + (4490).to_bytes(2, "big"))

    pump_until(client, lambda: client.state(0) is State.CLOSED)

    assert (client.closed, client.code(0)) == (1, 4490)


def test_a_refused_handshake_is_told_with_its_status(client: Client) -> None:
    ours, theirs = socket.socketpair()
    client.watch(1, ours)

    theirs.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    pump_until(client, lambda: client.state(1) is State.CLOSED)

    assert (client.closed, client.code(1)) == (1, 403)
    ours.close()
    theirs.close()


class Peer:
    """Somebody at a floor, who knows frames only: the floor answers one handshake, ours."""

    def __init__(self, floor: Floor) -> None:
        self._connection = socket.create_connection(("127.0.0.1", floor.port), timeout=10)
        self._connection.sendall(frames.handshake("/", port=floor.port))
        head, _, self._rest = self._connection.recv(1_000).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")

    def say(self, *payloads: bytes) -> None:
        self._connection.sendall(b"".join(frames.from_client(payload) for payload in payloads))

    def hear(self) -> bytes:
        while not (whole := next(frames.whole_frames(self._rest, 0), None)):
            got = self._connection.recv(100_000)
            assert got, "the floor hung up"
            self._rest += got
        _, payload, end = whole
        self._rest = self._rest[end:]
        return payload

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def two_at() -> Iterator[Callable[[Floor], tuple[Peer, Peer]]]:
    opened: list[Peer] = []

    def come(floor: Floor) -> tuple[Peer, Peer]:
        opened.extend((Peer(floor), Peer(floor)))
        for peer in opened:
            peer.say(b"hello")
            assert peer.hear() == b"hello"
        return opened[0], opened[1]

    yield come
    for peer in opened:
        peer.close()


Comers = Callable[[Floor], tuple[Peer, Peer]]


@pytest.mark.parametrize("mode", [Mode.EACH, Mode.JOINED])
def test_the_floor_tells_everybody_after_their_greeting(
    floor_program: Path | None, mode: Mode, two_at: Comers
) -> None:
    with Floor(floor_program, mode, Seats()) as floor:
        ada, ben = two_at(floor)

        ada.say(b"x" * 70_000)

        assert ada.hear() == ben.hear() == b"x" * 70_000


def test_the_floor_joins_what_comes_together(floor_program: Path | None, two_at: Comers) -> None:
    with Floor(floor_program, Mode.JOINED, Seats()) as floor:
        ada, ben = two_at(floor)

        ada.say(b"1", b"2", b"3")

        assert ada.hear() == ben.hear() == b"[1,2,3]"


def test_the_floor_echoes_to_the_sender_alone(floor_program: Path | None, two_at: Comers) -> None:
    with Floor(floor_program, Mode.ECHO, Seats()) as floor:
        ada, ben = two_at(floor)

        ada.say(b"mine")
        assert ada.hear() == b"mine"
        ben.say(b"his")

        assert ben.hear() == b"his"


def test_the_floor_replays_the_longest_as_it_is(floor_program: Path | None) -> None:
    parts = [bytes([65 + number]) * 60_000 for number in range(20)]
    with Floor(floor_program, Mode.REPLAY, Seats()) as floor:
        teacher, ben = Peer(floor), Peer(floor)
        teacher.say(b"".join(frames.from_server(part) for part in parts))
        assert [teacher.hear() for _ in parts] == parts

        ben.say(b"hello")

        assert [ben.hear() for _ in parts] == parts
        teacher.close()
        ben.close()


def test_the_floor_ends_when_whoever_started_it_does(floor_program: Path | None) -> None:
    floor = Floor(floor_program, Mode.EACH, Seats())

    floor._process.communicate(timeout=10)  # closes its standard input

    assert floor._process.returncode == 0
