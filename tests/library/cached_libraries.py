"""The query of the tests of cached libraries, and functions that write past the API."""

import json
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import orjson

from tests.cached import Query, agree
from tests.conftest import Api, Organization
from tests.workout.documents import create, movement, section

Pool = Any

EXERCISES = """
query ($id: ID!) { organization(id: $id) {
  newest: exerciseLibrary(first: 8, sort: CREATED_AT_DESC) {
    totalCount nodes { ...Shown } edges { cursor node { name } } pageInfo { endCursor hasNextPage }
  }
  own: exerciseLibrary(source: ORG, first: 50, filter: { status: [PUBLISHED, ARCHIVED] }) { nodes { ...Shown } }
  customized: exerciseLibrary(source: CUSTOMIZED, first: 50) { totalCount nodes { ...Shown } }
  workouts(first: 10) { nodes { id sections { movements { id exercise { ...Shown exercise { name } } } } } }
} }
fragment Shown on EffectiveExercise {
  __typename id exerciseId name cues status slug isOrgCustom isDiscontinued customizedFields
}
"""
"""The cached answers that have exercises: pages of the library, and trees of workouts."""


async def agree_on_exercises(plain: Api, api: Api, *gyms: Organization) -> None:
    """Check that answers with and without a cache are equal for organizations' exercises."""
    for gym in gyms:
        await agree(plain, api, (gym.coach, gym.member), (EXERCISES,), {"id": str(gym.id)})


async def exercises_in(query: Query, gym: Organization) -> Any:
    """An organization's exercises in a query that has begun, which is sent until its answer is cached."""
    answers = {await query.answer(EXERCISES, id=str(gym.id)) for _ in range(3)}
    assert len(answers) == 1
    return orjson.loads(answers.pop())["organization"]


def customized(shown: Any) -> list[str]:
    """The names of the overridden exercises in an answer of `exercises_in`."""
    return [node["name"] for node in shown["customized"]["nodes"]]


async def use(api: Api, gym: Organization, *exercises: UUID) -> None:
    """Create a workout with these exercises."""
    await create(api, gym, section(*(movement(str(id)) for id in exercises)))


async def write_own(owner: Pool, gym: Organization, name: str) -> UUID:
    """An exercise of an organization's own."""
    id: UUID = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name, status) VALUES ($1, $2, 'published') RETURNING id", gym.id, name
    )
    return id


async def write_override(owner: Pool, gym: Organization, id: UUID, name: str) -> None:
    """Store an override of an exercise's name."""
    await owner.execute(
        """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides
        """,
        gym.id,
        id,
        json.dumps({"name": name}),
    )
