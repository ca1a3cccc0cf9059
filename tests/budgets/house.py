"""What budgets are measured on: a real server with a past, and a page in real Chromium made as slow as a mid laptop."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright

from tests.support.http_client import HttpClient, Json, accepted
from tests.support.hubbub_process import HubbubServer, Place, run_hubbub
from tests.support.pages import ARGUMENTS, installed_chromium
from tests.support.sockets import SessionSocket
from tests.support.wire import Wire

SLOWER = 4  # times: what a processor of 2021 is beside the machine of a developer
BARS = 200  # pixels: more than what a window shows around a page
TYPIST = 80  # milliseconds between two letters: 150 words a minute
QUICK = 8.0  # what an event took that the browser did not tell of: less than 16 ms
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
MESSAGES, ROOMS = 100_000, 50  # a tenth of the messages are in the first room


@dataclass(frozen=True)
class Network:
    latency_ms: float
    mbit: float

    @property
    def conditions(self) -> Json:
        rate = self.mbit * 1_000_000 / 8
        return {
            "offline": False,
            "latency": self.latency_ms,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        }


HOME, FAR = Network(30, 10), Network(150, 1.6)


@dataclass
class Laptop:
    """One page, its developer tools, and what the page is called by its processes."""

    page: Page
    tools: CDPSession

    def slow(self, times: float = SLOWER) -> None:
        self.tools.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def over(self, network: Network) -> None:
        self.tools.send("Network.enable")
        self.tools.send("Network.emulateNetworkConditions", network.conditions)

    def metrics(self) -> dict[str, float]:
        found = self.tools.send("Performance.getMetrics")["metrics"]
        return {one["name"]: float(one["value"]) for one in found}

    def work(self, meanwhile: Callable[[], object]) -> float:
        """Milliseconds of script, style and layout."""
        before = self.metrics()
        meanwhile()
        after = self.metrics()
        return 1000 * sum(after[name] - before[name] for name in WORK)

    def type_letters(self, count: int) -> list[float]:
        """How long each took until it was drawn, in milliseconds; the page notes its events (probes.EVENTS)."""
        self.page.evaluate("window.events.length = 0")
        for number in range(count):  # by the keyboard alone: looking for the field would be work of the page
            self.page.keyboard.press("abcde "[number % 6])
            self.page.wait_for_timeout(TYPIST)
        self.page.wait_for_timeout(300)
        told = self.page.evaluate(
            "window.events.filter(({name}) => name === 'keydown').map((one) => one.duration)"
        )
        return [*map(float, told), *[QUICK] * (count - len(told))]

    def collect(self) -> None:
        """Everything that is kept by nobody goes."""
        for _ in range(3):
            self.tools.send("HeapProfiler.collectGarbage")

    def heap_mb(self) -> float:
        self.collect()
        return float(self.tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    def detached_rows(self) -> int:
        """Rows that are on no page and yet kept."""
        prototype = self.tools.send("Runtime.evaluate", {"expression": "HTMLElement.prototype"})
        found = self.tools.send(
            "Runtime.queryObjects", {"prototypeObjectId": prototype["result"]["objectId"]}
        )
        counted = self.tools.send(
            "Runtime.callFunctionOn",
            {
                "objectId": found["objects"]["objectId"],
                "functionDeclaration": """function () {
                  const made = this.filter((one) => !Object.hasOwn(one, 'constructor'));
                  return made.filter((one) => one.matches('article.msg[data-id]') && !one.isConnected).length;
                }""",
                "returnByValue": True,
            },
        )
        return int(counted["result"]["value"])


@dataclass
class House:
    server: HubbubServer
    browser: Browser
    reader: HttpClient
    writer: HttpClient
    rooms: list[Json]
    """Those that the reader belongs to, the largest first."""

    @property
    def large(self) -> Json:
        return self.rooms[0]

    @contextmanager
    def laptop(self, room: Json | None = None, *, scripts: tuple[str, ...] = ()) -> Iterator[Laptop]:
        """The reader's page on a room, alive, at full speed until it is slowed."""
        with self.profile() as context:
            laptop = open_in(context, *scripts)
            go(laptop, self.server.base_url, room or self.large)
            yield laptop

    @contextmanager
    def profile(self, base_url: str = "") -> Iterator[BrowserContext]:
        """A browser profile that the reader is signed in to."""
        context = self.browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(60_000)
        jar = self.reader.http.cookies.jar
        address = base_url or self.server.base_url
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": address} for one in jar])
        yield context
        context.close()

    def tab_mb(self) -> float:
        """The memory of the page: of all renderers, some of them the browser's own, the one that has worked most."""
        tools = self.browser.new_browser_cdp_session()
        processes = tools.send("SystemInfo.getProcessInfo")["processInfo"]
        tools.detach()
        renderers = [one for one in processes if one["type"] == "renderer"]
        return _pss_mb(int(max(renderers, key=lambda one: float(one["cpuTime"]))["id"]))

    @contextmanager
    def wire(self) -> Iterator[Wire]:
        """Another way to the server, that can be cut."""
        wire = Wire(self.server.port)
        yield wire
        wire.close()

    @contextmanager
    def mouth(self) -> Iterator[SessionSocket]:
        """A socket on which the writer says much, fast; what is heard there meanwhile is nobody's."""
        socket = self.server.session_socket(self.writer)
        socket.hello()
        yield socket
        socket.cut()


