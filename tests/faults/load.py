"""What people do while things break: they talk, edit, react, come and go, are removed and sign out."""

import asyncio
import hashlib
import random
from collections.abc import Coroutine
from typing import Any

from tests.faults.asking import Reply
from tests.faults.clients import Client
from tests.faults.history import ReadHead, Readmitted, Removed, SignedOut
from tests.faults.plan import SIGNS_OUT
from tests.faults.world import World

Json = dict[str, Any]
PAUSE_SECONDS = 0.25  # between two operations of one client, on average
AWAY_SECONDS = 7.0  # longer than a removal may take to be felt
FAR = 10**15
EMOJI = ["👍", "❤️", "🎉", "😀", "👩\u200d👩\u200d👧", "🇫🇷"]
ALPHABETS = (
    "the quick brown fox jumps over the lazy dog",
    "съешь же ещё этих мягких французских булок",
    "いろはにほへと ちりぬるを 我が世誰ぞ",
    "نص حكيم له سر قاطع وذو شأن عظيم",
    "é è ê ñ ü ß Å ﬁ Ⅷ ½ a\u0301 e\u0308",
    "🎉🔥👩‍👩‍👧🇫🇷 🏳️‍🌈 👍🏽",
    "\\ \" ' < > & * _ ` ~ # | [x](y) @ada <script>",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 \u2028 \u200d \ufeff",
)


def random_body(dice: random.Random) -> str:
    """A text of some alphabets that ends with its own hash."""
    letters = "".join(dice.choices(ALPHABETS, k=2)) if dice.random() < 0.6 else dice.choice(ALPHABETS)
    length = 1200 if dice.random() < 0.02 else dice.randint(3, 80)
    text = "".join(dice.choices(letters, k=length)).strip()
    return f"{text} #{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def random_operation(client: Client, room: str) -> Json:
    dice = client.dice
    op = {"client_id": f"{client.name}-{next(client.world.numbers)}-{dice.getrandbits(32):08x}"}
    known = client.known.get(room)
    kind = dice.choices(("send", "edit", "delete", "react", "unreact", "bad"), (60, 10, 5, 14, 7, 4))[0]
    if kind == "bad":
        return op | dice.choice(({"op": "send", "body": " "}, {"op": "edit", "target": "m0", "body": "x"}))
    if kind == "send" or not known:
        reply = {"reply_to": dice.choice(known)["id"]} if known and dice.random() < 0.1 else {}
        return op | {"op": "send", "body": random_body(dice)} | reply
    own = [message["id"] for message in known if message["by"] == client.person]
    target = dice.choice(own) if own and dice.random() < 0.8 else dice.choice(list(known))["id"]
    if kind == "edit":
        return op | {"op": "edit", "target": target, "body": random_body(dice)}
    if kind == "delete":
        return op | {"op": "delete", "target": target}
    # Few messages and few emoji, so that people often want the same.
    target = dice.choice(list(known)[-8:])["id"]
    return op | {"op": kind, "target": target, "emoji": dice.choice(EMOJI)}


async def talk(client: Client) -> None:
    """One operation after the other; now and then several at once."""
    world, dice = client.world, client.dice
    while not world.stopping.is_set():
        room = dice.choices(list(world.rooms.values()), (6, 3, 2))[0]["id"]
        together = dice.randint(2, 6) if dice.random() < 0.1 else 1
        await asyncio.gather(*(_operate(client, room) for _ in range(together)))
        await world.pause(dice.expovariate(1 / PAUSE_SECONDS))


async def _operate(client: Client, room: str) -> None:
    op = random_operation(client, room)
    ack = await client.operate(room, op)
    if ack is None:
        return
    if op["op"] == "send":
        client.remember(room, ack["id"], client.person)
    if client.dice.random() < 0.15:
        await read_head(client, room)
    if client.dice.random() < 0.1:
        await client.ask("PUT", f"/api/v1/rooms/{room}/read", {"seq": ack["seq"]})


async def read_head(client: Client, room: str) -> None:
    """What some node has as the head, asked after whatever was acknowledged before."""
    world = client.world
    asked, node = world.now(), client.dice.choice(list(world.nodes))
    reply = await client.ask("GET", f"/api/v1/rooms/{room}/events?after={FAR}", node=node)
    if reply is not None and reply.status == 200:
        world.tell(ReadHead(world.now(), asked, node, room, reply.body["head"]))


async def come_and_go(client: Client) -> None:
    """Leave a public room and join it again."""
    room = client.world.rooms["side"]["id"]
    while not client.world.stopping.is_set():
        await client.world.pause(client.dice.uniform(2, 6))
        for verb in ("leave", "join"):
            await insist(client, "POST", f"/api/v1/rooms/{room}/{verb}")
            await client.world.pause(client.dice.uniform(0.5, 2))


async def remove_and_readmit(manager: Client, person: str) -> None:
    """Take a private room from somebody, long enough to see whether anything of it still comes, and give it back."""
    world, room = manager.world, manager.world.rooms["plans"]["id"]
    members = f"/api/v1/rooms/{room}/members"
    while not world.stopping.is_set():
        await world.pause(manager.dice.uniform(1, 4))
        if world.stopping.is_set():
            return
        await insist(manager, "DELETE", f"{members}/{person}")
        world.tell(Removed(world.now(), person, room))
        await world.pause(AWAY_SECONDS)
        world.tell(Readmitted(world.now(), person, room))
        await insist(manager, "POST", members, {"username": person})


async def sign_out_and_in(client: Client) -> None:
    """End the sign-in of a client whose socket is open, and begin another."""
    world = client.world
    while not world.stopping.is_set():
        await world.pause(client.dice.uniform(3, 8))
        if world.stopping.is_set() or not client.connected.is_set():
            continue
        client.signed_out = True
        client.refreshed.clear()
        await insist(client, "DELETE", "/api/v1/session", done=(200, 401))
        world.tell(SignedOut(world.now(), client.name))
        await world.pause(AWAY_SECONDS)
        while not await client.asking.sign_in(_any_node(client), client.person):
            await asyncio.sleep(0.3)
        client.signed_out = False
        client.refreshed.set()


async def insist(
    client: Client, method: str, path: str, body: object = None, *, done: tuple[int, ...] = (200, 201)
) -> Reply:
    """Ask until some node did it: for what may be asked twice."""
    while True:
        reply = await client.ask(method, path, body)
        if reply is not None and reply.status in done:
            return reply
        await asyncio.sleep(client.dice.uniform(0.1, 0.4))


def work_of(clients: dict[str, Client]) -> list[Coroutine[Any, Any, None]]:
    """Everything that the people of a run do at once."""
    work = [talk(client) for client in clients.values()]
    work += [come_and_go(clients["cleo-1"]), come_and_go(clients["dot-2"])]
    work += [remove_and_readmit(clients["ada-1"], "ben"), sign_out_and_in(clients[SIGNS_OUT])]
    return work


def _any_node(client: Client) -> str:
    world: World = client.world
    return world.nodes[client.dice.choice(list(world.nodes))].base_url
