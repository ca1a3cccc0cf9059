"""`hubbub serve`: makes everything ready, says where it serves, serves until it is told to stop."""

import logging
import signal
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.limits import LIMITS
from hubbub.ops import ending, listening, preparation, server
from hubbub.ops.refused import CannotServe
from hubbub.ops.workers import Workers

UNUSABLE = 2

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Serve Hubbub, after bringing the database and the static files up to date."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)"
        )
        parser.add_argument("--port", default=8000, type=int, help="the port to listen on (default: 8000)")
        parser.add_argument("--workers", default=1, type=int, help="how many processes (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        for sign in ending.stop_signals():
            signal.signal(sign, _leave_early)
        try:
            self._serve(options["host"], options["port"], workers=options["workers"])
        except CannotServe as refusal:
            for sign in ending.stop_signals():
                signal.signal(sign, signal.SIG_IGN)  # we are leaving, and with our own code
            print(f"hubbub: {refusal}", file=sys.stderr)
            sys.exit(UNUSABLE)

    def _serve(self, host: str, port: int, *, workers: int) -> None:
        if not 0 <= port <= 65535:
            raise CannotServe("The port must be a number from 0 to 65535.")
        preparation.check_processes(workers)
        listener = listening.listen(host, port)
        mark = preparation.hold_store()
        preparation.prepare()
        try:
            self._run(listener, workers=workers)
        finally:
            if mark is not None:
                mark.close()

    def _run(self, listener: socket.socket, *, workers: int) -> None:
        def tell() -> None:
            print(f"Hubbub serves {listening.address(listener)}", flush=True)

        if workers == 1:
            server.serve(listener, on_ready=tell)
        else:
            with ending.told():
                Workers(listener, workers, on_ready=tell).run(drain_seconds=LIMITS.drain_ms / 1000)


def _leave_early(number: int, *_: object) -> None:
    """Told to stop before anything was served: nothing is in flight, so go."""
    logger.warning("Leaving before anything was served, told by %s", signal.Signals(number).name)
    sys.exit(0)
