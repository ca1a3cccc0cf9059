"""Says in the log why a process ends, whatever it is that ends it. Knows no server."""

import faulthandler
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from hubbub.ops.refused import CannotServe

logger = logging.getLogger(__name__)


def stop_signals() -> tuple[signal.Signals, ...]:
    """What tells us to stop: also the end of a terminal, unless we were started to outlive it."""
    told = (signal.SIGTERM, signal.SIGINT)
    return told if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (*told, signal.SIGHUP)


@contextmanager
def told() -> Iterator[None]:
    """Around the life of a process: a crash leaves a traceback of every thread, each other end a line."""
    faulthandler.enable()
    try:
        yield
    except CannotServe:
        raise  # its own sentence says why
    except SystemExit as leaving:
        logger.warning("Process %d ends with code %s", os.getpid(), leaving.code or 0)
        raise
    except BaseException:
        logger.critical("Process %d ends by an error", os.getpid(), exc_info=True)
        raise
    logger.warning("Process %d ends", os.getpid())


def leave(why: str) -> NoReturn:
    """End now, with 0, whatever is still under way."""
    logger.warning("Process %d ends at once: %s", os.getpid(), why)
    sys.stdout.flush()
    logging.shutdown()
    os._exit(0)


def how(code: int) -> str:
    """The end of another process, from its exit code."""
    return f"with code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
