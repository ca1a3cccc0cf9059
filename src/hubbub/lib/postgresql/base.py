"""Django's PostgreSQL backend whose pool forgets all its connections once one of them is found dead; knows no table."""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One that the server has not ended meanwhile. Costs a look at the socket, and no query where it is quiet.

        After a restart of the server all that the pool holds is dead. The pool's own check (`CONN_HEALTH_CHECKS`) finds
        one after the other and waits a second, then two, then four in between.
        """
        connection = super().get_new_connection(conn_params)
        if self.pool is None or _lives(connection):
            return connection
        self.pool.drain()
        self.pool.putconn(connection)
        return super().get_new_connection(conn_params)


def _lives(connection: psycopg.Connection[Any]) -> bool:
    """Who is asked nothing says nothing, unless the connection ends (or, seldom, to tell of a setting)."""
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return True
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True
