"""`hubbub serve`: it starts or says why not, and it stops without dropping anybody."""

import contextlib
import re
import resource
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.ops.conftest import DRAIN_MS, Echo, EchoMaker
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.processes]
WINDOW = DRAIN_MS / 1000
NO_REDIS = "redis://127.0.0.1:1"


def close_code(client: ClientConnection) -> int:
    with contextlib.suppress(ConnectionClosed):
        while True:
            client.recv(timeout=10)
    assert client.close_code is not None
    return client.close_code


def refused(server: Echo) -> str:
    """What a server that cannot start says; that it is one sentence and code 2 is asserted here."""
    assert server.start() == ""
    assert server.code() == 2
    said = server.log
    assert said.startswith("hubbub: ")
    assert said.count("\n") == 1
    return said


def reasons(server: Echo) -> list[str]:
    """What the log says of the end; that it says nothing else is asserted here."""
    lines = server.log.splitlines()
    assert all(line.startswith(("Stopping", "Process ", "Leaving ")) for line in lines), server.log
    return [re.sub(r"(?<=^Process )\d+ |: \d+ connections are open$", "", line) for line in lines]


def stopping(told_by: str) -> list[str]:
    return [f"Stopping, told by {told_by}", "Process ends"]


def test_it_says_where_it_serves_when_it_does(echo: EchoMaker) -> None:
    server = echo()

    assert server.start() == f"Hubbub serves {server.url}"
    assert server.get("/healthz").json() == {"checks": {"process": "ok"}}
    assert server.get("/readyz").json() == {"checks": {"serving": "ok", "store": "ok"}}
    assert "server" not in server.get("/").headers


def test_health_is_answered_whatever_host_is_asked_for(echo: EchoMaker) -> None:
    server = echo()
    server.start()

    for path in ("/healthz", "/readyz"):
        assert httpx2.get(server.url + path, headers={"Host": "evil.example"}).status_code == 200
        assert httpx2.post(server.url + path).status_code == 405


def test_a_port_in_use_is_one_sentence(echo: EchoMaker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = echo()
        server.port = taken.getsockname()[1]

        assert f"Port {server.port} is in use already" in refused(server)


def test_a_second_process_on_one_sqlite_database_is_one_sentence(echo: EchoMaker) -> None:
    first, second = echo(), echo()
    first.start()

    assert "Another Hubbub serves this SQLite database already" in refused(second)

    first.tell()
    assert first.code() == 0
    assert second.start() == f"Hubbub serves {second.url}"


def test_several_workers_on_sqlite_are_one_sentence(echo: EchoMaker) -> None:
    assert "Several workers need PostgreSQL and Redis" in refused(echo("--workers", "2"))
    assert "Several workers need PostgreSQL" in refused(echo("--workers", "2", ECHO_REDIS=NO_REDIS))


def test_several_workers_without_redis_are_one_sentence(echo: EchoMaker) -> None:
    server = echo("--workers", "2", ECHO_DATABASE="postgresql://127.0.0.1:1/nowhere")

    assert "Several workers need Redis" in refused(server)


def test_a_database_that_cannot_be_reached_is_one_sentence(echo: EchoMaker) -> None:
    server = echo(ECHO_DATABASE="postgresql://127.0.0.1:1/nowhere")

    assert "PostgreSQL cannot be reached" in refused(server)


def test_a_database_that_does_not_wait_for_the_disk_is_one_sentence(
    echo: EchoMaker, postgres_url: str
) -> None:
    unsafe = f"{postgres_url}?options=-csynchronous_commit%3Doff"

    assert "synchronous_commit off" in refused(echo(ECHO_DATABASE=unsafe))
    assert echo(ECHO_DATABASE=postgres_url).start().startswith("Hubbub serves ")


def test_redis_that_is_away_is_a_warning(echo: EchoMaker) -> None:
    server = echo(ECHO_REDIS=NO_REDIS)

    assert server.start().startswith("Hubbub serves ")
    assert "Redis cannot be reached" in server.log


def test_draining_tells_refuses_finishes_and_closes(echo: EchoMaker) -> None:
    server = echo()
    server.start()
    with server.socket() as client, ThreadPoolExecutor() as pool:
        slow = pool.submit(server.get, "/?slow=0.7")
        client.send("hello")
        assert client.recv() == "hello"

        begun = time.monotonic()
        server.tell()

        assert client.recv() == f"drain {int(DRAIN_MS * 0.7)}"
        assert server.get("/readyz").status_code == 503
        assert server.get("/healthz").status_code == 200
        client.send("still here")
        assert client.recv() == "still here"
        assert slow.result().status_code == 200
        assert close_code(client) == 1012
        assert server.code() == 0
        assert time.monotonic() - begun <= WINDOW + 0.3
    assert reasons(server) == stopping("SIGTERM")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_with_nobody_there_it_ends_at_once(echo: EchoMaker, sign: signal.Signals) -> None:
    server = echo()
    server.start()

    begun = time.monotonic()
    server.tell(sign)

    assert server.code() == 0
    assert time.monotonic() - begun < WINDOW / 2
    assert reasons(server) == stopping(sign.name)


def test_it_outlives_the_terminal_where_it_is_to(echo: EchoMaker) -> None:
    server = echo()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server.start()
    finally:
        signal.signal(signal.SIGHUP, before)

    server.tell(signal.SIGHUP)

    assert server.get("/healthz").status_code == 200
    assert server.log == ""


def test_it_may_have_as_many_sockets_as_it_may_choose(echo: EchoMaker) -> None:
    server = echo()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        server.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert resource.prlimit(server.running.pid, resource.RLIMIT_NOFILE)[0] > 256


def test_a_crash_leaves_a_traceback(echo: EchoMaker) -> None:
    server = echo()
    server.start()

    server.tell(signal.SIGABRT)

    assert server.code() == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in server.log
    assert "ops/server.py" in server.log


def test_it_ends_as_soon_as_the_last_socket_has_gone(echo: EchoMaker) -> None:
    server = echo()
    server.start()
    with server.socket() as client:
        client.send("hello")
        client.recv()
        begun = time.monotonic()
        server.tell()
        assert str(client.recv()).startswith("drain ")

    assert server.code() == 0
    assert time.monotonic() - begun < WINDOW / 2


def test_a_second_signal_ends_it_at_once(echo: EchoMaker) -> None:
    server = echo(ECHO_DRAIN_MS="20000")
    server.start()
    with server.socket() as client:
        server.tell()
        assert str(client.recv()).startswith("drain ")
        assert client.ping().wait(5), "it has died of the first one"

        begun = time.monotonic()
        while server.running.poll() is None and time.monotonic() - begun < 5:
            server.tell()  # two in quick succession count as one
            time.sleep(0.1)

        assert server.running.returncode == 0
    assert reasons(server)[-1] == "Process ends at once: told by SIGTERM again"


def test_a_thread_that_hangs_does_not_keep_it(echo: EchoMaker) -> None:
    server = echo()
    server.start()
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(server.get, "/?hang=30")
        wait_until("the request is under way", lambda: server.get("/readyz").status_code == 200)
        begun = time.monotonic()
        server.tell()

        assert server.code() == 0
        assert time.monotonic() - begun < WINDOW + 1
        assert isinstance(hanging.exception(), httpx2.TransportError)
    end = "Process ends at once: something did not end within the drain window"
    assert reasons(server)[-1] == end


def test_a_body_too_large_is_refused_before_it_is_stored(echo: EchoMaker) -> None:
    server = echo()
    server.start()
    assert httpx2.post(server.url, content=b"x" * 100_000).json()["body"] == 100_000

    announced = httpx2.post(server.url, content=b"x" * 100_001)
    in_parts = httpx2.post(server.url, content=iter([b"x" * 60_000] * 2))

    for answer in (announced, in_parts):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert server.log == ""


def test_a_head_without_an_end_is_cut_off(echo: EchoMaker) -> None:
    server = echo()
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            peer.sendall(b"y" * 100_000_000)

    assert server.get("/healthz").status_code == 200
    assert server.log == ""


def workers_of(server: Echo) -> set[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(server.running.pid)], capture_output=True, text=True, check=False
    )
    return {int(line) for line in found.stdout.split()}


