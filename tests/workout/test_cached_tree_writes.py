"""Every kind of write shows at once in cached trees and lists: no version is missing in their entries."""

from typing import Any  # inputs and answers are JSON

import pytest

from kinegraph.api.executor import PLANS
from kinegraph.services import Services
from tests.cached import TIMES, serving
from tests.conftest import Api, World

pytestmark = pytest.mark.own_database  # canonical exercises are edited

LIST = """
query ($id: ID!) { organization(id: $id) { workouts(first: 20) { nodes {
  id sections { id title movements { id notes exercise { name } } }
} } } }
"""
TREE = "query ($id: ID!) { workout(id: $id) { sections { id title movements { id notes exercise { name } %s } } } }"
MAKE = """
mutation ($input: CreateWorkoutInput!) {
  createWorkout(input: $input) { workout { id sections { movements { id } } } userErrors { message } }
}
"""
WRITES = {
    "movement": "UPDATE workout_movements SET notes = 'changed' WHERE id = $1",
    "movement hidden": "UPDATE workout_movements SET deleted_at = now() WHERE id = $1",
    "movement deleted": "DELETE FROM workout_movements WHERE id = $1",
    "section": """UPDATE workout_sections SET title = 'changed'
                  WHERE id = (SELECT section_id FROM workout_movements WHERE id = $1)""",
    "exercise": """UPDATE exercises SET name = name || '!'
                   WHERE id = (SELECT exercise_id FROM workout_movements WHERE id = $1)""",
    "override": """INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
                   SELECT organization_id, exercise_id, jsonb_build_object('name', 'Ours')
                   FROM workout_movements WHERE id = $1""",
}


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_shows_at_once_in_a_cached_answer(
    api: Api, services: Services, world: World, owner: Any, write: str
) -> None:
    gym, squat = await world.organization(), await world.exercise_id("back-squat")
    tree = {"title": "Tree", "sections": [{"movements": [{"exerciseId": squat}]}]}
    made = await api.run(MAKE, gym.coach, input={"organizationId": str(gym.id), **tree})
    workout = made["createWorkout"]["workout"]
    queries = [(LIST, str(gym.id)), (TREE % "", workout["id"]), (TREE % "comments { id }", workout["id"])]

    async def answers(client: Api) -> list[bytes]:
        return [(await client.post(text, gym.coach, id=id)).content for text, id in queries]

    async with serving(services, 0) as plain:
        before = await answers(plain)
        assert [await answers(api) for _ in range(TIMES)] == [before] * TIMES
        await owner.execute(WRITES[write], workout["sections"][0]["movements"][0]["id"])
        after = await answers(plain)
        assert all(new != old for new, old in zip(after, before, strict=True))
        assert [await answers(api) for _ in range(TIMES)] == [after] * TIMES


async def test_rows_that_were_read_for_one_selection_are_not_used_for_another(api: Api, world: World) -> None:
    gym, squat = await world.organization(), await world.exercise_id("back-squat")
    tree = {"title": "Tree", "sections": [{"movements": [{"exerciseId": squat}]}]}
    made = await api.run(MAKE, gym.coach, input={"organizationId": str(gym.id), **tree})
    before = PLANS.counted[""]
    for columns in ("id", "notes", "label sortOrder"):
        text = (
            f"query ($id: ID!) {{ workout(id: $id) {{ sections {{ movements {{ {columns} comments {{ id }} }} }} }} }}"
        )
        await api.run(text, gym.coach, id=made["createWorkout"]["workout"]["id"])
    assert PLANS.counted[""] == before + 3
