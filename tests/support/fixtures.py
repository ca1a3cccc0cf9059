"""The fixtures that hand out real servers and clients. Whatever they start, they end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.absent import ROOT, skip_without
from tests.support.hubbub_process import (
    HubbubServer,
    Place,
    collect_static,
    copy_of,
    fill_empty,
    fill_with_cast,
    share_static,
)
from tests.support.pages import ARGUMENTS, Pages, installed_chromium
from tests.support.postgres import NoPostgres, PostgresServer
from tests.support.redis import NoRedis, RedisServer
from tests.support.wire import Lay, Wire

FAILED = pytest.StashKey[bool]()
FILLS: dict[bool, Callable[[Place], None]] = {False: fill_empty, True: fill_with_cast}


@pytest.fixture(scope="session")
def postgres_service() -> Iterator[PostgresServer]:
    try:
        server = PostgresServer()
    except NoPostgres as absent:
        skip_without("postgres", str(absent))
    server.start()
    yield server
    server.destroy()


@pytest.fixture
def postgres(postgres_service: PostgresServer) -> Iterator[PostgresServer]:
    """The real PostgreSQL, yours to stop, kill, pause and start."""
    postgres_service.revive()
    yield postgres_service
    postgres_service.revive()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a new, empty database."""
    url = postgres.fresh_database()
    yield url
    postgres.revive()
    postgres.drop(url)


@pytest.fixture(scope="session")
def redis_service() -> Iterator[RedisServer]:
    try:
        server = RedisServer()
    except NoRedis as absent:
        skip_without("redis", str(absent))
    server.start()
    yield server
    server.destroy()


@pytest.fixture
def redis(redis_service: RedisServer) -> Iterator[RedisServer]:
    """The real Redis, empty, yours to stop, kill, pause, flush and start."""
    redis_service.revive()
    redis_service.forget_everything()
    yield redis_service
    redis_service.revive()


@pytest.fixture
def redis_url(redis: RedisServer) -> str:
    return redis.url


@pytest.fixture(scope="session")
def filled_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """Data folders on SQLite, migrated once, with the cast or without, for copies to be made of them."""
    made: dict[bool, Path] = {}

    def folder(with_cast: bool) -> Path:
        if with_cast not in made:
            data = tmp_path_factory.mktemp("filled") / "data"
            data.mkdir()
            FILLS[with_cast](Place(data))
            collect_static(Place(data))
            made[with_cast] = data
        return made[with_cast]

    return folder


class Servers:
    """Makes places and starts servers for one test; whatever it made is gone afterwards, by force."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._undo = ExitStack()
        self._count = 0

    def __call__(
        self,
        *,
        store: str = "sqlite",
        cast: bool = True,
        workers: int | None = None,
        env: dict[str, str] | None = None,
        place: Place | None = None,
        start: bool = True,
    ) -> HubbubServer:
        """A server. `store` is "sqlite" or "postgres" (with Redis); `place` of another: one more node."""
        server = HubbubServer(place or self.place(store=store, cast=cast), workers=workers, extra=env or {})
        self._undo.callback(server.close)
        if start:
            server.start()
        return server

    def place(self, *, store: str = "sqlite", cast: bool = True) -> Place:
        self._count += 1
        folder = self._folder / f"place-{self._count}"
        folder.mkdir()
        if store == "sqlite":
            filled: Callable[[bool], Path] = self._request.getfixturevalue("filled_data")
            return Place(copy_of(filled(cast), folder / "data"))
        assert store == "postgres", store
        return self._place_on_services(folder / "data", cast=cast)

    def close(self) -> None:
        self._undo.close()

    def _place_on_services(self, data: Path, *, cast: bool) -> Place:
        data.mkdir()
        filled: Callable[[bool], Path] = self._request.getfixturevalue("filled_data")
        share_static(filled(cast), data)
        postgres: PostgresServer = self._request.getfixturevalue("postgres")
        redis: RedisServer = self._request.getfixturevalue("redis")
        name = "with_cast" if cast else "empty"
        template = postgres.template(name, lambda url: FILLS[cast](Place(data, database_url=url)))
        url = postgres.fresh_database(template)
        self._undo.callback(postgres.drop, url)
        self._undo.callback(postgres.revive)
        return Place(data, database_url=url, redis_url=redis.url)


@pytest.fixture
def hubbub_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Servers]:
    """Starts real servers: `server = hubbub_server(store="postgres", workers=2)`."""
    servers = Servers(request, tmp_path)
    yield servers
    servers.close()


@pytest.fixture
def wire_to() -> Iterator[Lay]:
    """Lays wires to servers, for a test to slow and to cut: `wire = wire_to(server)`."""
    with ExitStack() as laid:

        def lay(server: HubbubServer) -> Wire:
            wire = Wire(server.port)
            laid.callback(wire.close)
            return wire

        yield lay


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module only: while Playwright runs, Django refuses its database to this thread."""
    program = installed_chromium()
    if program is None:
        skip_without("browser", "no Chromium on PATH")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def pages(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Pages]:
    """Opens pages in profiles of their own; whatever their consoles complain of fails the test."""
    opened = Pages(browser, ROOT / ".cache" / "screenshots")
    yield opened
    if request.node.stash.get(FAILED, False):
        opened.keep_pictures(request.node.name.replace("/", "-"))
    opened.close()
    complaints = "; ".join(opened.unexpected())
    assert not complaints, f"a page complained: {complaints}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[FAILED] = report.failed  # type: ignore[attr-defined]
    return report
