"""The arithmetic of the benchmark: percentiles, frames, ratios, targets, tables."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, SERVER, Protocol

from hubbub.ops.bench import frames
from hubbub.ops.bench.figures import Figure, Section, Target, number, table
from hubbub.ops.bench.lateness import BIN_MS, Lateness
from hubbub.ops.bench.rounds import Median, Round
from hubbub.ops.bench.scratch import database_url

SIZES = (0, 1, 125, 126, 65_535, 65_536, 200_000)


def a_round(
    *, cpu: float = 1.0, late: float = 1.0, received: int = 1_000, busy: float = 0.1, others: float = 0.0
) -> Round:
    return Round(10, received, 1_000, 2.0, cpu, busy, others, Lateness(late, late, late))


def test_percentiles_of_samples_are_samples() -> None:
    assert Lateness.of_samples(range(100, 0, -1)) == Lateness(50, 95, 99)
    assert Lateness.of_samples([7.0]) == Lateness(7, 7, 7)
    assert Lateness.of_samples([]) == Lateness(0, 0, 0)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=300))
def test_percentiles_of_a_histogram_are_those_of_its_samples_within_a_step(steps: list[int]) -> None:
    counts = [steps.count(step) for step in range(501)]
    exact = Lateness.of_samples([(step + 0.5) * BIN_MS for step in steps])

    found = Lateness.of_counts(counts)

    for ours, theirs in ((found.p50, exact.p50), (found.p95, exact.p95), (found.p99, exact.p99)):
        assert ours == pytest.approx(theirs)


def test_a_histogram_of_nothing_has_no_lateness() -> None:
    assert Lateness.of_counts([]) == Lateness.of_counts([0, 0]) == Lateness(0, 0, 0)


def test_several_rounds_are_told_by_their_medians_and_sums() -> None:
    found = Median(
        [a_round(cpu=0.1, late=9), a_round(cpu=0.9, late=1), a_round(cpu=0.2, late=2, received=990)]
    )

    assert (found.sent, found.received, found.lost) == (30, 2_990, 10)
    assert found.cpu_us == pytest.approx(0.2 / 990 * 1e6)
    assert found.per_second == 500
    assert found.late.p99 == 2


def test_what_spoils_a_measurement_is_told() -> None:
    quiet = a_round()

    assert Median([quiet, quiet]).remarks == []
    assert "client was busy 97%" in Median([quiet, a_round(busy=0.97)]).remarks[0]
    assert "Other processes took 40%" in Median([quiet, a_round(others=0.4), a_round(others=0.5)]).remarks[0]


@pytest.mark.parametrize("size", SIZES)
def test_what_a_client_frames_is_what_a_websocket_server_reads(size: int) -> None:
    payload = b"x" * size
    server = Protocol(SERVER, state=OPEN, max_size=None)

    server.receive_data(frames.from_client(payload))

    (received,) = server.events_received()
    assert isinstance(received, Frame)
    assert (received.opcode, received.fin, bytes(received.data)) == (Opcode.TEXT, True, payload)


@pytest.mark.parametrize("size", SIZES)
def test_what_a_server_frames_is_read_back_whole(size: int) -> None:
    framed = frames.from_server(b"y" * size)

    assert list(frames.whole_frames(framed, 0)) == [(1, b"y" * size, len(framed))]
    assert list(frames.whole_frames(framed[:-1], 0)) == [] or size == 0
    assert list(frames.whole_frames(framed + framed[:1], 0)) == [(1, b"y" * size, len(framed))]


def test_a_handshake_says_who_it_is_only_if_it_is_somebody() -> None:
    assert b"\r\nAuthorization: Bearer abc\r\n" in frames.handshake("/ws/v1", port=80, token="abc")
    assert b"Authorization" not in frames.handshake("/", port=80)
    assert frames.handshake("/", port=80).endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("a", 1.7, 1.0, Target(1.75, of_ratio=True)), True),
        (Figure("a", 1.8, 1.0, Target(1.75, of_ratio=True)), False),
        (Figure("a", 1.8, None, Target(1.75, of_ratio=True)), None),
        (Figure("a", 1.8, 0.0, Target(1.75, of_ratio=True)), None),
        (Figure("a", 799.0, 9_000.0, Target(800, at_least=True)), False),
        (Figure("a", 801.0, None, Target(800, at_least=True)), True),
        (Figure("a", 2.0, None, Target(2)), True),
        (Figure("a", 2.0), None),
    ],
)
def test_a_target_bounds_the_figure_or_its_ratio(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_a_table_has_ratio_verdict_and_counts() -> None:
    section = Section(
        "fanout",
        "2 members",
        [
            Figure("CPU, µs", 4.0, 2.0, Target(1.75, of_ratio=True)),
            Figure("deliveries/s", 1_234_567.0, None, Target(1_000_000, at_least=True)),
        ],
        {"sent": 1_000, "lost": 0},
        ["Something to know."],
    )

    lines = table(section).splitlines()

    assert lines[0].split() == ["2", "members", "Hubbub", "floor", "ratio", "target"]
    assert lines[1].split()[2:] == ["4", "2", "2", "×", "≤", "1.75", "×", "NOT", "met"]
    assert lines[2].split()[1:] == ["1,234,567", "≥", "1,000,000", "met"]
    assert lines[3:] == ["  (sent 1,000, lost 0)", "  Something to know."]
    assert json.loads(json.dumps(section.as_json()))["figures"][0] == {
        "name": "CPU, µs",
        "value": 4.0,
        "other": 2.0,
        "ratio": 2.0,
        "target": "≤ 1.75 ×",
        "met": False,
    }


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (0.0, "0"),
        (0.01234, "0.0123"),
        (4.104, "4.1"),
        (12.0, "12"),
        (999.6, "1,000"),
        (1e6, "1,000,000"),
    ],
)
def test_numbers_are_told_with_the_digits_that_matter(value: float | None, told: str) -> None:
    assert number(value) == told


@pytest.mark.parametrize(
    ("configured", "url"),
    [
        (
            {
                "USER": "hub",
                "PASSWORD": "p@ss/",
                "HOST": "db",
                "PORT": 5433,
                "OPTIONS": {"sslmode": "require", "pool": {}},
            },
            "postgresql://hub:p%40ss%2F@db:5433/new?sslmode=require",
        ),
        ({"USER": "hub", "HOST": "/run/postgresql", "PORT": ""}, "postgresql://hub@%2Frun%2Fpostgresql/new"),
        ({}, "postgresql:///new"),
    ],
)
def test_another_database_of_the_same_server_has_this_address(
    configured: dict[str, object], url: str
) -> None:
    assert database_url(configured, "new") == url
