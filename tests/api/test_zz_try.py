"""ad hoc: the API on a real server"""

import sys
import time

sys.path.insert(0, "/work/main")
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.support.http_client import HttpClient, accepted, refused


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_try(hubbub_server, store):
    server = hubbub_server(
        store=store, workers=2 if store == "postgres" else None, env={"HUBBUB_RATES": "off"}
    )
    ada, ben = server.client("ada"), server.client("ben")
    room = ada.make_room("Ателье 🎨")["id"]
    sock = server.session_socket(ben)
    sock.hello()
    ben.join(room)
    ada.say(room, "hi @ben")
    print(sock.expect("event", timeout=5))
    token = server.token("dot")
    dot = HttpClient(server.base_url, token=token)
    t = time.time()
    n = 100
    for i in range(n):
        dot.say(room, f"n{i}")
    print(store, "sequential", n / (time.time() - t), "ops/s")
    bodies = [(f"c{i}", f"m{i}") for i in range(400)]
    clients = [HttpClient(server.base_url, token=token) for _ in range(16)]
    t = time.time()
    with ThreadPoolExecutor(16) as pool:
        out = list(
            pool.map(lambda k: clients[k[0] % 16].say(room, k[1][1], k[1][0])["seq"], enumerate(bodies))
        )
    print(store, "16 at once", 400 / (time.time() - t), "ops/s")
    assert len(set(out)) == 400
    t = time.time()
    for i in range(100):
        accepted(dot.get(f"/api/v1/rooms/{room}/messages"))
    print(store, "messages page", 100 / (time.time() - t), "/s")
    # same id 20x across
    with ThreadPoolExecutor(16) as pool:
        out = list(pool.map(lambda k: clients[k % 16].say(room, "same", "same-id"), range(20)))
    assert sum(not o["duplicate"] for o in out) == 1
    # big bodies
    big = httpx2.post(
        server.base_url + f"/api/v1/rooms/{room}/ops",
        content=b"x" * 70000,
        headers={"Authorization": f"Bearer {token}"},
    )
    refused(big, 413, "too_large")
    huge = httpx2.post(
        server.base_url + f"/api/v1/rooms/{room}/ops",
        content=b"x" * 3_000_000,
        headers={"Authorization": f"Bearer {token}"},
    )
    refused(huge, 413, "too_large")

    def chunks():
        for _ in range(100):
            yield b"x" * 1000

    refused(
        httpx2.post(
            server.base_url + f"/api/v1/rooms/{room}/ops",
            content=chunks(),
            headers={"Authorization": f"Bearer {token}"},
        ),
        413,
        "too_large",
    )
    print(
        httpx2.head(server.base_url + "/.well-known/hubbub").status_code,
        httpx2.options(server.base_url + "/api/v1/rooms").headers["allow"],
    )
    refused(httpx2.get(server.base_url + "/api/v1/nothing"), 404, "not_found")
    # password: own socket stays, other closes
    other = server.client("ben")
    own_s, other_s = server.session_socket(ben), server.session_socket(other)
    own_s.hello()
    other_s.hello()
    told = accepted(
        ben.put(
            "/api/v1/password",
            {"current": "a horse, a battery and a staple", "new": "another horse and a paperclip"},
        )
    )
    ben.csrf_token = told["csrf_token"]
    print("other closed", other_s.expect_close(timeout=6))
    own_s.settle()
    time.sleep(3)
    own_s.settle()
    ben.say(room, "still here")
    own_s.expect("event", timeout=5)
    print("log:", server.log[-2000:])
    assert accepted(dot.get("/api/v1/openapi.json"))["openapi"]
    if store == "postgres":
        pg = server  # outage
