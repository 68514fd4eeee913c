"""GraphiQL's examples on the product: their ids fill themselves in, for each role, in each tab of the browser."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any  # JSON of answers

import pytest
from playwright.async_api import Browser, Page, Response, expect
from starlette.applications import Starlette

from kinegraph.commands.demo import seed_demo
from kinegraph.graphiql import page
from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.serving import state_of
from tests.graphiql.browser import Visit, serving, visiting

COACH = "Marcus Hale, coach of Northside Strength"
ATHLETE = "Jonas Keller, member of Northside Strength"
PATIENT = "Ruth Avery, member of Harbor Physio"
CLINICIAN = "Owen Castellano, coach of Harbor Physio"
ADMIN = "Tessa Lindqvist, platform admin"
MENU = json.loads(page._examples())
SUBSCRIPTION = "Comments"
GROUPS = {
    group["heading"]: [example["name"] for example in group["examples"] if example["name"] != SUBSCRIPTION]
    for group in MENU["groups"]
}
"""Names of the examples that are answered at once."""

MOVEMENT = "query M($id: ID!) { workout(id: $id) { sections { movements { id } } } }"
COMMENT = "mutation C($input: AddCommentInput!) { addComment(input: $input) { userErrors { message } } }"


@pytest.fixture(scope="module")
async def demo(browser: Browser, database: Database) -> None:
    """The demo, which is made only where there is a browser to see it."""
    async for _ in seed_demo(database):
        pass


@pytest.fixture(scope="module")
def application(services: Services) -> tuple[Starlette, dict[str, Any]]:
    """The application, and what its lifespan holds."""
    app = create_app(services)
    return app, state_of(app)


@pytest.fixture(scope="module")
def address(demo: None, application: tuple[Starlette, dict[str, Any]]) -> Iterator[str]:
    with serving(application[0]) as address:
        yield address


async def answer_of(visit: Visit) -> Any:
    """Run the open tab; its answer, and not one to a request of the page's own."""

    def is_run(response: Response) -> bool:
        sent = response.request.post_data_json if response.url.endswith("/graphql") else None
        return sent is not None and sent.get("operationName") not in ("Ids", "IntrospectionQuery")

    async with visit.page.expect_response(is_run) as info:
        await visit.run()
    return await (await info.value).json()


async def filled(visit: Visit) -> dict[str, Any]:
    """The variables of the open tab, when no name in braces is left in them."""
    await expect(visit.variables).not_to_contain_text('"{')
    variables: dict[str, Any] = json.loads(await visit.text_of("VARIABLES"))
    return variables


GROUPS_OF = {
    COACH: ["Everyone", "Coaches"],
    ATHLETE: ["Everyone", "Athletes and patients"],
    PATIENT: ["Everyone", "Athletes and patients", "Patients of a treatment plan"],
    CLINICIAN: ["Everyone", "Clinicians with treatment plans"],
}


async def run_examples(browser: Browser, address: str, people: Iterable[str]) -> None:
    """Sign in as each of these people in turn, and run each example that is for them in a tab of its own."""
    for person in people:
        names = [name for group in GROUPS_OF[person] for name in GROUPS[group]]
        async with visiting(browser) as visit:
            await visit.open(address)
            await expect(visit.variables).to_contain_text('"{workout}"')
            await visit.sign_in(person)
            for name in names:
                await visit.open_example(name)
                answer = await answer_of(visit)
                assert "errors" not in answer and all(answer["data"].values()), (person, name, answer)
                for value in answer["data"].values():
                    assert not (isinstance(value, dict) and value.get("userErrors")), (person, name, value)
            await expect(visit.tabs).to_have_count(len(names))
            assert visit.foreign == [] and visit.complaints == []


async def test_ids_fill_themselves_in_after_sign_in_so_that_every_tab_runs_at_once(
    browser: Browser, address: str
) -> None:
    async with asyncio.TaskGroup() as organizations:  # a browser waits more than it works
        for people in ((COACH, ATHLETE), (PATIENT, CLINICIAN)):
            organizations.create_task(run_examples(browser, address, people))


async def test_a_platform_admin_runs_their_examples_and_learns_that_no_workout_is_theirs(
    visit: Visit, address: str
) -> None:
    await visit.open(address)
    await visit.sign_in(ADMIN)
    await visit.run()
    await expect(visit.response).to_contain_text("Nothing that you can see fits: there is no workout.")
    for name in GROUPS["Platform admins"]:
        await visit.open_example(name)
        assert "errors" not in await answer_of(visit)


