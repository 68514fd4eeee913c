"""Malformed input of every kind for every argument: refused with the field named, and nothing is written."""

from typing import Any  # JSON of requests and responses

import asyncpg
import pytest
from graphql import GraphQLID, get_named_type, is_leaf_type

from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.api.attempts import fault, wrongly_answered
from tests.api.documents import send
from tests.api.samples import Operation, Path, bad, leaves, put
from tests.api.targets import CREATE_TERM, NAMES, OPERATIONS, Prepared, administered, prepare
from tests.conftest import Api, Organization, Refused, World
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


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
async def test_every_malformed_value_is_refused_with_its_field_named_and_nothing_is_written(
    api: Api, owner: "asyncpg.Pool[Row]", prepared: Prepared, operation: Operation
) -> None:
    coach, variables = prepared.organization.coach, prepared.variables(operation)
    before = await stored(owner)
    wrong = [found async for found in wrongly_answered(api, operation, coach, variables)]
    if wrong:
        pytest.fail("\n".join((*wrong, f"(All accepted? Then the path leads to no row: `routes`, `targets`; {WHERE})")))
    assert await stored(owner) == before


async def is_stored(api: Api, operation: Operation, made: Prepared, paths: list[Path], value: Any) -> bool:
    """Send a value at each of these paths at once, and again without those that were refused, until it is stored.

    Where none of them is named, they are refused for being together: each is sent alone. False where the last answer
    says that the operation was done before.
    """
    left = paths
    while left:
        sent = made.variables(operation)
        for path in left:
            sent = put(sent, path, value)
        response = await api.post(operation.text, made.organization.coach, **sent)
        if response.status_code == 200 and "code" not in response.text:
            return True
        once = "CONFLICT" if _is_unique(left) else merged("once").get(operation.name)
        if once is not None and f'"{once}"' in response.text:
            return False
        refused = [path for path in left if not fault(response, path)]
        assert response.status_code < 500 and (refused or len(left) > 1), (left, value, response.text[:400])
        if not refused:
            return any([await is_stored(api, operation, made, [path], value) for path in left])
        left = [path for path in left if path not in refused]
    return False


def _is_unique(paths: list[Path]) -> bool:
    return any(path[-1] in ("allowDuplicate", "clientId") for path in paths)


async def accept(api: Api, operation: Operation, made: Prepared) -> None:
    """Fail unless good values are accepted, and unusual ones stored or refused with their field named."""
    places = [place for name, type in operation.arguments.items() for place in leaves(type, (name,))]
    texts = [path for path, leaf in places if str(leaf).strip("!") == "String"]
    accepted = [await is_stored(api, operation, made, texts, value) for value in ODD if texts]
    nullable = [each for each in places if not str(each[1]).endswith("!") and str(each[1]) != "ID"]
    inner = [path for path, leaf in nullable if not is_leaf_type(get_named_type(leaf))]
    plain = [path for path, _ in nullable if path not in inner and path[-1] != "shape"]
    together = [*([path] for path in inner), plain[::2], plain[1::2]]  # every other one: beside values and nulls
    accepted += [await is_stored(api, operation, made, paths, None) for paths in together if paths]
    if not any(accepted):
        try:
            await api.run(operation.text, made.organization.coach, **made.variables(operation))
        except Refused as refused:
            pytest.fail(f"{refused}: `targets` gives each id a row, `values` other values; {WHERE}", pytrace=False)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
async def test_good_values_are_accepted_and_unusual_ones_stored_or_refused_with_their_field_named(
    api: Api, world: World, prepared: Prepared, operation: Operation
) -> None:
    try:
        await accept(api, operation, prepared)
    except (AssertionError, pytest.fail.Exception):  # its rows may be gone: the operations before this one wrote
        await accept(api, operation, await prepare(api, world))


@pytest.mark.parametrize("value", [value for value, _ in bad(GraphQLID, ("parentId",)) if not isinstance(value, list)])
async def test_an_invalid_parent_id_of_a_category_is_refused_with_its_field_named(
    api: Api, organization: Organization, value: Any
) -> None:
    """The kind that the samples have takes no parent."""
    input = {"organizationId": str(organization.id), "kind": "CATEGORY", "name": "Own", "parentId": value}
    response = await send(api, {"query": CREATE_TERM, "variables": {"input": input}}, person=organization.coach)
    assert fault(response, ("input", "parentId")) is None
