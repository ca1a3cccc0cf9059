"""`hubbub shell` reaches the channel layer as Channels documents it."""

import pytest

from tests.support.fixtures import Servers
from tests.support.hubbub_process import run_hubbub

SEND_AND_RECEIVE = """
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
layer = get_channel_layer()
async_to_sync(layer.send)("test_channel", {"type": "hello", "text": "привет"})
print(async_to_sync(layer.receive)("test_channel")["text"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_what_is_sent_to_a_channel_is_received_from_it(hubbub_server: Servers, store: str) -> None:
    place = hubbub_server.place(store=store, cast=False)

    assert "привет" in run_hubbub(place, "shell", given=SEND_AND_RECEIVE)