async def test_in_the_first_tab_a_full_workout_is_shown_and_another_sign_in_shows_one_of_theirs(
    visit: Visit, address: str
) -> None:
    await visit.open(address)
    await expect(visit.tabs).to_have_text(["FullWorkout"])
    shown = {}
    for person, organization in (
        (COACH, "Northside Strength"),
        (PATIENT, "Harbor Physio"),
        (COACH, "Northside Strength"),
    ):
        await visit.sign_in(person)
        workout = (await answer_of(visit))["data"]["workout"]  # at once: the pane may not be filled yet
        shown[person] = await filled(visit)
        assert workout["organization"]["name"] == organization
        movements = [movement for section in workout["sections"] for movement in section["movements"]]
        assert len(movements) >= 9 and any(movement["comments"] for movement in movements)
    assert shown[COACH] != shown[PATIENT]
    await visit.page.get_by_label("Sign-in").select_option("")
    await expect(visit.variables).to_contain_text('"{workout}"')


async def test_an_id_that_somebody_typed_stays(visit: Visit, address: str) -> None:
    await visit.open(address)
    await visit.sign_in(COACH)
    await visit.open_example("AssignWorkout")
    before = await filled(visit)
    typed = {**before, "workoutId": "typed", "athleteIds": [*before["athleteIds"], "typed too"]}
    await visit.page.evaluate("text => editor(VARIABLES).setValue(text)", json.dumps(typed))
    await visit.sign_in("Ellen Marsh, owner of Harbor Physio")
    await expect(visit.variables).not_to_contain_text(before["athleteIds"][0])
    after = json.loads(await visit.text_of("VARIABLES"))
    assert after["workoutId"] == "typed" and after["athleteIds"][1:] == ["typed too"]
    assert after["scheduledFor"] == before["scheduledFor"]


async def test_a_pasted_token_in_the_headers_pane_fills_the_ids_and_is_nowhere_stored(
    visit: Visit, address: str
) -> None:
    await visit.open(address)
    people = await (await visit.page.request.get(address + "/graphiql/sign-ins")).json()
    token = next(person["token"] for person in people if person["label"] == PATIENT)
    await visit.sign_in(COACH)
    coachs = await filled(visit)
    await visit.page.get_by_role("button", name="Headers").click()
    headers = json.dumps({"Authorization": f"Bearer {token}", "X-Request-Id": "mine"})
    await visit.page.evaluate("text => editor(HEADERS).setValue(text)", headers)
    await expect(visit.variables).not_to_contain_text(coachs["workoutId"])
    answer = await answer_of(visit)
    assert answer["data"]["workout"]["organization"]["name"] == "Harbor Physio"
    await visit.page.get_by_role("button", name="Show History").click()
    await visit.page.wait_for_timeout(800)  # GraphiQL stores its tabs half a second later
    stored = await visit.stored()
    assert "graphiql:queries" in stored and "graphiql:tabState" in stored
    assert "Bearer" not in stored and token not in stored and "X-Request-Id" not in stored
    await visit.open(address)
    assert await visit.text_of("HEADERS") == ""


async def test_a_subscription_shows_each_event_until_it_is_stopped(
    visit: Visit, address: str, application: tuple[Starlette, dict[str, Any]]
) -> None:
    await visit.open(address)
    await visit.sign_in(COACH)
    await visit.open_example(SUBSCRIPTION)
    workout = (await filled(visit))["workoutId"]
    people = await (await visit.page.request.get(address + "/graphiql/sign-ins")).json()
    token = next(person["token"] for person in people if person["label"] == COACH)

    async def ask(query: str, **variables: Any) -> Any:
        body, headers = {"query": query, "variables": variables}, {"Authorization": f"Bearer {token}"}
        return await (await visit.page.request.post(address + "/graphql", data=body, headers=headers)).json()

    found = await ask(MOVEMENT, id=workout)
    movement = found["data"]["workout"]["sections"][0]["movements"][0]["id"]
    await visit.run()
    await expect(visit.response).to_contain_text("Each event is shown here as it happens")
    subscriptions = application[1]["sockets"].subscriptions
    assert subscriptions.by_user.total() == 1
    for body in ("Once.", "Twice."):
        await ask(COMMENT, input={"movementId": movement, "body": body})
        await expect(visit.response).to_contain_text(f'"body": "{body}"')
    await visit.page.get_by_role("button", name="Stop query").click()
    for _ in range(1000):
        if not subscriptions.by_user.total():
            break
        await asyncio.sleep(0.01)
    assert subscriptions.by_user.total() == 0
    await expect(visit.response).to_contain_text("Twice.")
    assert visit.foreign == [] and visit.complaints == []


