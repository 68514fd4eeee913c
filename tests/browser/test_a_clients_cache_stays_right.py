"""A client's cache stays right: edits in a page with Apollo Client, each without a request for what it shows."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, Request, expect
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.assignment.snapshots import assigned
from tests.browser.building import bundled
from tests.conftest import Api, Organization, Person, World
from tests.graphiql.browser import CHROMIUM, Visit, browsing, serving
from tests.workout.documents import Json, create, movement, section

HTML = '<!doctype html><meta charset="utf-8"><title>Cache</title><div id="root"></div><script src="/page.js"></script>'


@pytest.fixture(scope="module")
def page_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, an origin other than the API's."""
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    script = bundled(tmp_path_factory.mktemp("page"))

    async def page(request: HttpRequest) -> Response:
        return HTMLResponse(HTML)

    async def page_script(request: HttpRequest) -> Response:
        return Response(script, media_type="text/javascript")

    with serving(Starlette(routes=[Route("/", page), Route("/page.js", page_script)])) as address:
        yield address


@pytest.fixture(scope="module")
async def served(page_address: str, services: Services) -> AsyncIterator[Api]:
    """The API on a socket, which is made only where the page could be."""
    with serving(create_app(services)) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            yield Api(client)


@dataclass
class Plan:
    """A workout of two sections, assigned to two athletes, of an organization whose coach coaches another one too."""

    organization: Organization
    athletes: list[Person]
    workout: Json
    assignments: list[str]
    variables: Json


@pytest.fixture
async def plan(served: Api, world: World) -> Plan:
    organization, other = await world.organization(), await world.organization()
    coach = organization.coach
    await world.join(other.id, "coach", coach)
    athletes = [organization.member, await world.join(organization.id, "member")]
    squat, press = await world.exercise_id("back-squat"), await world.exercise_id("bench-press")
    made = await create(
        served,
        organization,
        section(movement(squat, label="A"), movement(press, label="B"), title="Main"),
        section(movement(squat, label="C"), title="End"),
        title="Strength",
    )
    assignments = await assigned(served, coach, made["id"], *athletes)
    variables = {
        "organization": str(organization.id),
        "other": str(other.id),
        "workout": made["id"],
        "exercise": squat,
        "coach": True,
    }
    return Plan(organization, athletes, made, assignments, variables)


