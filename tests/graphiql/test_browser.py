"""GraphiQL in a real browser on a small server, for what the page does by itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphql import build_schema, graphql_sync
from playwright.async_api import Route, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as HttpRoute

from kinegraph.graphiql.page import CDN, PREBUILT, SignIns, routes
from tests.graphiql.browser import ASSETS, Visit, serving
from tests.graphiql.test_page import COACH, sign_ins

SCHEMA = build_schema("""
  type Query {
    "The signed-in user, or null for an anonymous caller."
    viewer: Viewer
    workout(id: ID!): Workout
  }
  type Viewer { user: User! }
  type Workout { title: String }
  type User { name: String! }
""")
QUERY = 'query Mine { workout(id: "1") { title } viewer { user { name } } }'


async def graphql(request: Request) -> Response:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token not in ("", COACH.token):
        return JSONResponse({"errors": [{"message": "The token has expired."}]}, 401)
    body = await request.json()
    data = {"viewer": {"user": {"name": "Dana of Harbor Strength"}} if token else None}
    name = body.get("operationName")
    return JSONResponse(graphql_sync(SCHEMA, body["query"], data, operation_name=name).formatted)


@contextmanager
def page(assets: Path, people: SignIns | None = sign_ins) -> Iterator[str]:
    """A server of the page and of the small schema above; its address."""
    with serving(Starlette(routes=[*routes(assets, people), HttpRoute("/graphql", graphql, methods=["POST"])])) as url:
        yield url


async def write(visit: Visit) -> None:
    """Put a document of ours into the open tab."""
    await visit.page.evaluate("text => editor(QUERY).setValue(text)", QUERY)
    await visit.page.evaluate("editor(VARIABLES).setValue('{}')")


async def test_signed_in_a_document_shows_data_and_the_docs_describe_it_with_no_other_server(
    visit: Visit,
) -> None:
    with page(ASSETS) as address:
        await visit.open(address)
        await visit.run()
        await expect(visit.response).to_contain_text("The variables hold {workout} in place of an id.")
        await write(visit)
        await visit.run()
        await expect(visit.response).to_contain_text('"viewer": null')
        await visit.sign_in("Dana, coach")
        await write(visit)
        await visit.run()
        await expect(visit.response).to_contain_text("Harbor Strength")
        await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
        await visit.page.get_by_role("link", name="Query", exact=True).click()
        await expect(visit.page.get_by_text("The signed-in user, or null for an anonymous caller.")).to_be_visible()
    assert visit.foreign == [] and visit.complaints == []


async def test_a_document_that_is_pasted_over_another_and_run_at_once_is_sent_without_what_that_left(
    visit: Visit,
) -> None:
    run = "document.querySelector('.graphiql-execute-button').click()"
    with page(ASSETS) as address:
        await visit.open(address)
        await visit.page.evaluate(f"text => {{ editor(QUERY).setValue(text); {run} }}", "{ viewer { user { name } } }")
        await expect(visit.response).to_contain_text('"viewer": null')
        two = "query One { one: viewer { user { name } } } query Two { workout(id: 1) { title } }"
        await visit.page.evaluate(f"text => {{ editor(QUERY).setValue(text); {run} }}", two)
        await expect(visit.response).to_contain_text('"one": null')
        there = "editor(QUERY).setCursor(0, 60);"
        other = two.replace("One", "First").replace("Two", "Second")
        await visit.page.evaluate("text => editor(QUERY).setValue(text)", "{ viewer { user { name } } }")
        await visit.page.wait_for_timeout(800)  # with several operations the button would open a menu
        await visit.page.evaluate(f"text => {{ editor(QUERY).setValue(text); {there} {run} }}", other)
        await expect(visit.response).to_contain_text('"workout": null')


OPERATIONS = {
    "{ a }": ["query "],
    "query A($x: In = {y: [1]}) @d(e: {f: 1}) { a } fragment F on T { b }": ["query A"],
    '# query X {\nmutation M { a(b: "} query N {", c: """ { "\\""" { """) }': ["mutation M"],
    "mutation M { a }\nsubscription S { b }": ["mutation M", "subscription S"],
    "query { a": ["query "],
    "": [],
}  # fmt: skip


async def test_the_operations_of_a_document_are_found_whatever_stands_in_its_texts_and_comments(visit: Visit) -> None:
    with page(ASSETS) as address:
        await visit.open(address)
        script = "query => operationsOf(query).map(({ kind, name }) => `${kind} ${name}`)"
        assert {query: await visit.page.evaluate(script, query) for query in OPERATIONS} == OPERATIONS


async def test_data_of_another_graphiql_on_this_origin_does_not_hide_the_examples(visit: Visit) -> None:
    other = {"activeTabIndex": 0, "tabs": []}
    with page(ASSETS) as address:
        await visit.page.goto(address + "/graphiql/tabs.json")
        await visit.page.evaluate("state => localStorage.setItem('graphiql:tabState', state)", json.dumps(other))
        await visit.open(address)
        await expect(visit.tabs).to_have_text(["FullWorkout"])


async def test_stored_data_that_cannot_be_read_does_not_stop_the_page(visit: Visit) -> None:
    with page(ASSETS) as address:
        for key in ("graphiql:tabState", "graphiql:queries"):
            await visit.open(address)
            await visit.page.evaluate("key => localStorage.setItem(`kinegraph:${key}`, '{')", key)
            await visit.open(address)
            await expect(visit.tabs).to_have_text(["FullWorkout"])
        await visit.page.evaluate("localStorage.setItem('kinegraph-filled', '{')")
        await visit.open(address)
    assert visit.complaints == []


async def test_examples_opened_in_quick_succession_get_a_tab_each_and_only_one(visit: Visit) -> None:
    with page(ASSETS) as address:
        await visit.open(address)
        await visit.page.evaluate(
            "for (const index of [1, 3, 1, 2]) document.querySelectorAll('#examples button')[index].click()"
        )
        await expect(visit.tabs).to_have_text(["FullWorkout", "WhoAmI", "FindExercise", "Library"])


async def test_the_tab_of_an_opened_example_is_scrolled_into_sight(visit: Visit) -> None:
    with page(ASSETS) as address:
        await visit.page.set_viewport_size({"width": 390, "height": 800})
        await visit.open(address)
        for name in ("WhoAmI", "Library", "FindExercise", "Facets", "WhoAmI"):
            await visit.open_example(name)
            tab = visit.page.locator(".graphiql-tab", has_text=name)
            await expect(tab).to_be_in_viewport(ratio=0.9)


async def test_a_reload_retains_the_sign_in_and_the_tabs_and_local_storage_holds_no_token(visit: Visit) -> None:
    with page(ASSETS) as address:
        await visit.open(address)
        await visit.sign_in("Dana, coach")
        await visit.open_example("Library")
        await visit.page.wait_for_timeout(800)  # GraphiQL stores its tabs half a second later
        await visit.open(address)
        await expect(visit.page.get_by_label("Sign-in")).to_have_value("dana@example.com")
        await expect(visit.tabs).to_have_text(["FullWorkout", "Library"])
        await expect(visit.page.locator(".graphiql-tab-active")).to_contain_text("Library")
        await expect(visit.variables).to_contain_text("{organization}")
        stored = await visit.stored()
    assert "kinegraph:graphiql:tabState" in stored and "token-of" not in stored


async def test_the_examples_come_back_on_request(visit: Visit) -> None:
    with page(ASSETS) as address:
        await visit.open(address)
        await visit.open_example("WhoAmI")
        await visit.page.get_by_role("button", name="Close Tab").first.click()
        await expect(visit.tabs).to_have_count(1)
        await visit.open_example("WhoAmI")
        await visit.page.locator("#examples summary").click()
        await visit.page.get_by_role("button", name="Restore examples").click()
        await expect(visit.tabs).to_have_text(["FullWorkout"])


async def test_after_a_refused_token_the_page_shows_what_to_do(visit: Visit) -> None:
    with page(ASSETS) as address:
        await visit.open(address)
        await visit.sign_in("Noa, expired")
        await visit.run()
        await expect(visit.response).to_contain_text("Choose somebody under “Sign-in” at the top right")
        await expect(visit.response).to_contain_text("The token has expired.")


async def test_without_sign_ins_a_token_can_be_pasted(visit: Visit) -> None:
    with page(ASSETS, None) as address:
        await visit.open(address)
        await visit.page.get_by_label("Token").fill(f"Bearer {COACH.token}")
        await visit.page.keyboard.press("Enter")
        await write(visit)
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
    with page(tmp_path / "nothing") as address:
        await visit.open(address)
        await visit.sign_in("Dana, coach")
        await write(visit)
        await visit.run()
        await expect(visit.response).to_contain_text("Harbor Strength")
    assert visit.foreign == [] and visit.complaints == []


async def test_a_page_without_its_files_and_without_a_cdn_says_how_to_get_them(visit: Visit, tmp_path: Path) -> None:
    with page(tmp_path / "nothing") as address:
        await visit.page.goto(address + "/graphiql")
        await expect(visit.page.locator("main")).to_contain_text("scripts/graphiql/fetch .kinegraph/graphiql")
    assert sorted(visit.foreign) == sorted(CDN + file.path for file in PREBUILT)
