"""One real server for all socket tests of a module; each test has rooms of its own."""

import logging
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from tests.realtime.wire_peers import Echo, Served
from tests.support.fixtures import Servers
from tests.support.hubbub_process import HubbubServer

Own = Callable[[str], str]


@pytest.fixture(scope="module")
def shared_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HubbubServer]:
    servers = Servers(request, tmp_path_factory.mktemp("shared"))
    yield servers(env={"HUBBUB_RATES": "off"})
    servers.close()


@pytest.fixture
def server(shared_server: HubbubServer) -> Iterator[HubbubServer]:
    yield shared_server
    shared_server.disconnect()


@pytest.fixture
def own() -> Own:
    """The name of a room that only this test knows."""
    suffix = uuid4().hex[:8]
    return lambda name: f"{name} {suffix}"


@pytest.fixture
def served(caplog: pytest.LogCaptureFixture) -> Iterator[Served]:
    """A server whose log must hold no traceback at the end of the test."""
    caplog.set_level(logging.INFO)
    server = Served(Echo())
    yield server
    server.stop()
    wrong = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert wrong == []
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
