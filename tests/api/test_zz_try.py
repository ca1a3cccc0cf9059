import time, httpx2
from tests.support.http_client import accepted
def test_outage(hubbub_server, postgres):
    server = hubbub_server(store="postgres", env={"HUBBUB_RATES": "off"})
    ada = server.client("ada"); token=server.token("dot")
    from tests.support.http_client import HttpClient
    dot = HttpClient(server.base_url, token=token)
    room = ada.make_room("A")["id"]
    postgres.stop()
    ada.http.timeout = dot.http.timeout = 60
    for who in (ada, dot):
        for path in ("/api/v1/rooms", "/.well-known/hubbub"):
            t=time.time(); a = who.get(path); print(path, a.status_code, a.text[:150], dict(a.headers).get("retry-after"), round(time.time()-t,2))
    t=time.time(); a = dot.operate(room, "send", "x1", body="hi"); print(a.status_code, a.text, round(time.time()-t,2))
    t=time.time(); a = ada.post("/api/v1/session", {"username":"ada","password":"x"}); print(a.status_code, a.text, round(time.time()-t,2))
    postgres.start()
    t=time.time()
    while ada.get("/api/v1/rooms").status_code != 200: time.sleep(.2)
    print("back after", time.time()-t)
    print(accepted(ada.operate(room, "send", "x1", body="hi")))
    print(server.log[-3500:])