async def test_a_subscription_ends_when_somebody_else_signs_in(visit: Visit, address: str) -> None:
    await visit.open(address)
    other = Visit(await visit.page.context.new_page())
    await other.open(address)
    await visit.page.bring_to_front()  # a browser draws no more than one frame a second of a page behind another
    for tab, person in ((visit, PATIENT), (other, PATIENT), (visit, "")):
        await visit.sign_in(COACH)
        await visit.open_example(SUBSCRIPTION)
        await filled(visit)
        await visit.run()
        await expect(visit.response).to_contain_text("Each event is shown here as it happens")
        await tab.page.get_by_label("Sign-in").select_option(label=person) if person else await tab.page.get_by_label(
            "Sign-in"
        ).select_option("")
        await expect(visit.response).to_contain_text("somebody else has signed in")
        await expect(visit.page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_a_refused_subscription_shows_why(visit: Visit, address: str) -> None:
    await visit.open(address)
    await visit.open_example(SUBSCRIPTION)
    await visit.page.evaluate("editor(VARIABLES).setValue(JSON.stringify({ workoutId: 'none' }))")
    await visit.run()
    await expect(visit.response).to_contain_text("UNAUTHENTICATED")
    await visit.sign_in(COACH)
    await visit.run()
    await expect(visit.response).to_contain_text("INVALID_INPUT")


async def test_who_signs_in_is_signed_in_across_browser_tabs(visit: Visit, address: str) -> None:
    await visit.open(address)
    other: Page = await visit.page.context.new_page()
    await other.goto(address + "/graphiql")
    await expect(other.locator(".graphiql-query-editor .CodeMirror")).to_be_visible()
    await visit.sign_in(COACH)
    await expect(other.get_by_label("Sign-in")).to_have_value("coach@northside.example")
    await expect(other.locator(".graphiql-editor-tool .graphiql-editor").first).not_to_contain_text("{workout}")
    await other.get_by_role("button", name="Execute query").click()
    await expect(other.locator(".graphiql-response .CodeMirror")).to_contain_text("Northside Strength")
    await other.get_by_label("Sign-in").select_option("")
    await expect(visit.page.get_by_label("Sign-in")).to_have_value("")
    assert "eyJ" not in await visit.stored()


async def test_ids_of_the_former_person_are_replaced_in_every_tab_of_the_browser_and_after_a_reload(
    visit: Visit, address: str
) -> None:
    await visit.open(address)
    other = Visit(await visit.page.context.new_page())
    await other.open(address)
    tabs = [visit, other]
    seen: dict[str, str] = {}
    for turn, person in enumerate((COACH, PATIENT, COACH, PATIENT)):
        await tabs[turn % 2].sign_in(person)
        for tab in tabs:
            for former in {*seen.values()} - {seen.get(person)}:
                await expect(tab.variables).not_to_contain_text(former)
        shown = {(await filled(tab))["workoutId"] for tab in tabs}
        assert len(shown) == 1
        seen[person] = shown.pop()
    assert len({*seen.values()}) == 2
    await visit.page.evaluate("value => editor(VARIABLES).setValue(value)", json.dumps({"workoutId": seen[COACH]}))
    await visit.page.wait_for_timeout(800)  # GraphiQL stores its tabs half a second later
    await visit.open(address)
    await expect(visit.variables).to_contain_text(seen[PATIENT])


async def test_the_page_is_usable_at_390_px(visit: Visit, address: str) -> None:
    await visit.page.set_viewport_size({"width": 390, "height": 844})
    await visit.open(address)
    await visit.sign_in(COACH)
    for name in ("AssignWorkout", "Library"):
        await visit.open_example(name)
    await filled(visit)
    await visit.run()
    await expect(visit.response).to_contain_text("customized")
    await visit.response.scroll_into_view_if_needed()
    for pane in (visit.page.locator(".graphiql-query-editor"), visit.variables, visit.response):
        box = await pane.bounding_box()
        assert box and box["width"] > 280 and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["height"] > 60
    assert await visit.page.evaluate("document.documentElement.scrollWidth") == 390
    await visit.page.locator("#examples summary").click()
    await visit.page.get_by_role("button", name="Restore examples").click()
    await expect(visit.tabs).to_have_text(["FullWorkout"])
