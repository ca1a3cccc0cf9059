"""What needs no hint: a change that could not be looked at once is looked at again."""

import asyncio
from dataclasses import dataclass, field

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from hubbub.people.access import Caller, caller_of_token
from hubbub.realtime.hub import Hub
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(eq=False)
class Looking:
    """A signed-in socket that can look at the store only from its second try on."""

    caller: Caller
    tries: int = 0
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    async def refresh(self) -> None:
        self.tries += 1
        if self.tries == 1:
            raise OperationalError("the store is away")
        self.seen.set()

    def heartbeat(self) -> None:
        """Nothing to tell."""

    def draining(self, within_ms: int) -> bool:
        return True

    def close(self, code: int) -> None:
        """Nothing to close."""


async def test_a_change_that_could_not_be_read_is_read_again() -> None:
    socket = Looking(await sync_to_async(_ben)())
    hub = Hub(asyncio.get_running_loop())
    hub.enter(socket)
    hub.start()
    try:
        hub.refresh([socket.caller.person_id])
        await asyncio.wait_for(socket.seen.wait(), 20)
    finally:
        await hub.stop()

    assert socket.tries == 2


def _ben() -> Caller:
    return caller_of_token(f"Bearer {cast.token('ben')}")
