"""A row that is deleted while a mutation runs is not written again: a law of every mutation and every deletion."""

import asyncio
import json
from typing import Any, TypeAlias  # Any: variables and answers are JSON

import asyncpg
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_EXERCISE
from tests.api.routes import SCHEMA
from tests.api.samples import Operation, operations
from tests.api.targets import Prepared, prepare
from tests.api.test_malformed import prepared
from tests.conftest import Api, World
from tests.waiting import until

__all__ = ["prepared"]

Pool: TypeAlias = "asyncpg.Pool[Row]"
MUTATIONS = [operation for operation in operations() if operation.parent == "Mutation"]
TREE = ("Workout", "Section", "Movement", "Comment")
"""Each is above the next one."""
DELETIONS = {
    "exercises": ("deleteExercise(input: {id: $id})", "Exercise"),
    "workouts": ("deleteWorkout(input: {id: $id})", "Workout"),
    "workout_sections": ("setWorkoutSections(input: {workoutId: $id, sections: []})", "Section"),
    "workout_movements": ("removeMovement(input: {movementId: $id})", "Movement"),
    "exercise_comments": ("deleteComment(input: {id: $id})", "Comment"),
    "workout_assignments": ("unassignWorkout(input: {id: $id})", "Assignment"),
    "exercise_categories": ("deleteTaxonomyTerm(input: {id: $id})", "Category"),
    "exercise_body_regions": ("deleteTaxonomyTerm(input: {id: $id})", "BodyRegion"),
}
"""The deletions by table: the mutation, and the name of the deleted row in `rows`."""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LOCK_VERSIONS = "SELECT FROM versions FOR UPDATE"
"""Makes each deletion wait in its COMMIT, when it has done everything else."""


async def rows(api: Api, world: World, operation: Operation, made: Prepared) -> tuple[dict[str, str], Any]:
    """Rows of an organization by name, and variables of a mutation that name them."""
    coach, tree = made.organization.coach, made.ids["Mutation.setWorkoutSections"]
    ids = made.ids[f"Mutation.{operation.name}"]
    text, squat = json.dumps(made.variables(operation)), await world.exercise_id("back-squat")
    text = text.replace('"SCHEDULED"', '"SKIPPED"')  # what does not change is not written
    exercise = made.ids["Mutation.updateExercise"]["id"]
    if squat in text:
        input = {"name": "New", "videoUrl": "https://a.example/v"}
        exercise = (await api.run(CREATE_EXERCISE, coach, input=input))["createExercise"]["exercise"]["id"]
        text = text.replace(squat, exercise)
    named = {
        "Exercise": ids["exerciseId"] if ids["exerciseId"] in text else exercise,
        "Workout": tree["workoutId"],
        "Movement": tree["MovementInput.id"],
        "Section": tree["SectionInput.id"],
        "Comment": made.ids["Mutation.updateComment"]["id"],
        "Assignment": made.ids["Mutation.unassignWorkout"]["id"],
        "Category": tree["categoryId"],
        "BodyRegion": tree["bodyRegionId"],
    }
    return named, json.loads(text)


def document(operation: Operation) -> str:
    """A document that selects everything that a mutation wrote."""
    mutation = SCHEMA.type_map["Mutation"]
    assert isinstance(mutation, GraphQLObjectType)
    payload = get_named_type(mutation.fields[operation.name].type)
    assert isinstance(payload, GraphQLObjectType)
    written = {name: get_named_type(each.type) for name, each in payload.fields.items() if name != "conflict"}
    shown = " ".join(name if is_leaf_type(type) else f"{name} {{ __typename }}" for name, type in written.items())
    return operation.text.replace("{ userErrors { code field } }", f"{{ {shown} }}")


def concerns(table: str, named: dict[str, str], variables: Any) -> bool:
    """True if a mutation names the row that is deleted, or one below it."""
    name, text = DELETIONS[table][1], json.dumps(variables)
    return any(named[each] in text for each in (TREE[TREE.index(name) :] if name in TREE else (name,)))


@pytest.mark.parametrize("operation", MUTATIONS, ids=[each.name for each in MUTATIONS])
async def test_a_row_that_was_deleted_meanwhile_is_not_written_and_the_mutation_is_refused_or_answered(
    api: Api, world: World, owner: Pool, prepared: Prepared, operation: Operation
) -> None:
    named, variables = await rows(api, world, operation, prepared)
    wrong = []
    for table, (deletion, name) in DELETIONS.items():
        if not concerns(table, named, variables):
            continue
        made = await prepare(api, world, prepared.rooms(operation))
        named, variables = await rows(api, world, operation, made)
        text = f"mutation ($id: ID!) {{ {deletion} {{ userErrors {{ code }} }} }}"
        id = named["Workout" if name == "Section" else name]
        async with owner.acquire() as connection, connection.transaction():
            await connection.execute(LOCK_VERSIONS)
            deleting = asyncio.create_task(api.post(text, made.organization.coach, id=id))
            await wait(owner, 1, deleting)
            later = int(await owner.fetchval("SELECT pg_current_xact_id()::text"))
            writing = asyncio.create_task(api.post(document(operation), made.organization.coach, **variables))
            await wait(owner, 2, writing)
        deleted, answer = await deleting, (await writing).json()
        assert '"userErrors":[]' in deleted.text, deleted.text
        payload = (answer.get("data") or {}).get(operation.name)
        statement = f"SELECT count(*) FROM {table} WHERE id = $1 AND xmin::text::bigint > $2"
        written = await owner.fetchval(statement, named[name], later)
        if written or payload is None or not (payload["userErrors"] or next(iter(payload.values()))):
            wrong.append((table, written, answer))
    assert wrong == []


async def wait(owner: Pool, count: int, request: "asyncio.Task[Any]") -> None:
    """Wait until so many requests wait for locks, or this one is answered."""

    async def is_there() -> bool:
        return request.done() or await owner.fetchval(f"SELECT ({WAITING}) = {count}")

    await until(is_there)