def open_in(context: BrowserContext, *scripts: str) -> Laptop:
    page = context.new_page()
    for script in scripts:
        page.add_init_script(script)
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable")
    _bring_into_view(tools)
    return Laptop(page, tools)


def _bring_into_view(tools: CDPSession) -> None:
    """A window is made as large as the page, its own bars included: a letter below its edge would never be drawn."""
    window = tools.send("Browser.getWindowForTarget")
    bounds = {"width": window["bounds"]["width"] + BARS, "height": window["bounds"]["height"] + BARS}
    tools.send("Browser.setWindowBounds", {"windowId": window["windowId"], "bounds": bounds})


def go(laptop: Laptop, base_url: str, room: Json) -> None:
    laptop.page.goto(f"{base_url}/chat/{room['name'].replace(' ', '%20')}/")
    is_alive(laptop.page)


def is_alive(page: Page) -> None:
    expect(page.locator("html[data-conn=online]")).to_be_attached(timeout=60_000)
    expect(page.locator(".edges")).to_be_attached(timeout=60_000)
    page.wait_for_function("() => Boolean(window.__chat)")


def say_many(mouth: SessionSocket, rooms: list[str], count: int, *, ahead: int = 200) -> None:
    """This many messages, room by room in turn, with so many under way."""
    asked: list[str] = []
    for number in range(count):
        room = rooms[number % len(rooms)]
        text = f"One of many, number {number}: about as long as what people say to each other."
        asked.append(mouth.post_op("send", room, body=text))
        if len(asked) >= ahead:
            _answered(mouth, asked.pop(0))
        mouth.received.clear()
    for ref in asked:
        _answered(mouth, ref)


def _answered(mouth: SessionSocket, ref: str) -> None:
    answer = mouth.answer(ref, timeout=60)
    assert answer["type"] == "ack", answer
    mouth._unread[:] = [frame for frame in mouth._unread if frame.get("type") in ("ack", "err")]


@contextmanager
def house(folder: Path, *, messages: int = MESSAGES, rooms: int = ROOMS) -> Iterator[House]:
    """A seeded server on SQLite and Chromium; both end with it."""
    program = installed_chromium()
    if program is None:
        raise SystemExit("There is no Chromium on PATH.")
    with ExitStack() as stack:
        place = Place(folder / "data")
        place.data.mkdir(parents=True)
        told = run_hubbub(place, "seed", "--messages", str(messages), "--rooms", str(rooms))
        server = HubbubServer(place, extra={"HUBBUB_RATES": "off"})
        stack.callback(server.close)
        server.start()
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        stack.callback(chromium.close)
        yield _inhabited(server, chromium, told)


def _inhabited(server: HubbubServer, chromium: Browser, told: str) -> House:
    shown = re.search(r"Sign in as (\S+),.*\nwith the password (\S+)", told)
    assert shown, told
    owner, password = shown[1], shown[2]
    reader = server.client(owner, password=password)
    listed: list[Json] = accepted(reader.get("/api/v1/rooms"))["rooms"]
    rooms = sorted((room for room in listed if room["member"]), key=lambda room: -int(room["head"]))
    for room in rooms:
        reader.put(f"/api/v1/rooms/{room['id']}/read", {"seq": room["head"]})
    members = accepted(reader.get(f"/api/v1/rooms/{rooms[0]['id']}/members"))["members"]
    other = next(one["username"] for one in members if one["username"] != owner and not one.get("bot"))
    writer = server.client(other, password=password)
    for room in rooms:
        if room["kind"] == "public":
            with suppress(AssertionError):
                writer.join(room["id"])
    return House(server, chromium, reader, writer, rooms)


def _pss_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/smaps_rollup")
    if not os.access(told, os.R_OK):
        return 0.0
    return (
        next(int(line.split()[1]) for line in told.read_text().splitlines() if line.startswith("Pss:")) / 1e3
    )
