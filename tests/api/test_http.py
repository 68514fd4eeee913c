"""GraphQL over HTTP as its specification has it: methods, media types, statuses, parameters."""

import json
from typing import Any  # bodies of every wrong type
from urllib.parse import urlencode

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_EXERCISE, GRAPHQL_JSON, PLAIN_JSON, outcome, send
from tests.conftest import Api, World
from tests.identity.rows import stored

TYPENAME = {"query": "{ __typename }"}
INVALID = {"query": "{ nothingOfTheKind }"}
NAMED = "query A { a: __typename } query B { b: __typename }"
NO_OBJECTS: list[Any] = [None, True, 7, "{ __typename }", [], [TYPENAME], {}]
NO_QUERIES: list[Any] = [None, 0, False, "", " \n", ["{ __typename }"], {"text": "{ __typename }"}]
NO_MAPS: list[Any] = ["", "{}", 0, False, [], [{}]]
NAMELESS: list[Any] = [0, False, [], {}]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (PLAIN_JSON, PLAIN_JSON),
        ("Application/JSON; charset=utf-8", PLAIN_JSON),
        (f"{GRAPHQL_JSON}, {PLAIN_JSON};q=0.9", GRAPHQL_JSON),
        (f"{PLAIN_JSON}, {GRAPHQL_JSON}", PLAIN_JSON),
        (f"{PLAIN_JSON};q=0.4, {GRAPHQL_JSON};q=0.5", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0, {PLAIN_JSON};q=0.1", PLAIN_JSON),
        (f"text/html, {PLAIN_JSON};q=0.001", PLAIN_JSON),
        (f"{PLAIN_JSON};q=0, */*", GRAPHQL_JSON),
        (BROWSER, PLAIN_JSON),
        ("application/*", PLAIN_JSON),
        ("*/*", PLAIN_JSON),
        (None, PLAIN_JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_the_client_prefers(api: Api, accept: str | None, kind: str) -> None:
    for body in (TYPENAME, INVALID):
        response = await send(api, body, accept=accept)
        assert response.headers["content-type"] == f"{kind}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "application/xml, image/*", "*/*;q=0"])
async def test_a_client_that_accepts_neither_media_type_gets_an_error(api: Api, accept: str) -> None:
    response = await send(api, TYPENAME, accept=accept)
    assert outcome(response) == (406, ["BAD_REQUEST"])


async def test_several_accept_headers_count_as_one(api: Api) -> None:
    for kinds in (("text/html", PLAIN_JSON), (GRAPHQL_JSON, "text/html")):
        headers = [("content-type", PLAIN_JSON), *(("accept", kind) for kind in kinds)]
        request = api.client.build_request("POST", "/graphql", content=json.dumps(TYPENAME))
        request.headers = type(request.headers)([*headers, ("host", "testserver")])
        assert (await api.client.send(request)).status_code == 200, kinds


@pytest.mark.parametrize(
    "body",
    [
        INVALID,
        {"query": "{ unclosed"},
        {"query": "query ($id: ID!) { workout(id: $id) { id } }"},
        {"query": "query ($id: ID!) { workout(id: $id) { id } }", "variables": {"id": None}},
        {"query": "query ($first: Int) { exercises(first: $first) { totalCount } }", "variables": {"first": "1"}},
        {"query": "query ($s: ExerciseSort!) { exercises(sort: $s) { totalCount } }", "variables": {"s": "BEST"}},
        {"query": NAMED},
        {"query": NAMED, "operationName": "C"},
        {"query": "# nothing but a comment"},
        {"query": "fragment Q on Query { __typename }"},
        {"query": "{}"},
        {"query": "{ viewer { } }"},
        {"query": "subscription { viewer { __typename } }"},
        {"query": "{ exercises(first: 5, first: 6) { totalCount } }"},
    ],
    ids=json.dumps,
)
async def test_a_request_error_is_400_without_data_and_200_only_for_clients_that_accept_plain_json_only(
    api: Api, body: Any
) -> None:
    for accept, status in ((GRAPHQL_JSON, 400), ("*/*", 400), (PLAIN_JSON, 200)):
        response = await send(api, body, accept=accept)
        assert outcome(response) == (status, ["BAD_REQUEST"])
        assert "data" not in response.json()


@pytest.mark.parametrize(
    "body",
    [
        *NO_OBJECTS,
        *({"query": value} for value in NO_QUERIES),
        *({**TYPENAME, "variables": value} for value in NO_MAPS),
        *({**TYPENAME, "operationName": value} for value in NAMELESS),
        *({**TYPENAME, "extensions": value} for value in NO_MAPS),
    ],
    ids=json.dumps,
)
async def test_a_body_that_is_no_graphql_request_is_400_for_both_media_types(api: Api, body: Any) -> None:
    for accept in (GRAPHQL_JSON, PLAIN_JSON, None):
        content = json.dumps(body).encode()
        assert outcome(await send(api, content, accept=accept)) == (400, ["BAD_REQUEST"])


async def test_a_null_parameter_counts_as_absent(api: Api) -> None:
    for name in ("variables", "operationName", "extensions"):
        response = await send(api, {**TYPENAME, name: None})
        assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})


async def test_unspecified_keys_and_undeclared_variables_are_ignored(api: Api) -> None:
    body = {**TYPENAME, "variables": {"surplus": 1}, "extensions": {"x": {"y": 1}}, "id": 5}
    assert (await send(api, body)).json() == {"data": {"__typename": "Query"}}


