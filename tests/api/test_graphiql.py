"""GraphiQL works with no other server in reach, tells who is signed in, and keeps no token."""

import base64
import hashlib
import json
import re
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from graphql import build_schema, graphql_sync, parse, validate
from playwright.async_api import ConsoleMessage, Locator, Page, Route, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as HttpRoute

from kinegraph.api.graphiql import CDN, PREBUILT, SignIn, SignIns, routes

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / ".kinegraph" / "graphiql"
NOT_FETCHED = "GraphiQL's files are not in .kinegraph/graphiql: run `scripts/graphiql/fetch .kinegraph/graphiql`"
FETCHED = all((ASSETS / file.name).is_file() for file in PREBUILT)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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

COACH = SignIn("Dana, coach", "dana@example.com", "token-of-dana")
STRANGER = SignIn("Noa, expired", "noa@example.com", "token-of-noa")


async def sign_ins(request: Request) -> list[SignIn]:
    return [COACH, STRANGER]


# ---------------------------------------------------------------------------------- without a browser


@pytest.fixture
def fake_assets(tmp_path: Path) -> Path:
    for file in PREBUILT:
        (tmp_path / file.name).write_bytes(b"/* prebuilt */" * 100)
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path


def client(assets: Path, people: SignIns | None = sign_ins) -> httpx.AsyncClient:
    app = Starlette(routes=routes(assets, people))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def urls_of(http: httpx.AsyncClient) -> list[str]:
    page = await http.get("/graphiql")
    return re.findall(r'(?:src|href|data-tabs)="((?:/|https:)[^"]*)"', page.text)


async def test_every_file_the_page_names_is_ours_typed_gzipped_and_cached_for_good(fake_assets: Path) -> None:
    async with client(fake_assets) as http:
        urls = await urls_of(http)
        assert len(urls) == len(PREBUILT) + 3
        for url in urls:
            answer = await http.get(url)
            assert url.startswith("/graphiql/") and answer.status_code == 200
            assert answer.headers["content-type"].split("/")[0] in ("text", "application")
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_file_without_its_version_is_not_kept_and_comes_plain_to_who_cannot_gunzip(
    fake_assets: Path,
) -> None:
    async with client(fake_assets) as http:
        for url in ("/graphiql/page.js", "/graphiql/page.js?v=old"):
            answer = await http.get(url, headers={"accept-encoding": "identity"})
            assert answer.headers["cache-control"] == "no-cache"
            assert "content-encoding" not in answer.headers


async def test_the_policy_allows_our_own_scripts_and_nothing_inline(fake_assets: Path) -> None:
    async with client(fake_assets) as http:
        page = await http.get("/graphiql")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "connect-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "https:" not in policy and "https:" not in page.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|<style|\sstyle=", page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/secret.txt",
        "/graphiql/..%2Fsecret.txt",
        "/graphiql/%2e%2e/%2e%2e/etc/passwd",
        "/graphiql/index.html",
    ],
)
async def test_nothing_else_is_served(fake_assets: Path, path: str) -> None:
    async with client(fake_assets) as http:
        assert (await http.get(path)).status_code == 404


async def test_without_the_files_the_page_takes_just_them_from_the_cdn_checked_by_hash(
    tmp_path: Path,
) -> None:
    async with client(tmp_path) as http:
        page = await http.get("/graphiql")
        assert (await http.get("/graphiql/graphiql.min.js")).status_code == 404
    for file in PREBUILT:
        assert re.search(f'"{re.escape(CDN + file.path)}"[^>]* integrity="{re.escape(file.integrity)}"', page.text)
    assert page.text.count('crossorigin="anonymous"') == len(PREBUILT)
    allowed = re.findall(r"https:[^ ;]*", page.headers["content-security-policy"])
    assert sorted(allowed) == sorted(CDN + file.path for file in PREBUILT)