@dataclass
class Screen:
    """The page as somebody sees it, and the requests that it has sent."""

    page: Page
    api: Api
    person: Person
    variables: Json
    sent: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def count(self, request: Request) -> None:
        if request.method == "POST":
            self.sent.append(json.loads(request.post_data or "{}").get("operationName"))

    def record(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def shown(self, part: str) -> Locator:
        return self.page.locator(f"#{part}")

    async def press(self, button: str, part: str = "root", **filled: str) -> None:
        for label, value in filled.items():
            await self.shown(part).get_by_label(label).first.fill(value)
        async with self.page.expect_response(lambda response: response.request.method == "POST") as waiting:
            await self.shown(part).get_by_role("button", name=button).first.click()
        answer = await (await waiting.value).json()
        assert "errors" not in answer, answer
        assert [payload["userErrors"] for payload in answer["data"].values() if payload["userErrors"]] == []

    async def require_right(self, *sent: str) -> None:
        """The cache holds all that the page's query would answer now, and these operations were all that was sent."""
        await self.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        text = await self.page.evaluate("screenText")
        answer = await self.api.run(text, self.person, **self.variables)
        assert await self.page.evaluate("cached()") == answer
        assert self.sent == ["Screen", *sent]
        assert self.complaints == []


@pytest.fixture(scope="module")
async def visit() -> AsyncIterator[Visit]:
    async with browsing() as visit:
        yield visit
        assert visit.foreign == []


@asynccontextmanager
async def screen(visit: Visit, address: str, api: Api, person: Person, variables: Json) -> AsyncIterator[Screen]:
    """The page, newly loaded, once it shows its query's answer."""
    page = await visit.page.context.new_page()
    found = Screen(page, api, person, variables)
    page.on("request", found.count)
    page.on("console", found.record)
    where = {"api": str(api.client.base_url.join("/graphql")), "token": person.token, "variables": variables}
    await page.goto(f"{address}/#{quote(json.dumps(where))}")
    await expect(page.locator("article").first).to_be_visible(timeout=20_000)
    yield found
    await page.close()


@pytest.fixture
async def coached(visit: Visit, page_address: str, served: Api, plan: Plan) -> AsyncIterator[Screen]:
    async with screen(visit, page_address, served, plan.organization.coach, plan.variables) as found:
        yield found


async def test_after_an_edit_of_an_override_the_cache_shows_the_right_state_without_a_refetch(
    coached: Screen, plan: Plan
) -> None:
    await expect(coached.shown("workout")).to_contain_text("Main: A Back Squat, B Bench Press")
    await coached.press("Rename", Name="Back Squat to a box")
    await expect(coached.shown("library")).to_contain_text("Back Squat to a box (own name)")
    await expect(coached.shown("workout")).to_contain_text("Main: A Back Squat to a box, B Bench Press")
    for assignment in plan.assignments:
        await expect(coached.shown(f"assignment-{assignment}")).to_contain_text("End: C Back Squat to a box")
    await expect(coached.shown("there")).to_have_text("Back Squat")
    await coached.require_right("Override")
    await coached.press("Rename", Name="Back Squat")
    await expect(coached.shown("library")).not_to_contain_text("own name")
    await coached.require_right("Override", "Override")


async def test_after_a_tree_is_reordered_the_cache_shows_the_right_state_without_a_refetch(
    coached: Screen, plan: Plan
) -> None:
    await coached.press("Reverse")
    for part in ("workout", *(f"assignment-{assignment}" for assignment in plan.assignments)):
        await expect(coached.shown(part).locator("p")).to_have_text(
            ["End: C Back Squat", "Main: B Bench Press, A Back Squat"]
        )
    await coached.require_right("Reorder")
    await coached.press("Move down")
    await expect(coached.shown("workout").locator("p")).to_have_text(
        ["End: ", "Main: C Back Squat, B Bench Press, A Back Squat"]
    )
    await coached.require_right("Reorder", "Move")


async def test_after_a_fork_for_one_athlete_the_cache_shows_the_right_state_without_a_refetch(
    coached: Screen, plan: Plan
) -> None:
    one, other = (f"assignment-{assignment}" for assignment in plan.assignments)
    await coached.press("Change for them", one, Notes="to 90°")
    await expect(coached.shown(one)).to_contain_text("SCHEDULED, a copy")
    await expect(coached.shown(one)).to_contain_text("Main: A Back Squat to 90°, B Bench Press")
    await expect(coached.shown(other)).to_contain_text("SCHEDULED, the library's")
    for part in (other, "workout"):
        await expect(coached.shown(part)).to_contain_text("Main: A Back Squat, B Bench Press")
    await coached.require_right("Fork")
    await coached.press("Change for them", one, Notes="slowly")
    await expect(coached.shown(one)).to_contain_text("Main: A Back Squat slowly, B Bench Press")
    await coached.require_right("Fork", "Fork")


async def test_after_an_assignment_is_completed_the_cache_shows_the_right_state_without_a_refetch(
    coached: Screen, plan: Plan
) -> None:
    one, other = (f"assignment-{assignment}" for assignment in plan.assignments)
    await coached.press("Complete", one)
    await expect(coached.shown(one)).to_contain_text("COMPLETED, a copy")
    await expect(coached.shown(other)).to_contain_text("SCHEDULED, the library's")
    await coached.require_right("Complete")
    await coached.press("Reverse")
    await expect(coached.shown(other).locator("p").first).to_have_text("End: C Back Squat")
    await expect(coached.shown(one).locator("p").first).to_have_text("Main: A Back Squat, B Bench Press")
    await coached.require_right("Complete", "Reorder")


async def test_after_an_athlete_completes_their_own_the_cache_shows_the_right_state_without_a_refetch(
    visit: Visit, page_address: str, served: Api, plan: Plan
) -> None:
    variables = {**plan.variables, "coach": False}
    async with screen(visit, page_address, served, plan.athletes[0], variables) as found:
        await expect(found.page.locator("article")).to_have_count(1)
        await found.press("Complete")
        await expect(found.shown(f"assignment-{plan.assignments[0]}")).to_contain_text("COMPLETED, a copy")
        await found.require_right("Complete")
