"""The real PostgreSQL and Redis of the tests: they are what they claim to be, and survive what tests do to them."""

import psycopg
import pytest

from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer


def asked(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row and row[0]


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_postgres_is_as_durable_as_by_default(postgres_url: str, setting: str) -> None:
    assert asked(postgres_url, f"SHOW {setting}") == "on"


def test_postgres_keeps_what_was_committed_over_a_kill(postgres: PostgresServer, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE said (body text)")
        connection.execute("INSERT INTO said VALUES ('hi')")

    postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        asked(postgres_url, "SELECT 1")
    postgres.start()

    assert asked(postgres_url, "SELECT body FROM said") == "hi"


def test_a_copy_of_a_template_is_a_database_of_its_own(postgres: PostgresServer) -> None:
    def fill(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE said (body text)")

    template = postgres.template("said_template", fill)
    first, second = postgres.fresh_database(template), postgres.fresh_database(template)
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("INSERT INTO said VALUES ('hi')")

    assert asked(first, "SELECT count(*) FROM said") == 1
    assert asked(second, "SELECT count(*) FROM said") == 0


def test_redis_forgets_over_a_kill_and_comes_back_on_the_same_address(redis: RedisServer) -> None:
    assert redis.ask("SET said hi") == "+OK"
    assert redis.ask("EXISTS said") == ":1"

    redis.kill()
    assert not redis.answers()
    redis.start()

    assert redis.ask("EXISTS said") == ":0"


def test_a_paused_redis_is_running_again_for_the_next_test(redis: RedisServer) -> None:
    redis.pause()
    redis.revive()

    assert redis.answers()