def processes_that_answer(server: Echo) -> set[int]:
    return {int(server.get("/").json()["process"]) for _ in range(20)}


@pytest.fixture
def two_workers(echo: EchoMaker, postgres_url: str) -> Echo:
    server = echo("--workers", "2", ECHO_DATABASE=postgres_url, ECHO_REDIS=NO_REDIS)
    assert server.start() == f"Hubbub serves {server.url}"
    return server


def test_a_worker_that_dies_is_replaced(two_workers: Echo) -> None:
    before = workers_of(two_workers)
    assert len(before) == 2
    assert processes_that_answer(two_workers) <= before

    dead = min(before)
    subprocess.run(["kill", "-9", str(dead)], check=True)

    wait_until(
        "another is there",
        lambda: len(workers_of(two_workers) - {dead}) == 2 and dead not in workers_of(two_workers),
    )
    assert processes_that_answer(two_workers) <= workers_of(two_workers)
    assert "A worker ended by SIGKILL and is replaced" in two_workers.log


def test_workers_drain_together_and_the_end_is_0(two_workers: Echo) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(two_workers.socket()) for _ in range(6)]
        for client in clients:
            client.send("hello")
            client.recv()

        begun = time.monotonic()
        two_workers.tell()

        assert [close_code(client) for client in clients] == [1012] * 6
        assert two_workers.code() == 0
        assert time.monotonic() - begun <= WINDOW + 0.5
    assert "Stopping 2 workers, told by SIGTERM" in two_workers.log


def test_workers_end_with_a_parent_that_was_killed(two_workers: Echo) -> None:
    two_workers.running.kill()
    two_workers.code()

    def port_is_free() -> bool:
        try:
            socket.create_server(("127.0.0.1", two_workers.port)).close()
        except OSError:
            return False
        return True

    wait_until("the port is free", port_is_free, timeout=WINDOW)
    assert "the parent process is gone" in two_workers.log


def test_nodes_that_start_together_on_an_empty_database_all_serve(echo: EchoMaker, postgres_url: str) -> None:
    nodes = [echo(ECHO_DATABASE=postgres_url, ECHO_REDIS=NO_REDIS) for _ in range(3)]

    with ThreadPoolExecutor() as pool:
        said = list(pool.map(Echo.start, nodes))

    assert said == [f"Hubbub serves {node.url}" for node in nodes]
    assert {node.get("/readyz").status_code for node in nodes} == {200}


def test_a_store_that_goes_away_makes_it_unready_until_it_is_back(
    echo: EchoMaker, postgres_url: str, postgres: object, tmp_path: Path
) -> None:
    from tests.support.postgres import PostgresServer

    assert isinstance(postgres, PostgresServer)
    server = echo(ECHO_DATABASE=postgres_url)
    server.start()
    assert server.get("/readyz").status_code == 200

    postgres.kill()
    wait_until("it is not ready", lambda: server.get("/readyz").status_code == 503)
    assert server.get("/healthz").status_code == 200

    postgres.start()
    wait_until("it is ready again", lambda: server.get("/readyz").status_code == 200, timeout=20)
