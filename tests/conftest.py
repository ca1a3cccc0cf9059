"""Where tests begin: chooses the database before Django reads its settings.

`pytest --database postgres` runs the tests that use the database in this process on a real PostgreSQL.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.support.postgres import NoPostgres, PostgresServer

pytest_plugins = ["tests.support.fixtures", "tests.support.order", "tests.support.second_try"]

DATA = Path(tempfile.mkdtemp(prefix="hubbub-tests-"))
STORE = pytest.StashKey[PostgresServer]()
ADDRESS = "HUBBUB_TESTS_POSTGRES"

# The build machine tries the same examples each time; developers try new ones.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")

for name in [name for name in os.environ if name.startswith("HUBBUB_") and name != ADDRESS]:
    del os.environ[name]
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
# Each of the hundreds of processes that are started would compile everything again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["HUBBUB_DATA"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.site.settings"

# What a test's fixtures say of its needs.
NEEDS = {
    "browser": {"browser", "pages"},
    "postgres": {"postgres", "postgres_url"},
    "processes": {"hubbub_server", "shared_server"},
    "redis": {"redis", "redis_url"},
}
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=["sqlite", "postgres"], default="sqlite", help="for tests in this process"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--database") == "postgres":
        choose_postgres(config)
    # pytest-django sets Django up only where its settings were read already.
    from django.conf import settings

    assert settings.ROOT_URLCONF


def choose_postgres(config: pytest.Config) -> None:
    if ADDRESS not in os.environ:
        try:
            config.stash[STORE] = server = PostgresServer()
        except NoPostgres as absent:
            stop_without_postgres(str(absent))
        server.start()
        # Those that xdist starts inherit it: one server for all of them.
        os.environ[ADDRESS] = server.url("hubbub")
    os.environ["DATABASE_URL"] = os.environ[ADDRESS]


def stop_without_postgres(reason: str) -> None:
    if os.environ.get("CI"):
        raise pytest.UsageError(reason)
    pytest.exit(f"SKIPPED all tests on PostgreSQL: {reason}", returncode=0)


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(DATA, ignore_errors=True)
    if STORE in config.stash:
        config.stash[STORE].destroy()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """First, so that `-m` sees the marks."""
    for item in items:
        for marker, fixtures in NEEDS.items():
            if fixtures.intersection(getattr(item, "fixturenames", ())):
                item.add_marker(marker)
    if config.getoption("--database") == "postgres":
        config.hook.pytest_deselected(items=[item for item in items if not uses_database(item)])
        items[:] = [item for item in items if uses_database(item)]


def uses_database(item: pytest.Item) -> bool:
    asked = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_report_header(config: pytest.Config) -> str:
    return f"database of tests in this process: {config.getoption('--database')}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """A file for SQLite: the journal writes on a thread of its own, and memory belongs to one thread."""
    from django.db import connections

    settings = connections["default"].settings_dict
    if "sqlite" in settings["ENGINE"]:
        settings["TEST"]["NAME"] = str(DATA / "tests.sqlite3")
        return
    request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Nothing is dropped at the end: the journal's thread may hold its connection, and all of it goes anyway."""
    return True


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose. What checks it says so: the real hashers are still there, only not first."""
    from django.conf import settings
    from django.test import override_settings

    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[quick, *settings.PASSWORD_HASHERS]):
        yield
