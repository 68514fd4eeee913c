"""Malformed input of every kind for every argument: refused with the field named, and nothing is written."""

import json
from collections.abc import AsyncIterator
from typing import Any  # JSON of requests and responses

import asyncpg
import httpx
import pytest
from graphql import GraphQLID

from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.api.documents import send
from tests.api.samples import Operation, Path, bad, leaves, put
from tests.api.targets import CREATE_TERM, NAMES, OPERATIONS, Prepared, administered, prepare
from tests.conftest import Api, Organization, Person, Refused, World
from tests.identity.rows import stored
from tests.rooms import WHERE, merged
from tests.settings import with_settings

ODD = (
    "", " ", "\n", "\u200b", "\u202etxet", "e\u0301", "💪🏽", "'; DROP TABLE workouts; --", "%", "\\", "${x}", "null",
)  # fmt: skip


@pytest.fixture(scope="module")
def services(services: Services) -> Services:
    """The services of the application, with a key, which `embedExercises` needs; nothing is sent with it."""
    return with_settings(services, voyage_api_key="key", voyage_url="http://127.0.0.1:9/v1")


@pytest.fixture(scope="module")
async def prepared(api: Api, world: World) -> Prepared:
    """One organization for all operations of a module that write nothing."""
    return await prepare(api, world)


@pytest.fixture
async def organization(world: World) -> Organization:
    """An organization of one test."""
    return await administered(world)


def fault(response: httpx.Response, path: Path) -> str | None:
    """The fault of a refusal, or None: it must be a 4xx or userErrors, and name the field."""
    body = response.json()
    if response.status_code == 200 and not body.get("errors"):
        errors = [error for value in body["data"].values() for error in (value or {}).get("userErrors", ())]
        return None if any(error["field"] == list(path) for error in errors) else f"{errors or 'accepted'}"
    if not 400 <= response.status_code < 500:
        return f"{response.status_code} {body}"
    errors = [(error["message"], error["extensions"].get("field")) for error in body["errors"]]
    named = any(field == list(path) or (field is None and _names(text, path)) for text, field in errors)
    return None if named or "not JSON" in errors[0][0] else f"{response.status_code} {errors}"


def _names(text: str, path: Path) -> bool:
    return f"${path[0]}" in text and [name for name in path if not name.isdigit()][-1] in text


async def attempts(api: Api, operation: Operation, person: Person, variables: dict[str, Any]) -> AsyncIterator[str]:
    """Send every bad value for every leaf, alone among good ones. Yields those that were not refused as they must."""
    for argument, type in operation.arguments.items():
        for path, leaf in leaves(type, (argument,)):
            for value, named in bad(leaf, path):
                if operation.name in ("node", "nodes") and isinstance(value, str | int | list):
                    continue  # an id of nothing is null
                sent = put(variables, path, value)
                response = await send(api, {"query": operation.text, "variables": sent}, person=person)
                if found := fault(response, named):
                    yield f"{'.'.join(path)} = {json.dumps(value)[:60]}: {found[:300]}"


async def rows_for(api: Api, world: World, operation: Operation, prepared: Prepared) -> Prepared:
    """The organization for an operation: a new one for a mutation, since it writes."""
    return await prepare(api, world) if operation.parent == "Mutation" else prepared


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
async def test_every_malformed_value_is_refused_with_its_field_named_and_nothing_is_written(
    api: Api, world: World, owner: "asyncpg.Pool[Row]", prepared: Prepared, operation: Operation
) -> None:
    made = await rows_for(api, world, operation, prepared)
    coach, variables = made.organization.coach, made.variables(operation)
    before = await stored(owner)
    wrong = [found async for found in attempts(api, operation, coach, variables)]
    if wrong:
        pytest.fail("\n".join((*wrong, f"(All accepted? Then the path leads to no row: `routes`, `targets`; {WHERE})")))
    assert await stored(owner) == before
    try:
        await api.run(operation.text, coach, **variables)
    except Refused as refused:
        pytest.fail(f"{refused}: `targets` gives each id a row, `values` other values; {WHERE}")


async def store(api: Api, operation: Operation, made: Prepared, paths: list[Path], value: Any) -> None:
    """Send a value at each of these paths at once, and again without those that were refused, until it is stored."""
    left = paths
    while left:
        sent = made.variables(operation)
        for path in left:
            sent = put(sent, path, value)
        response = await api.post(operation.text, made.organization.coach, **sent)
        once = "CONFLICT" if _is_unique(left) else merged("once").get(operation.name)
        stated = once is not None and f'"{once}"' in response.text  # as the values before it were stored
        if stated or (response.status_code == 200 and "code" not in response.text):
            return
        refused = [path for path in left if not fault(response, path)]
        assert refused, (left, value, response.text[:400])
        left = [path for path in left if path not in refused]


def _is_unique(paths: list[Path]) -> bool:
    return any(path[-1] in ("allowDuplicate", "clientId") for path in paths)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
async def test_unusual_but_valid_values_are_stored_or_refused_with_their_field_named(
    api: Api, world: World, prepared: Prepared, operation: Operation
) -> None:
    made = await rows_for(api, world, operation, prepared)
    places = [place for name, type in operation.arguments.items() for place in leaves(type, (name,))]
    texts = [path for path, leaf in places if str(leaf).strip("!") == "String"]
    for value in ODD if texts else ():
        await store(api, operation, made, texts, value)
    for path, leaf in places:
        if not str(leaf).endswith("!") and str(leaf) != "ID" and path[-1] != "shape":
            await store(api, operation, made, [path], None)


@pytest.mark.parametrize("value", [value for value, _ in bad(GraphQLID, ("parentId",)) if not isinstance(value, list)])
async def test_an_invalid_parent_id_of_a_category_is_refused_with_its_field_named(
    api: Api, organization: Organization, value: Any
) -> None:
    """The kind that the samples have takes no parent."""
    input = {"organizationId": str(organization.id), "kind": "CATEGORY", "name": "Own", "parentId": value}
    response = await send(api, {"query": CREATE_TERM, "variables": {"input": input}}, person=organization.coach)
    assert fault(response, ("input", "parentId")) is None
