"""Real Chromium for tests; a page that complains in its console fails its test."""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page

from tests.support.http_client import HttpClient

# For every page the browser begins another one, hidden, for the list below its address field, which takes half a second
# of a processor just while our page opens. Of such arguments the last counts: what Playwright turns off is said again.
TURNED_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
ARGUMENTS = [
    f"--disable-features={','.join(TURNED_OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium tells the console of most of these, but not of those of report-only policies.
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content Security Policy: ${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`));
"""


def installed_chromium() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path is not None), None)


@dataclass
class Pages:
    """Opens pages for one test, each in a browser profile of its own, and remembers what they complained of."""

    browser: Browser
    screenshots: Path
    complaints: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, url: str, **options: object) -> Page:
        """A visitor's page; `options` are those of a Playwright context (viewport, color_scheme, locale, …)."""
        page = self.blank(**options)
        page.goto(url)
        return page

    def open_as(self, client: HttpClient, path: str, **options: object) -> Page:
        """The page of somebody who has signed in: takes over the session of the HTTP client."""
        return self.open_through(client.base_url, client, path, **options)

    def open_through(self, base_url: str, client: HttpClient, path: str, **options: object) -> Page:
        """The same by another way to the server."""
        page = self.blank(**options)
        cookies = [(cookie.name, cookie.value or "") for cookie in client.http.cookies.jar]
        page.context.add_cookies(
            [{"name": name, "value": value, "url": client.base_url} for name, value in cookies]
        )
        page.goto(base_url + path)
        return page

    def blank(self, **options: object) -> Page:
        context = self.browser.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_VIOLATIONS)
        self._contexts.append(context)
        context.on("page", self._listen)
        return context.new_page()

    def expect_complaints(self, *patterns: str) -> None:
        """This test provokes these (regular expressions): a server that is killed makes a browser complain."""
        self._expected += patterns

    def unexpected(self) -> list[str]:
        return [
            said for said in self.complaints if not any(re.search(known, said) for known in self._expected)
        ]

    def keep_pictures(self, name: str) -> None:
        self.screenshots.mkdir(parents=True, exist_ok=True)
        pages = [page for context in self._contexts for page in context.pages]
        for number, page in enumerate(pages, start=1):
            page.screenshot(path=self.screenshots / f"{name}-{number}.png")

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._hear_error(page, error))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _hear_error(self, page: Page, error: Error) -> None:
        self.complaints.append(f"uncaught: {error.stack or error.message} ({page.url})")
