"""The proxy between clients and nodes: what it breaks, and that it passes on everything else as it came."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import Link

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """A way to a server that sends everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
        except ConnectionResetError:
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    made = Link(random.Random(1))
    made.target = server.sockets[0].getsockname()[1]
    await made.open()
    yield made
    await made.close()
    server.close()


async def through(link: Link, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.readexactly(len(data)), 10)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("mood", ["flows", "delays", "trickles"])
async def test_everything_comes_through_as_it_was_sent(link: Link, mood: str) -> None:
    data = bytes(range(256)) * 20
    link.become(mood)  # type: ignore[arg-type]

    assert await through(link, data) == data


async def test_nothing_comes_through_a_stalled_link_until_it_flows(link: Link) -> None:
    link.become("stalls")
    waiting = asyncio.ensure_future(through(link, b"late"))
    await asyncio.wait({waiting}, timeout=0.2)
    assert not waiting.done()

    link.become("flows")

    assert await waiting == b"late"


async def test_a_cut_resets_whoever_is_connected(link: Link) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    writer.write(b"here")
    assert await reader.readexactly(4) == b"here"

    link.cut()

    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.transport.abort()


async def test_a_node_that_is_not_there_is_a_reset(link: Link) -> None:
    link.target = 1

    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await through(link, b"anybody?")
