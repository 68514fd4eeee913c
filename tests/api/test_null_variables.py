"""A null variable in a position that does not allow null: both executors refuse it with the same message."""

from collections.abc import Iterator
from datetime import date
from typing import Any  # values of any input type

import asyncpg
import httpx
import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    print_ast,
    value_to_literal,
)

from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_EXERCISE, outcome, send
from tests.api.routes import routes
from tests.api.samples import Operation, Path, good, leaves, operations
from tests.conftest import Api, Person, World
from tests.identity.rows import stored
from tests.rooms import Growth, grow_rooms
from tests.treatment import store_enrollment, store_version

IDS = {"organization": "0190b5b1-9d4e-7c3a-8000-0123456789ab"}
SWITCH = "x-kinegraph-executor"
OPERATIONS = [each for each in operations() if each.name != "recordPoseFrames"]
"""Documents with frames as literals are refused (tests/telemetry/test_nothing_is_left.py)."""
NAMES = [f"{operation.parent}.{operation.name}" for operation in OPERATIONS]


async def refused_alike(api: Api, person: Person, text: str, **variables: Any) -> httpx.Response:
    """The answer of both executors, which must be the same."""
    body = {"query": text, "variables": variables}
    breadth_first, depth_first = [
        await send(api, body, person=person, headers={SWITCH: executor})
        for executor in ("breadth-first", "graphql-core")
    ]
    assert (breadth_first.status_code, breadth_first.json()) == (depth_first.status_code, depth_first.json()), text
    return breadth_first


def argument_fault(response: httpx.Response, name: str, variable: str) -> str | None:
    """The fault of a refusal, or None: it must be one 400 BAD_REQUEST that names argument and variable."""
    if outcome(response) != (400, ["BAD_REQUEST"]) or "data" in response.json():
        return f"{response.status_code} {response.text[:300]}"
    message = response.json()["errors"][0]["message"]
    is_named = f"Argument '{name}'" in message and f"variable '${variable}'" in message and "None" not in message
    return None if is_named else str(message)


def non_null_positions(type: GraphQLInputType, path: Path) -> Iterator[tuple[Path, GraphQLNonNull[Any]]]:
    """All positions in an argument that do not allow null, entries of lists included."""
    for at, leaf in leaves(type, path):
        inner: Any = leaf.of_type if isinstance(leaf, GraphQLNonNull) else leaf
        if isinstance(leaf, GraphQLNonNull):
            yield at, leaf
        if isinstance(inner, GraphQLList) and isinstance(inner.of_type, GraphQLNonNull):
            yield (*at, "0"), inner.of_type


def literal(type: Any, value: Any, at: Path | None) -> str:
    """A value as a literal of a document, with required keys only, and `$v` at a path."""
    if at == ():
        return "$v"
    if isinstance(type, GraphQLNonNull):
        return literal(type.of_type, value, at)
    first, rest = (at[0], at[1:]) if at else (None, None)
    if isinstance(type, GraphQLList):
        entries = value or [None]
        inner = [
            literal(type.of_type, each, rest if str(index) == first else None) for index, each in enumerate(entries)
        ]
        return f"[{', '.join(inner)}]"
    if isinstance(type, GraphQLInputObjectType):
        fields = {key: (value or {}).get(key) for key in type.fields}
        given = {
            key: each
            for key, each in fields.items()
            if key == first or isinstance(type.fields[key].type, GraphQLNonNull)
        }
        inner = [f"{k}: {literal(type.fields[k].type, v, rest if k == first else None)}" for k, v in given.items()]
        return f"{{{', '.join(inner)}}}"
    if value is None:
        return '"x"'
    return print_ast(value_to_literal(value, type))  # type: ignore[arg-type]  # the samples are of their types


def document(operation: Operation, argument: str, at: Path, type: GraphQLNonNull[Any]) -> str:
    """The operation with a nullable variable at a position of an argument; its default value makes this valid."""
    passed = []
    for name, kind in operation.arguments.items():
        if name == argument or isinstance(kind, GraphQLNonNull):
            passed.append(f"{name}: {literal(kind, good(kind, name, IDS), at if name == argument else None)}")
    default = literal(type, good(type, at[-1] if at else argument, IDS), None)
    verb = "mutation" if operation.parent == "Mutation" else "query"
    organization = "$organization: ID!, " if "$organization" in routes()[operation.parent] else ""
    selection = "" if operation.is_leaf else " { __typename }"
    field = routes()[operation.parent] % f"{operation.name}({', '.join(passed)}){selection}"
    return f"{verb} ({organization}$v: {type.of_type} = {default}) {{ {field} }}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