async def test_sign_ins_are_listed_for_our_own_page_and_never_kept(fake_assets: Path) -> None:
    async with client(fake_assets) as http:
        answer = await http.get("/graphiql/sign-ins")
        foreign = await http.get("/graphiql/sign-ins", headers={"sec-fetch-site": "cross-site"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()[0] == {"label": "Dana, coach", "email": "dana@example.com", "token": "token-of-dana"}
    assert foreign.status_code == 403 and "token-of" not in foreign.text


async def test_without_sign_ins_there_is_no_list_and_the_page_knows(fake_assets: Path) -> None:
    async with client(fake_assets, None) as http:
        assert (await http.get("/graphiql/sign-ins")).status_code == 404
        assert 'data-sign-ins=""' in (await http.get("/graphiql")).text


async def test_every_example_says_what_it_shows_and_its_variables_are_those_it_declares(
    fake_assets: Path,
) -> None:
    async with client(fake_assets) as http:
        tabs = (await http.get("/graphiql/tabs.json")).json()
    assert len(tabs) == 8
    for tab in tabs:
        declared = {name for name in re.findall(r"\$(\w+): ", tab["query"].split("{")[0].replace("input:", ""))}
        assert tab["query"].startswith("# ")
        assert set(json.loads(tab.get("variables", "{}"))) == declared
    assert "סקוואט אחורי" in "".join(tab.get("variables", "") for tab in tabs)


async def test_every_example_is_valid_against_the_exported_schema(fake_assets: Path) -> None:
    exported = ROOT / "schema.graphql"
    if not exported.exists():
        pytest.skip("schema.graphql has not been exported yet")
    schema = build_schema(exported.read_text("utf-8"))
    async with client(fake_assets) as http:
        for tab in (await http.get("/graphiql/tabs.json")).json():
            assert validate(schema, parse(tab["query"])) == []


def test_the_lock_pins_the_versions_of_the_page_by_hash_and_names_no_address() -> None:
    text = (ROOT / "scripts/graphiql/package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text and all("integrity" in entry for name, entry in packages.items() if name)
    for file in PREBUILT:
        name, _, version = file.path.partition("/")[0].partition("@")
        assert packages[f"node_modules/{name}"]["version"] == packages[""]["dependencies"][name] == version


@pytest.mark.skipif(not FETCHED, reason=NOT_FETCHED)
def test_the_hashes_of_the_page_are_those_of_the_fetched_files() -> None:
    for file in PREBUILT:
        digest = hashlib.sha384((ASSETS / file.name).read_bytes()).digest()
        assert file.integrity == "sha384-" + base64.b64encode(digest).decode()


# ---------------------------------------------------------------------------------- in a browser


SCHEMA = build_schema("""
  type Query {
    "Whoever asks, or null for nobody."
    viewer: Viewer
  }
  type Viewer { memberships: [Membership!]! }
  type Membership { role: String! organization: Organization! }
  type Organization { name: String! workouts(first: Int = 20): Workouts! }
  type Workouts { totalCount: Int! nodes: [Workout!]! }
  type Workout { title: String author: User! sections: [Section!]! }
  type Section { type: String! shape: String config: Config movements: [Movement!]! }
  type Config { rounds: Int }
  type Movement { prescription: Prescription exercise: Exercise! comments: [Comment!]! }
  type Prescription { sets: Int repsMin: Int load: Load }
  type Load { value: Float unit: String! }
  type Exercise {
    name: String! isCustomizedByOrg: Boolean! customizedFields: [String!]! primaryMuscles: [String!]!
  }
  type Comment { body: String! author: User! replies: [Comment!]! }
  type User { name: String! }
""")
WORKOUTS = {"totalCount": 1, "nodes": [{"title": "Heavy fives", "author": {"name": "Dana"}, "sections": []}]}
VIEWER = {"memberships": [{"role": "COACH", "organization": {"name": "Harbor Strength", "workouts": WORKOUTS}}]}


async def graphql(request: Request) -> Response:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token not in ("", COACH.token):
        return JSONResponse({"errors": [{"message": "The token has expired."}]}, 401)
    body = await request.json()
    viewer = VIEWER if token else None
    return JSONResponse(graphql_sync(SCHEMA, body["query"], {"viewer": viewer}).formatted)


@contextmanager
def serving(assets: Path, people: SignIns | None = sign_ins) -> Iterator[str]:
    """A real server on a free port, in a thread; its address."""
    app = Starlette(routes=[*routes(assets, people), HttpRoute("/graphql", graphql, methods=["POST"])])
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
    """A browser cut off from every other server: what it asked of them, and what it complained about."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def guard(self, route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1:"):
            return await route.continue_()
        self.foreign.append(route.request.url)
        await route.abort()

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    async def open(self, address: str) -> None:
        await self.page.goto(address + "/graphiql")
        await expect(self.page.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()

    async def sign_in(self, label: str) -> None:
        async with self.page.expect_request("**/graphql"):  # the schema is asked for again
            await self.page.get_by_label("Sign-in").select_option(label=label)

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def stored(self) -> str:
        return str(await self.page.evaluate("JSON.stringify(localStorage)"))

    @property
    def response(self) -> Locator:
        return self.page.locator(".graphiql-response .CodeMirror")

    @property
    def tabs(self) -> Locator:
        return self.page.locator(".graphiql-tab")


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    if not FETCHED:
        pytest.skip(NOT_FETCHED)
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport={"width": 1440, "height": 900},
        )
        visit = Visit(context.pages[0])
        await context.route("**/*", visit.guard)
        visit.page.on("console", visit.note)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        yield visit
        await context.close()


async def test_signed_in_the_first_tab_shows_data_and_the_docs_describe_it_with_no_other_server(
    visit: Visit,
) -> None:
    with serving(ASSETS) as address:
        await visit.open(address)
        await expect(visit.tabs).to_have_count(8)
        await visit.run()
        await expect(visit.response).to_contain_text('"viewer": null')
        await visit.sign_in("Dana, coach")
        await visit.run()
        await expect(visit.response).to_contain_text("Harbor Strength")
        await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
        await visit.page.get_by_role("link", name="Query", exact=True).click()
        await expect(visit.page.get_by_text("Whoever asks, or null for nobody.")).to_be_visible()
    assert visit.foreign == [] and visit.complaints == []


async def test_what_another_graphiql_stored_on_this_origin_does_not_hide_the_examples(visit: Visit) -> None:
    other = {"activeTabIndex": 0, "tabs": []}
    with serving(ASSETS) as address:
        await visit.page.goto(address + "/graphiql/tabs.json")
        await visit.page.evaluate("state => localStorage.setItem('graphiql:tabState', state)", json.dumps(other))
        await visit.open(address)
        await expect(visit.tabs).to_have_count(8)


async def test_a_reload_keeps_the_sign_in_and_the_tabs_and_local_storage_holds_no_token(visit: Visit) -> None:
    with serving(ASSETS) as address:
        await visit.open(address)
        await visit.sign_in("Dana, coach")
        await visit.page.get_by_role("tab", name="Library").click()
        await visit.page.wait_for_timeout(800)  # GraphiQL stores its tabs half a second later
        await visit.open(address)
        await expect(visit.page.get_by_label("Sign-in")).to_have_value("dana@example.com")
        await expect(visit.tabs).to_have_count(8)
        await expect(visit.page.locator(".graphiql-tab-active")).to_contain_text("Library")
        await expect(visit.page.locator(".graphiql-editor-tool")).to_contain_text("PASTE-AN-ORGANIZATION-ID")
        stored = await visit.stored()
    assert "kinegraph:graphiql:tabState" in stored and "token-of" not in stored


async def test_the_examples_come_back_on_request(visit: Visit) -> None:
    with serving(ASSETS) as address:
        await visit.open(address)
        await visit.page.get_by_role("button", name="Close Tab").first.click()
        await expect(visit.tabs).to_have_count(7)
        await visit.page.get_by_role("button", name="Restore examples").click()
        await expect(visit.tabs).to_have_count(8)


async def test_a_refused_token_says_what_to_do(visit: Visit) -> None:
    with serving(ASSETS) as address:
        await visit.open(address)
        await visit.sign_in("Noa, expired")
        await visit.run()
        await expect(visit.response).to_contain_text("Choose somebody under “Sign-in” at the top right")
        await expect(visit.response).to_contain_text("The token has expired.")


async def test_without_sign_ins_a_token_can_be_pasted(visit: Visit) -> None:
    with serving(ASSETS, None) as address:
        await visit.open(address)
        await visit.page.get_by_label("Token").fill(f"Bearer {COACH.token}")
        await visit.page.keyboard.press("Enter")
        await visit.run()
        await expect(visit.response).to_contain_text("Harbor Strength")
        await visit.page.wait_for_timeout(800)
        assert COACH.token not in await visit.stored()
    assert visit.foreign == [] and visit.complaints == []


async def test_the_page_from_a_cdn_works_under_its_policy_and_hashes(visit: Visit, tmp_path: Path) -> None:
    async def answer(route: Route) -> None:  # the CDN, played by the fetched files
        path = ASSETS / route.request.url.rpartition("/")[2]
        await route.fulfill(path=path, headers={"access-control-allow-origin": "*"})

    await visit.page.route(CDN + "**", answer)
    with serving(tmp_path / "nothing") as address:
        await visit.open(address)
        await visit.sign_in("Dana, coach")
        await visit.run()
        await expect(visit.response).to_contain_text("Harbor Strength")
    assert visit.foreign == [] and visit.complaints == []


async def test_a_page_without_its_files_and_without_a_cdn_says_how_to_get_them(visit: Visit, tmp_path: Path) -> None:
    with serving(tmp_path / "nothing") as address:
        await visit.page.goto(address + "/graphiql")
        await expect(visit.page.locator("main")).to_contain_text("scripts/graphiql/fetch .kinegraph/graphiql")
    assert sorted(visit.foreign) == sorted(CDN + file.path for file in PREBUILT)
