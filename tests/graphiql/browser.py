"""A headless browser that is cut off from every other server, and real servers for it to visit."""

import os
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Route, async_playwright, expect
from starlette.types import ASGIApp

from kinegraph.graphiql.page import find_folder, missing_from

ROOT = Path(__file__).parents[2]
ASSETS = find_folder(Path(os.environ.get("KINEGRAPH_HOME", ROOT / ".kinegraph")).absolute())
NOT_FETCHED = "GraphiQL's files are not in .kinegraph/graphiql: run `scripts/graphiql/fetch .kinegraph/graphiql`"
FETCHED = not missing_from(ASSETS)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
expect.set_options(timeout=20_000)  # milliseconds: beside other tests a page may be slow
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """A real server on a free port, in a thread; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline and thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@dataclass
class Visit:
    """A browser cut off from every other server: its requests to them, and what it complained about."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def guard(self, route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            await route.continue_()
        else:
            self.foreign.append(route.request.url)
            await route.abort()

    def record(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    async def open(self, address: str) -> None:
        await self.page.goto(address + "/graphiql")
        await expect(self.page.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()

    async def sign_in(self, label: str) -> None:
        async with self.page.expect_request("**/graphql"):  # the schema is requested again
            await self.page.get_by_label("Sign-in").select_option(label=label)

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def open_example(self, name: str) -> None:
        await self.page.locator("#examples summary").click()
        await self.page.locator("#examples button").filter(has=self.page.get_by_text(name, exact=True)).click()
        await expect(self.page.locator(".graphiql-tab-active")).to_contain_text(name)

    async def text_of(self, pane: str) -> str:
        return str(await self.page.evaluate(f"editor({pane}).getValue()"))

    async def stored(self) -> str:
        return str(await self.page.evaluate("JSON.stringify(localStorage)"))

    @property
    def response(self) -> Locator:
        return self.page.locator(".graphiql-response .CodeMirror")

    @property
    def variables(self) -> Locator:
        return self.page.locator(".graphiql-editor-tool .graphiql-editor").first

    @property
    def tabs(self) -> Locator:
        return self.page.locator(".graphiql-tab-button")


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser. Skips the test where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser) -> AsyncIterator[Visit]:
    """A visit with an empty profile."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    visit = Visit(await context.new_page())
    await context.route("**/*", visit.guard)
    visit.page.on("console", visit.record)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    await context.close()


@asynccontextmanager
async def browsing() -> AsyncIterator[Visit]:
    """A visit in a browser of its own. Skips the test where there is none."""
    async with launched() as browser, visiting(browser) as visit:
        yield visit