async def test_only_the_named_operation_runs(api: Api) -> None:
    for name in "AB":
        response = await send(api, {"query": NAMED, "operationName": name})
        assert response.json() == {"data": {name.lower(): "Query"}}


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/graphql", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded", "application/json; charset=latin-1", "application/json; charset=utf-16",
    "application/jsonp", ""])  # fmt: skip
async def test_a_body_that_is_not_declared_as_json_in_utf8_is_415(api: Api, content_type: str | None) -> None:
    response = await send(api, TYPENAME, content_type=content_type)
    assert outcome(response) == (415, ["BAD_REQUEST"])
    assert response.headers["accept-post"] == PLAIN_JSON


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json;charset=utf-8",
        'Application/JSON; Charset="UTF-8"',
        "application/json; profile=x",
        "application/json; profile=x; charset=utf-8",
        "application/json;",
    ],
)
async def test_json_is_accepted_however_its_media_type_is_spelt(api: Api, content_type: str) -> None:
    assert (await send(api, TYPENAME, content_type=content_type)).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
async def test_other_methods_are_405_with_the_allowed_ones(api: Api, method: str) -> None:
    response = await send(api, TYPENAME, method=method)
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["allow"].replace(" ", "").split(","))


async def test_a_405_of_any_route_has_the_allowed_methods(api: Api) -> None:
    for url in ("/", "/healthz", "/readyz"):
        response = await send(api, b"", url=url)
        assert response.status_code == 405 and "GET" in response.headers["allow"]


async def get(api: Api, accept: str = GRAPHQL_JSON, **parameters: str) -> Any:
    """A request by GET."""
    return await send(api, method="GET", url=f"/graphql?{urlencode(parameters)}", accept=accept)


async def test_a_query_by_get_has_its_parameters_in_the_url(api: Api) -> None:
    query = "query A($s: Boolean!) { a: __typename @skip(if: $s) } query B { b: __typename }"
    for accept in (GRAPHQL_JSON, PLAIN_JSON):
        got = await get(api, accept, query=query, variables='{"s": false}', operationName="A", extensions='{"x": 1}')
        assert (got.status_code, got.json()) == (200, {"data": {"a": "Query"}})
    got = await get(api, query="{ __typename }", variables="", operationName="", extensions="null")
    assert (got.status_code, got.json()) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("parameters", [
    {}, {"query": ""}, {"quer": "{ __typename }"}, {"query": "{ __typename }", "variables": "{"},
    {"query": "{ __typename }", "variables": "[]"}, {"query": "{ __typename }", "variables": '"{}"'},
    {"query": "{ __typename }", "extensions": "7"}, {"query": "{ __typename }", "variables": '{"x": "\\ud800"}'},
    {"query": "{ __typename \0 }"}, {"query": "{ __typename }", "operationName": "\0"}], ids=json.dumps)  # fmt: skip
async def test_a_malformed_request_by_get_is_400(api: Api, parameters: dict[str, str]) -> None:
    assert outcome(await get(api, **parameters)) == (400, ["BAD_REQUEST"])


async def test_percent_encoded_bytes_that_are_no_utf8_are_400(api: Api) -> None:
    for query in ("query=%ff%fe", "query=%7B__typename%7D&variables=%ff", "query=%7B__typename%7D&variables=%ED%A0%80"):
        assert (await send(api, method="GET", url=f"/graphql?{query}")).status_code == 400


async def test_a_mutation_by_get_is_405_and_stores_nothing(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> None:
    organization = await world.organization()
    variables = json.dumps({"input": {"organizationId": str(organization.id), "name": "By GET"}})
    both = CREATE_EXERCISE.replace("mutation", "mutation M") + " query Q { __typename }"
    before = await stored(owner)
    for parameters in ({"query": CREATE_EXERCISE}, {"query": both, "operationName": "M"}):
        url = f"/graphql?{urlencode({**parameters, 'variables': variables})}"
        response = await send(api, method="GET", url=url, person=organization.coach)
        assert outcome(response) == (405, ["BAD_REQUEST"])
        assert response.headers["allow"] == "POST"
    assert await stored(owner) == before
    harmless = await get(api, query=both, operationName="Q")
    assert (harmless.status_code, harmless.json()) == (200, {"data": {"__typename": "Query"}})


async def test_bad_input_of_a_query_is_400_and_names_the_argument(api: Api, world: World) -> None:
    organization = await world.organization()
    text = '{ viewer { user { id } } organization(id: "no") { id } }'
    response = await send(api, {"query": text}, person=organization.coach)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": ["id"]}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer x.y.z", "Bearer \x7f", "x" * 8000])
async def test_an_invalid_token_is_401_in_both_media_types(api: Api, header: str) -> None:
    for accept in (GRAPHQL_JSON, PLAIN_JSON):
        response = await send(api, TYPENAME, accept=accept, headers={"Authorization": header})
        assert outcome(response) == (401, ["UNAUTHENTICATED"])
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_an_anonymous_caller_can_query_only_the_schema(api: Api) -> None:
    assert outcome(await send(api, {"query": "{ viewer { user { id } } }"})) == (401, ["UNAUTHENTICATED"])
    assert (await send(api, {"query": "{ __typename __schema { queryType { name } } }"})).status_code == 200
