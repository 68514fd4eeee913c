"""Input coercion errors carry `extensions.field` with the path into the variables."""

from typing import Any  # JSON of the API

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.api.schema import schema
from tests.conftest import Api, Person, World

CREATE = "mutation ($input: CreateWorkoutInput!) { createWorkout(input: $input) { workout { id } } }"
LIST = """query ($filter: ExerciseFilter, $first: Int, $sort: ExerciseSort) {
  exercises(filter: $filter, first: $first, sort: $sort) { totalCount }
}"""
ASSIGN = "mutation ($input: AssignWorkoutInput!) { assignWorkout(input: $input) { assignments { id } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


def tree(**prescription: Any) -> dict[str, Any]:
    """The variables of a workout whose second section has a movement with this prescription."""
    movement = {"exerciseId": "x", "prescription": prescription}
    return {"input": {"organizationId": "x", "sections": [{"movements": []}, {"movements": [movement]}]}}


DEEP = ["input", "sections", "1", "movements", "0", "prescription"]
WRONG: dict[str, tuple[str, dict[str, Any], list[list[str]]]] = {
    "a float for an Int": (CREATE, tree(sets=1.5), [[*DEEP, "sets"]]),
    "a text for an Int": (LIST, {"first": "9"}, [["first"]]),
    "an Int that is too large": (LIST, {"first": 2**31}, [["first"]]),
    "an unknown enum value": (LIST, {"sort": "BEST"}, [["sort"]]),
    "an unknown enum value in a list": (LIST, {"filter": {"status": ["DRAFT", "GONE"]}}, [["filter", "status", "1"]]),
    "an enum value that is a list's only one": (LIST, {"filter": {"status": "GONE"}}, [["filter", "status"]]),
    "a bad date": (
        ASSIGN,
        {"input": {"workoutId": "x", "athleteIds": [], "scheduledFor": "2026-02-30"}},
        [["input", "scheduledFor"]],
    ),
    "a missing field": (CREATE, {"input": {}}, [["input", "organizationId"]]),
    "a missing field in a list": (
        CREATE, {"input": {"organizationId": "x", "sections": [{}]}}, [["input", "sections", "0", "movements"]]),
    "a missing variable": (CREATE, {}, [["input"]]),
    "a null for a variable": (CREATE, {"input": None}, [["input"]]),
    "a null in a list": (NODES, {"ids": ["a", None]}, [["ids", "1"]]),
    "an unknown field": (CREATE, tree(sets=1, reps=5), [[*DEEP, "reps"]]),
    "an unknown field with a strange name": (LIST, {"filter": {"q', found: 'é": 1}}, [["filter", "q', found: 'é"]]),
    "a text for an object": (CREATE, {"input": "x"}, [["input"]]),
    "several at once": (CREATE, tree(sets="3", repsMin=0.5), [[*DEEP, "sets"], [*DEEP, "repsMin"]]),
    "several variables": (LIST, {"first": 0.5, "sort": 1}, [["first"], ["sort"]]),
}  # fmt: skip


@pytest.fixture(scope="module")
async def person(world: World) -> Person:
    return await world.person()


async def fields(api: Api, person: Person, text: str, **variables: Any) -> list[list[str]]:
    """The paths of the errors of a request, all of which are the client's."""
    response = await api.post(text, person, **variables)
    errors = response.json()["errors"]
    assert response.status_code == 400 and {error["extensions"]["code"] for error in errors} == {"BAD_REQUEST"}
    return [error["extensions"].get("field") for error in errors]


@pytest.mark.parametrize("name", WRONG)
async def test_a_variable_that_does_not_fit_is_named_by_its_path(api: Api, person: Person, name: str) -> None:
    text, variables, paths = WRONG[name]
    assert await fields(api, person, text, **variables) == paths


LITERALS = {
    "{ exercises(first: 1.5) { totalCount } }": [["first"]],
    "{ exercises(sort: BEST) { totalCount } }": [["sort"]],
    "{ exercises(filter: {status: [DRAFT, GONE], difficultyMin: true}) { totalCount } }": [
        ["filter", "status", "1"], ["filter", "difficultyMin"]],
    "{ exercises(filter: {colour: 1}) { totalCount } }": [["filter", "colour"]],
    "{ exercise { id } }": [["id"]],
    "{ exercise(id: null) { id } }": [["id"]],
    "{ exercise(id: 1, name: 2) { id } }": [["name"]],
    'mutation { createWorkout(input: {sections: [{movements: [{}]}], organizationId: "x"}) { workout { id } } }': [
        ["input", "sections", "0", "movements", "0", "exerciseId"]],
    "query ($f: ExerciseFilter = {difficultyMin: 1.5}) { exercises(filter: $f) { totalCount } }": [
        ["f", "difficultyMin"]],
    "{ viewer @include(if: 1) { isPlatformAdmin } }": [["if"]],
}  # fmt: skip


@pytest.mark.parametrize("text", LITERALS)
async def test_a_value_in_the_document_that_does_not_fit_is_named_by_its_path(
    api: Api, person: Person, text: str
) -> None:
    assert await fields(api, person, text) == LITERALS[text]


async def test_a_null_that_is_found_while_executing_is_named_by_its_variable(api: Api, person: Person) -> None:
    text = 'query ($id: ID = "x", $ids: [ID!]! = []) { nodes(ids: $ids) { id } exercise(id: $id) { id } }'
    assert await fields(api, person, text, id=None) == [["id"]]


async def test_a_mistake_that_is_no_value_has_no_path(api: Api, person: Person) -> None:
    assert await fields(api, person, "{ viewer { nothing } }") == [None]
    assert await fields(api, person, "{ viewer { ") == [None]


names = st.text(max_size=12).map(lambda name: f"{name}'").filter(lambda name: "\\ud" not in ascii(name))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names, names)
async def test_an_unknown_field_of_any_name_is_named(api: Api, person: Person, one: str, other: str) -> None:
    found = await fields(api, person, LIST, filter={"q": "x", one: other, other: None})
    assert sorted(found) == sorted(["filter", name] for name in {one, other})


DATE_TIME: Any = schema._schema.type_map["DateTime"]


@pytest.mark.parametrize("value", ["yesterday", 5, "2026-13-01T00:00:00Z", "2026-W10"])
def test_a_value_that_is_no_moment_is_refused_in_plain_words(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^Must be a date and time as text, such as .*; this is "):
        DATE_TIME.parse_value(value)


def test_a_moment_may_have_lower_case_letters() -> None:
    assert DATE_TIME.parse_value("2026-03-01t09:30:00z") == DATE_TIME.parse_value("2026-03-01T09:30:00Z")
