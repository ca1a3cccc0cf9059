"""`hubbub bench`: a tiny run has every figure, and what was sent came to everybody. Never judges speed."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from django.core.management import CommandError, call_command
from redis import Redis

from hubbub.ops.bench.parts import PARTS
from hubbub.ops.bench.processes import family
from tests.support.hubbub_process import HUBBUB, Place, run_hubbub
from tests.support.postgres import PostgresServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

PATIENCE_SECONDS = 240.0
MEMBERS = 7
TINY = ("--scale", "0.01", "--members", str(MEMBERS))
COST = "CPU of the server a delivery, µs"
LATE = {"p50, ms", "p95, ms", "p99, ms"}

Report = dict[str, Any]


def bench(place: Place, *words: str) -> Report:
    """A tiny run; what it told as JSON, which is the standard output when asked for with `-`."""
    told = run_hubbub(place, "bench", *words, *TINY, "--json", "-", timeout=PATIENCE_SECONDS)
    report: Report = json.loads(told)
    return report


def names(section: Report) -> set[str]:
    return {figure["name"] for figure in section["figures"]}


def figures(section: Report) -> dict[str, Report]:
    return {figure["name"]: figure for figure in section["figures"]}


def assert_all_measured(section: Report, *, compared: bool = True) -> None:
    for figure in section["figures"]:
        assert figure["value"] > 0, figure
        if compared:
            assert figure["other"] > 0, figure
            assert figure["ratio"] == pytest.approx(figure["value"] / figure["other"], rel=0.01)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where the command is called; nothing of a benchmark may be left in it."""
    return Place(tmp_path / "data")


@pytest.mark.slow
@pytest.mark.processes
def test_fanout_brings_every_message_to_every_member(place: Place) -> None:
    report = bench(place, "fanout")

    paced, one, many = report["sections"]
    assert [section["title"] for section in report["sections"]] == [
        f"{MEMBERS} members, 20 messages/s",
        f"{MEMBERS} members, 1 under way",
        f"{MEMBERS} members, 16 under way",
    ]
    assert names(paced) == LATE
    assert names(one) == names(many) == {COST, "deliveries/s", *LATE}
    for section in report["sections"]:
        assert_all_measured(section)
        counts = section["counts"]
        assert counts["sent"] > 0
        assert (counts["received"], counts["lost"]) == (counts["sent"] * MEMBERS, 0)
    assert report["about"]["store"] == "sqlite"


@pytest.mark.slow
@pytest.mark.processes
def test_ingest_has_every_message_acknowledged(place: Place) -> None:
    sections = bench(place, "ingest")["sections"]

    assert len(sections) == 4
    for section in sections:
        assert_all_measured(section)
        counts = section["counts"]
        assert counts["sent"] == counts["acknowledged"] > 0
        assert counts["lost"] == 0
    assert figures(sections[0])["acknowledged p50, ms"]["target"] == "≤ 2"


@pytest.mark.slow
@pytest.mark.processes
def test_resume_brings_all_that_was_missed(place: Place) -> None:
    alone, storm = bench(place, "resume")["sections"]

    assert_all_measured(alone)
    assert_all_measured(storm)
    assert (alone["counts"]["received"], storm["counts"]["received"]) == (20, 20 * 5)


@pytest.mark.slow
@pytest.mark.processes
def test_history_is_read_from_a_seeded_store(place: Place) -> None:
    _, room, rooms = bench(place, "history")["sections"]

    assert {name.partition(":")[0] for name in names(room)} == {"open", "page back"}
    for section in (room, rooms):
        assert_all_measured(section, compared=False)
    assert rooms["counts"]["with unread"] > 10


@pytest.mark.slow
@pytest.mark.processes
def test_idle_sockets_are_weighed(place: Place) -> None:
    whole, quiet, connects = bench(place, "idle")["sections"]

    assert names(whole) == {"memory of all processes, MB"}
    assert names(quiet) == {"memory a socket, KB", "CPU of the server, ms a second"}
    assert_all_measured(connects)
    assert quiet["counts"]["connected"] == connects["counts"]["connected"] == 10


@pytest.mark.slow
@pytest.mark.processes
def test_slow_readers_cost_the_others_no_message(place: Place) -> None:
    (section,) = bench(place, "slow")["sections"]

    assert section["beside"] == "without"
    assert_all_measured(section)
    counts = section["counts"]
    assert (counts["received by the others"], counts["lost"]) == (counts["sent"] * 10, 0)
    assert counts["stalled"] == 1


@pytest.mark.slow
@pytest.mark.processes
def test_without_a_compiler_python_takes_the_place_of_c(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # where no compiler is

    report = bench(place, "fanout")

    assert "no C compiler" in report["about"]["floor and client"]
    for section in report["sections"]:
        assert_all_measured(section)
        assert section["counts"]["received"] == section["counts"]["sent"] * MEMBERS


@pytest.mark.slow
@pytest.mark.processes
def test_on_postgres_it_takes_a_database_of_its_own_and_drops_it(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str, redis_url: str
) -> None:
    place = Place(tmp_path / "data", postgres_url, redis_url)

    report = bench(place, "fanout", "--store", "postgres", "--workers", "2")

    assert (report["about"]["store"], report["about"]["workers"]) == ("postgres and redis", "2")
    assert all(
        section["counts"]["received"] == section["counts"]["sent"] * MEMBERS for section in report["sections"]
    )
    with psycopg.connect(postgres_url) as connection:
        assert not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname LIKE 'hubbub_bench%'"
        ).fetchone()
        assert not connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone()


@pytest.mark.slow
def test_a_redis_that_somebody_uses_is_left_alone(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    place = Place(tmp_path / "data", postgres_url, redis_url)
    with Redis.from_url(redis_url) as redis, redis.pubsub() as listener:
        listener.subscribe("hubbub__group__somebody")
        assert listener.get_message(timeout=5) is not None

        with pytest.raises(AssertionError, match="one of its own"):
            bench(place, "fanout", "--store", "postgres")


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_benchmark_that_is_ended_leaves_no_server(
    place: Place, tmp_path: Path, sign: signal.Signals
) -> None:
    bench = subprocess.Popen(
        [str(HUBBUB), "bench", "fanout", *TINY],
        env=place.environment() | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
    )
    servers: list[int] = []

    def server_runs() -> bool:
        servers[:] = [pid for pid in family(bench.pid) if b"\0serve\0" in command_of(pid)]
        return bool(servers) and answers(port_in(command_of(servers[0])))

    wait_until("its server serves", server_runs, timeout=60)
    bench.send_signal(sign)
    bench.wait()

    wait_until("the server has ended", lambda: not command_of(servers[0]), timeout=20)
    if sign is signal.SIGTERM:
        assert list(tmp_path.glob("hubbub-bench-*")) == []


def port_in(command: bytes) -> int:
    words = command.split(b"\0")
    return int(words[words.index(b"--port") + 1])


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def command_of(pid: int) -> bytes:
    """Its words; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["everything"], "no part everything"),
        (["--scale", "0"], "scale"),
        (["--scale", "1.5"], "scale"),
        (["--members", "10,many"], "sizes of rooms"),
        (["--members", "0"], "sizes of rooms"),
        (["--sockets", "9"], "idle sockets"),
        (["--sockets", "20001"], "idle sockets"),
        (["--store", "postgres"], "DATABASE_URL"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("bench", *words)

    assert refused.value.returncode == 2


def test_the_parts_are_told_in_their_order() -> None:
    assert list(PARTS) == ["fanout", "ingest", "resume", "history", "idle", "slow"]
