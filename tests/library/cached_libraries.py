"""What the tests of cached libraries ask, and what they write past the API."""

import json
from typing import Any
from uuid import UUID

import orjson

from tests.cached import Query, agree
from tests.conftest import Api, Organization
from tests.workout.documents import create, movement, section

Pool = Any

LOOK = """
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
"""Every cached answer in which an exercise stands: pages of the library, and trees of workouts."""


async def looked_at_alike(plain: Api, api: Api, *gyms: Organization) -> None:
    """What is cached of organizations' exercises is what is read."""
    for gym in gyms:
        await agree(plain, api, (gym.coach, gym.member), (LOOK,), {"id": str(gym.id)})


async def look(query: Query, gym: Organization) -> Any:
    """What an organization's exercises look like to a query that has begun, asked until it is cached."""
    answers = {await query.answer(LOOK, id=str(gym.id)) for _ in range(3)}
    assert len(answers) == 1
    return orjson.loads(answers.pop())["organization"]


def customized(shown: Any) -> list[str]:
    """The names of the exercises that an organization overrides, as `look` found them."""
    return [node["name"] for node in shown["customized"]["nodes"]]


async def use(api: Api, gym: Organization, *exercises: UUID) -> None:
    """Make a workout with these exercises."""
    await create(api, gym, section(*(movement(str(id)) for id in exercises)))


async def write_own(owner: Pool, gym: Organization, name: str) -> UUID:
    """An exercise of an organization's own."""
    id: UUID = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name, status) VALUES ($1, $2, 'published') RETURNING id", gym.id, name
    )
    return id


async def write_override(owner: Pool, gym: Organization, id: UUID, name: str) -> None:
    """Another name for an organization."""
    await owner.execute(
        """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides
        """,
        gym.id,
        id,
        json.dumps({"name": name}),
    )
