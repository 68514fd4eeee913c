"""The number of SQL statements depends on the document, never on the rows."""

from typing import Any  # JSON of requests and responses

import pytest

from kinegraph.services import Services
from tests.conftest import Api, Counter, Organization, World, counted

TREE = """
query ($id: ID!) {
  workout(id: $id) {
    id title description scoring mode timeCap isSnapshot createdAt updatedAt
    organization { id name } program { id name } author { id name email }
    sections {
      id type title description sortOrder shape
      config { capSeconds rounds intervalSeconds workSeconds restSeconds repScheme }
      movements {
        id sortOrder notes label supersetGroup
        prescription { sets repsMin repsMax amrap durationSeconds load { value unit } restSeconds tempo perSide }
        exercise {
          id name description primaryMuscles isCustomizedByOrg customizedFields organization { name }
          exercise { id name organization { name } }
        }
        comments { id body author { name email } createdAt replies { id body author { name } } }
      }
    }
  }
}
"""


async def make_workout(api: Api, world: World, organization: Organization, sections: int, movements: int) -> str:
    """A workout of this size, with a comment and a reply on every movement."""
    exercises = [await world.exercise_id(slug) for slug in ("back-squat", "bench-press", "push-ups", "bird-dog")]
    tree = [
        {"shape": "AMRAP", "config": {"capSeconds": 600},
         "movements": [{"exerciseId": exercises[i % 4], "prescription": {"sets": 3}} for i in range(movements)]}
        for _ in range(sections)
    ]  # fmt: skip
    made = await api.run(
        """mutation ($input: CreateWorkoutInput!) {
          createWorkout(input: $input) { workout { id sections { movements { id } } } userErrors { message field } }
        }""",
        organization.coach,
        input={"organizationId": str(organization.id), "title": "Counted", "sections": tree},
    )
    workout: dict[str, Any] = made["createWorkout"]["workout"]
    async with world.writing_as(organization.coach) as session:
        ids = [movement["id"] for section in workout["sections"] for movement in section["movements"]]
        await session.run(
            """
            WITH top AS (
                INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body)
                SELECT $1, id, $2, 'How heavy?' FROM unnest($3::uuid[]) AS movement (id)
                RETURNING id, workout_movement_id
            )
            SELECT count(*) FROM top
            """,
            organization.id,
            organization.coach.id,
            ids,
        )
        await session.run(
            """
            INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, parent_comment_id)
            SELECT organization_id, workout_movement_id, $2, 'As written.', id
            FROM exercise_comments WHERE workout_movement_id = ANY ($1::uuid[]) AND parent_comment_id IS NULL
            """,
            ids,
            organization.coach.id,
        )
    return str(workout["id"])


@pytest.mark.parametrize(("sections", "movements"), [(1, 1), (2, 10), (8, 50)])
async def test_a_whole_tree_takes_six_statements_whatever_its_size_and_five_once_its_viewer_was_set(
    api: Api, counter: Counter, services: Services, world: World, sections: int, movements: int
) -> None:
    organization = await world.organization()
    id = await make_workout(api, world, organization, sections, movements)
    with counter.counting() as seen:
        workout = (await counter.api.run(TREE, organization.coach, id=id))["workout"]
    found = [movement for section in workout["sections"] for movement in section["movements"]]
    assert len(found) == sections * movements
    assert all(movement["comments"][0]["replies"][0]["body"] == "As written." for movement in found)
    assert len(seen) == 6, "\n---\n".join(seen)
    async with counted(services, 0, request_cache_mb=16) as caching:
        for expected in (6, 5, 5):
            with caching.counting() as seen:
                await caching.api.run(TREE, organization.coach, id=id)
            assert len(seen) == expected, "\n---\n".join(seen)
