"""The PostgreSQL backend hands out living connections, however many of the pool's have died."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8


def test_a_pool_full_of_dead_connections_gives_a_living_one_at_once() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a file has no pool")
    leave_idle_in_the_pool(MANY)
    assert end_all_others() >= MANY

    with ThreadPoolExecutor(1) as another:
        assert another.submit(answer_of_the_store).result() == (1,)


def answer_of_the_store() -> tuple[int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            answer: tuple[int] = cursor.fetchone()
            return answer
    finally:
        connection.close()


def leave_idle_in_the_pool(count: int) -> None:
    together = threading.Barrier(count)

    def take_and_give_back() -> None:
        connection.ensure_connection()
        together.wait()
        connection.close()

    with ThreadPoolExecutor(count) as threads:
        for held in [threads.submit(take_and_give_back) for _ in range(count)]:
            held.result()


def end_all_others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.rowcount)