async def test_null_in_any_position_that_does_not_allow_it_is_refused_with_the_argument_named_and_nothing_is_written(
    api: Api, world: World, owner: "asyncpg.Pool[Row]", operation: Operation
) -> None:
    made = await world.organization()
    async with world.writing_as(made.coach) as session:
        author = {"author_id": made.coach.id}
        plan = {**author, "title": "Any", "weeks": 1}
        for table, values in (("programs", {"name": "Any"}), ("workouts", author), ("treatment_plans", plan)):
            await session.insert(table, {"organization_id": made.id, **values})
    await store_enrollment(owner, made, await store_version(owner, made, {}), made.member, date(2026, 3, 2))
    await grow_rooms(Growth(owner, made, made.member, 1))
    route = {"organization": str(made.id)} if "$organization" in routes()[operation.parent] else {}
    before = await stored(owner)
    wrong = []
    for argument, type in operation.arguments.items():
        for at, leaf in non_null_positions(type, ()):
            text = document(operation, argument, at, leaf)
            response = await refused_alike(api, made.coach, text, v=None, **route)
            if fault := argument_fault(response, argument, "v"):
                wrong.append(f"{text}: {fault}")
    assert wrong == [], "\n".join(wrong)
    assert await stored(owner) == before


def test_the_tested_positions_include_every_kind() -> None:
    found = {
        (*at, str(leaf))
        for each in OPERATIONS
        for a, type in each.arguments.items()
        for at, leaf in non_null_positions(type, (a,))
    }
    assert {("id", "ID!"), ("ids", "0", "ID!"), ("filter", "muscles", "0", "String!")} <= found
    assert ("input", "sections", "0", "movements", "0", "exerciseId", "ID!") in found


NULLS = [
    ('query ($i: ID = "x") { node(id: $i) { id } }', "id", "i"),
    ('query ($i: ID = "x") { nodes(ids: [$i]) { id } }', "ids", "i"),
    ('query ($m: String = "lats") { exercises(filter: {muscles: [$m]}, first: 1) { totalCount } }', "filter", "m"),
    ("query ($a: Boolean = true) { exercises(first: 1) @include(if: $a) { totalCount } }", "if", "a"),
    ("query ($a: Boolean = true) { exercises(first: 1) @skip(if: $a) { totalCount } }", "if", "a"),
    ("query ($a: Boolean = true) { exercises(first: 1) { totalCount @include(if: $a) } }", "if", "a"),
    ("query ($a: Boolean = true) { exercises(first: 9) { nodes { id name @skip(if: $a) } } }", "if", "a"),
    ("query ($a: Boolean = true) { exercises(first: 9) { nodes { ... @include(if: $a) { id } } } }", "if", "a"),
    ("query ($a: Boolean = true) { ...F @skip(if: $a) } fragment F on Query { __typename }", "if", "a"),
    ("query ($a: Boolean = true) { ...F } fragment F on Query { __typename @include(if: $a) }", "if", "a"),
    (("fragment F on Exercise { id } "
     "query ($a: Boolean = true) { exercises(first: 1) { nodes { ...F @include(if: $a) } } }"), "if", "a"),
    ("query ($a: Boolean = true) { viewer { user { id @include(if: $a) } } }", "if", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "argument", "variable"), NULLS)
async def test_null_is_refused_wherever_a_query_has_the_argument(
    api: Api, world: World, text: str, argument: str, variable: str
) -> None:
    admin = await world.person(is_platform_admin=True)
    response = await refused_alike(api, admin, text, **{variable: None})
    assert argument_fault(response, argument, variable) is None
    assert outcome(await send(api, {"query": text}, person=admin)) == (200, []), "without a value the default is used"


async def test_null_is_refused_for_the_whole_query_even_beside_a_valid_field(api: Api, world: World) -> None:
    text = 'query ($v: ID = "x") { viewer { user { id } } workout(id: $v) { id } }'
    response = await refused_alike(api, await world.person(), text, v=None)
    assert argument_fault(response, "id", "v") is None
    assert response.json()["errors"][0]["path"] == ["workout"]


async def test_an_error_that_concerns_every_object_is_reported_once(api: Api, world: World) -> None:
    text = "query ($a: Boolean = true) { a: exercises(first: 9) { ...F } b: exercises(first: 9) { ...F } }"
    fragment = " fragment F on ExerciseConnection { nodes { name @include(if: $a) } }"
    response = await refused_alike(api, await world.person(), text + fragment, a=None)
    assert argument_fault(response, "if", "a") is None


async def test_null_in_the_answer_of_a_mutation_rolls_back_its_writes(
    api: Api, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    made = await world.organization()
    text = CREATE_EXERCISE.replace("$input:", "$a: Boolean = true, $input:").replace(
        "{ id }", "{ id @include(if: $a) }"
    )
    input = {"organizationId": str(made.id), "name": "Never"}
    before = await stored(owner)
    response = await refused_alike(api, made.coach, text, input=input, a=None)
    assert argument_fault(response, "if", "a") is None
    assert await stored(owner) == before
