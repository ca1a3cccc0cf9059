import time
from tests.support.http_client import accepted
def test_outage(hubbub_server, postgres):
    server = hubbub_server(store="postgres", env={"HUBBUB_RATES": "off"})
    ada = server.client("ada"); token=server.token("dot")
    from tests.support.http_client import HttpClient
    dot = HttpClient(server.base_url, token=token)
    room = ada.make_room("A")["id"]
    postgres.stop()
    for who in (ada, dot, server.client()):
        for path in ("/api/v1/rooms", f"/api/v1/rooms/{room}/messages", "/api/v1/session", "/.well-known/hubbub"):
            t=time.time(); a = who.get(path); print(path, a.status_code, a.text[:150], dict(a.headers).get("retry-after"), round(time.time()-t,2))
    t=time.time(); a = ada.operate(room, "send", "x1", body="hi"); print(a.status_code, a.text, round(time.time()-t,2))
    t=time.time(); a = ada.post("/api/v1/session", {"username":"ada","password":"x"}); print(a.status_code, a.text, round(time.time()-t,2))
    postgres.start()
    t=time.time()
    while ada.get("/api/v1/rooms").status_code != 200: time.sleep(.2)
    print("back after", time.time()-t)
    print(accepted(ada.operate(room, "send", "x1", body="hi")))
    print(server.log[-1500:])
