"""An exercise with many child rows is written in as many statements as one with few."""

from typing import Any  # JSON of requests and responses

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_EXERCISE
from tests.conftest import Counter, Organization, World
from tests.workout.documents import create, movement, section

UPDATE = """mutation ($id: ID!, $input: UpdateExerciseInput!) {
  updateExercise(id: $id, input: $input) { exercise { id } userErrors { message } }
}"""
CLONE = """mutation ($id: ID!, $organization: ID!) {
  cloneExercise(id: $id, organizationId: $organization) {
    exercise { instructions { id } contraindications { id } categories { id } } userErrors { message }
  }
}"""
DELETE = "mutation ($id: ID!) { deleteExercise(id: $id) { deletedId userErrors { message } } }"


@pytest.fixture(scope="module")
async def organization(world: World) -> Organization:
    """The organization whose exercises are written."""
    return await world.organization()


@pytest.fixture(scope="module")
async def categories(owner: "asyncpg.Pool[Row]", organization: Organization) -> list[str]:
    """Fifty terms."""
    rows = await owner.fetch(
        """
        INSERT INTO exercise_categories (organization_id, name, identity, slug)
        SELECT $1, 'Ours ' || n, 'ours ' || n, 'ours-' || n FROM generate_series(1, 50) n
        RETURNING id
        """,
        organization.id,
    )
    return [str(row.id) for row in rows]


def child_rows(size: int, categories: list[str], word: str) -> dict[str, Any]:
    """Child rows of an exercise, this number of each kind."""
    return {
        "instructions": [{"type": "STEP", "body": f"{word} {n}"} for n in range(size)],
        "contraindications": [{"condition": f"{word} {n}", "severity": "WARNING"} for n in range(size)],
        "termIds": categories[:size],
    }


async def test_an_exercise_with_fifty_of_everything_takes_the_statements_of_one_with_one(
    counter: Counter, organization: Organization, categories: list[str]
) -> None:
    costs = []
    for size in (1, 50):
        with counter.counting() as created:
            input = {"organizationId": str(organization.id), "name": "Own", **child_rows(size, categories, "First")}
            made = await counter.api.run(CREATE_EXERCISE, organization.coach, input=input)
        id = made["createExercise"]["exercise"]["id"]
        with counter.counting() as cloned:
            copy = await counter.api.run(CLONE, organization.coach, id=id, organization=str(organization.id))
        assert [len(rows) for rows in copy["cloneExercise"]["exercise"].values()] == [size] * 3
        with counter.counting() as updated:
            input = child_rows(size, categories[::-1], "Second")
            await counter.api.run(UPDATE, organization.coach, id=id, input=input)
        with counter.counting() as emptied:
            await counter.api.run(UPDATE, organization.coach, id=id, input=child_rows(0, categories, ""))
        with counter.counting() as deleted:
            await counter.api.run(DELETE, organization.coach, id=id)
        costs.append([len(seen) for seen in (created, cloned, updated, emptied, deleted)])
    assert costs[0] == costs[1]


async def test_a_stale_edit_is_rolled_back_to_its_savepoint_which_frees_its_locks(
    counter: Counter, world: World
) -> None:
    gym = await world.organization()
    exercise = await world.exercise_id("back-squat")
    made = await create(counter.api, gym, section(movement(exercise)))
    id = made["sections"][0]["movements"][0]["id"]
    text = """mutation ($input: UpdateMovementInput!) {
      updateMovement(input: $input) { movement { id } userErrors { code } }
    }"""
    ended = []
    for stale in ({}, {"ifUpdatedAt": "2020-01-01T00:00:00Z"}):
        with counter.counting() as statements:
            await counter.api.post(text, gym.coach, input={"id": id, "notes": "N", **stale})
        ended.append([each for each in statements if "SAVEPOINT mutation" in each or each == "COMMIT"])
    before = "SAVEPOINT mutation"
    assert ended == [
        [before, "RELEASE SAVEPOINT mutation", "COMMIT"],
        [before, "ROLLBACK TO SAVEPOINT mutation", "COMMIT"],
    ]
