"""Every mutation has one shape: its values are in `input`; arguments of before stay, deprecated with a reason."""

from typing import Any  # variables are JSON; types of the schema

import pytest
from graphql import GraphQLInputObjectType, get_nullable_type

from tests.api.routes import SCHEMA
from tests.conftest import Api, Organization, World

RENAME = """mutation ($id: ID, $name: String, $input: RenameTaxonomyTermInput) {
  renameTaxonomyTerm(id: $id, name: $name, input: $input) { term { name } userErrors { code message field } }
}"""
CREATE = """mutation ($input: CreateTaxonomyTermInput!) {
  createTaxonomyTerm(input: $input) { term { id } userErrors { code } }
}"""
CLONE = """mutation ($input: CloneExerciseInput!) {
  cloneExercise(input: $input) { exercise { name } userErrors { code message field } }
}"""
OVERRIDE = """mutation ($input: UpsertExerciseOverrideInput!) {
  upsertExerciseOverride(input: $input) {
    exercise { name } conflict { updatedAt } userErrors { code message field }
  }
}"""


def test_every_mutation_takes_exactly_one_argument_that_is_not_deprecated_and_it_is_input() -> None:
    assert SCHEMA.mutation_type
    for name, field in SCHEMA.mutation_type.fields.items():
        assert isinstance(get_nullable_type(field.args["input"].type), GraphQLInputObjectType), name
        assert [other for other, each in field.args.items() if not each.deprecation_reason] == ["input"], name


def test_each_deprecated_argument_is_a_field_of_input_and_says_so() -> None:
    assert SCHEMA.mutation_type
    deprecated = 0
    for field in SCHEMA.mutation_type.fields.values():
        input: Any = get_nullable_type(field.args["input"].type)
        for name, argument in field.args.items():
            if argument.deprecation_reason:
                deprecated += 1
                assert argument.deprecation_reason == f"Send `input.{name}`."
                assert str(argument.type) == str(get_nullable_type(input.fields[name].type))
                assert argument.description == input.fields[name].description
    assert deprecated > 30


@pytest.fixture
async def term(api: Api, gym: Organization) -> str:
    """The id of a new term of the gym."""
    input = {"organizationId": str(gym.id), "kind": "CATEGORY", "name": "Core"}
    id: str = (await api.run(CREATE, gym.coach, input=input))["createTaxonomyTerm"]["term"]["id"]
    return id


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization."""
    return await world.organization()


async def test_input_and_arguments_store_the_same(api: Api, gym: Organization, term: str) -> None:
    for sent in ({"input": {"id": term, "name": "Trunk"}}, {"id": term, "name": "Trunk"}):
        renamed = await api.run(RENAME, gym.coach, **sent)
        assert renamed["renameTaxonomyTerm"] == {"term": {"name": "Trunk"}, "userErrors": []}


@pytest.mark.parametrize(
    ("sent", "paths"),
    [
        ({"input": {"id": "x", "name": "A"}, "id": "x", "name": "A"}, [["id"], ["name"]]),
        ({"input": {"id": "x", "name": "A"}, "name": "A"}, [["name"]]),
        ({"input": {"id": "x", "name": "A"}, "name": None}, [["input", "id"]]),
        ({"input": None, "id": "x", "name": "A"}, [["id"]]),
        ({"id": "x"}, [["name"]]),
        ({"name": "A", "id": None}, [["id"]]),
        ({}, [["input"]]),
        ({"input": None, "id": None, "name": None}, [["input"]]),
    ],
)
async def test_both_shapes_and_neither_are_refused_at_what_was_sent(
    api: Api, gym: Organization, sent: dict[str, Any], paths: list[list[str]]
) -> None:
    assert await api.refusals(RENAME, gym.coach, **sent) == [("INVALID_INPUT", path) for path in paths]


async def test_paths_of_refusals_lead_into_what_was_sent(api: Api, gym: Organization, term: str) -> None:
    values = {"id": term, "name": "x" * 101}
    assert await api.refusals(RENAME, gym.coach, input=values) == [("INVALID_INPUT", ["input", "name"])]
    assert await api.refusals(RENAME, gym.coach, **values) == [("INVALID_INPUT", ["name"])]
    stranger = {"id": str(gym.id), "organizationId": str(gym.id)}
    assert [path for _, path in await api.refusals(CLONE, gym.coach, input=stranger)] == [["input", "id"]]


UPDATE = """mutation ($id: ID, $at: DateTime, $input: UpdateWorkoutInput!) {
  updateWorkout(id: $id, ifUpdatedAt: $at, input: $input) { workout { title } userErrors { code field } }
}"""
CREATE_WORKOUT = """mutation ($input: CreateWorkoutInput!) {
  createWorkout(input: $input) { workout { id } userErrors { code } }
}"""
OLD = "2020-01-01T00:00:00Z"


async def test_the_id_and_the_version_of_a_row_are_sent_in_the_input_or_as_before_beside_it(
    api: Api, gym: Organization
) -> None:
    made = await api.run(CREATE_WORKOUT, gym.coach, input={"organizationId": str(gym.id)})
    id, other = made["createWorkout"]["workout"]["id"], str(gym.id)
    for sent in ({"input": {"id": id, "title": "A"}}, {"id": id, "input": {"title": "A"}}):
        assert (await api.run(UPDATE, gym.coach, **sent))["updateWorkout"]["workout"] == {"title": "A"}
    same = {"id": id, "input": {"id": id, "title": "B"}}
    assert (await api.run(UPDATE, gym.coach, **same))["updateWorkout"]["workout"] == {"title": "B"}
    long = {"title": "x" * 300}
    for values, found in (
        ({"id": id, "input": {"id": other, "title": "C"}}, [("INVALID_INPUT", ["id"])]),
        ({"input": {"title": "C"}}, [("INVALID_INPUT", ["input", "id"])]),
        ({"input": {"id": None, **long}}, [("INVALID_INPUT", ["input", "id"]), ("INVALID_INPUT", ["input", "title"])]),
        ({"input": {"id": other}}, [("NOT_FOUND", ["input", "id"])]),
        ({"id": other, "input": {}}, [("NOT_FOUND", ["id"])]),
        ({"id": id, "input": {"ifUpdatedAt": OLD}}, [("CONFLICT", ["input", "ifUpdatedAt"])]),
        ({"id": id, "at": OLD, "input": {}}, [("CONFLICT", ["ifUpdatedAt"])]),
        ({"input": {"id": id, "assignmentId": other}}, [("NOT_FOUND", ["input", "assignmentId"])]),
    ):
        assert await api.refusals(UPDATE, gym.coach, **values) == found
    text = UPDATE.replace("code field", "code field message")
    (missing,) = (await api.payload(text, gym.coach, input={"title": "C"}))["userErrors"]
    assert missing["message"] == "Must be given: the id of what is changed."
    assert (await api.run(UPDATE, gym.coach, input={"id": id}))["updateWorkout"]["workout"] == {"title": "B"}


async def test_a_stale_edit_is_refused_at_its_version_in_the_input(api: Api, gym: Organization, world: World) -> None:
    input = {
        "exerciseId": await world.exercise_id("back-squat"), "organizationId": str(gym.id),
        "overrides": {"name": "Squat"}, "ifUpdatedAt": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    assert await api.refusals(OVERRIDE, gym.coach, input=input) == [("CONFLICT", ["input", "ifUpdatedAt"])]
    longer = {**input, "overrides": {"name": "x" * 300}, "ifUpdatedAt": None}
    assert await api.refusals(OVERRIDE, gym.coach, input=longer) == [("INVALID_INPUT", ["input", "overrides", "name"])]
