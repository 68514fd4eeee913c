"""The cost of an execution is linear in the rows: in the product's schema, by both executors, with and without cache.

The cost of PostgreSQL and its driver is not counted.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any  # data of answers, and values of variables

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.api.documents import CREATE_WORKOUT
from tests.breadth.cost import SIZES, require_linear
from tests.cached import TIMES, serving
from tests.conftest import Api, Organization, World

EXECUTORS = ("breadth-first", "graphql-core")
WRITTEN = SIZES[-1] + 1
"""The size of the organization that mutations write to."""
FILL = """
WITH exercise AS (INSERT INTO exercises (organization_id, name)
                  SELECT $1, 'Exercise ' || n FROM generate_series(1, $2) AS n RETURNING id, name),
     first AS (SELECT id FROM exercise WHERE name = 'Exercise 1'),
     instruction AS (INSERT INTO exercise_instructions (exercise_id, organization_id, type, body, sort_order)
                     SELECT id, $1, 'step', 'Lift.', n FROM first, generate_series(1, $2) AS n),
     top AS (INSERT INTO exercise_categories (organization_id, name, identity, slug)
             VALUES ($1, 'Top', 'top', 'top') RETURNING id),
     below AS (INSERT INTO exercise_categories
                   (organization_id, name, identity, slug, parent_id, parent_organization_id)
               SELECT $1, 'C' || n, 'c' || n, 'c' || n, id, $1 FROM top, generate_series(1, $2) AS n),
     workout AS (INSERT INTO workouts (organization_id, author_id, title) VALUES ($1, $3, 'Day') RETURNING id),
     assigned AS (INSERT INTO workout_assignments
                      (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for)
                  SELECT $1, id, $4, $3, current_date FROM workout),
     section AS (INSERT INTO workout_sections (organization_id, workout_id, title, sort_order)
                 SELECT $1, id, 'Section', n FROM workout, generate_series(1, $2) AS n RETURNING id, sort_order),
     movement AS (INSERT INTO workout_movements (organization_id, section_id, exercise_id, prescription)
                  SELECT $1, section.id, exercise.id, '{"sets": 3}' FROM section
                  JOIN exercise ON exercise.name = 'Exercise ' || section.sort_order RETURNING id),
     one AS (SELECT id FROM movement LIMIT 1),
     comment AS (INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body)
                 SELECT $1, id, $3, 'Well done.' FROM one, generate_series(1, $2) RETURNING id, workout_movement_id)
INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, parent_comment_id)
SELECT $1, workout_movement_id, $3, 'Indeed.', id FROM comment
"""
WORKOUT = "query ($id: ID!) { organization(id: $id) { workouts { nodes { %s } } } }"
DOCUMENTS = {
    "comments": WORKOUT % "sections { movements { comments { id author { email } replies { author { email } } } } }",
    "comments with their movement": WORKOUT
    % "sections { movements { comments { movement { id } replies { parent { body } attachments { id } } } } }",
    "trees": WORKOUT
    % """sections { id title config { rounds } movements { id prescription { sets }
         exercise { id name customizedFields isDiscontinued exercise { id createdAt organization { name } } } } }""",
    "trees with gaps for comments": WORKOUT
    % "sections { id title movements { id exercise { name } comments { body author { name } replies { body } } } }",
    "taxonomy": """query ($id: ID!) { organization(id: $id) { taxonomy {
        categories { name children { id name organization { name } parent { name } children { id } } } } } }""",
    "instructions": """query ($id: ID!) { organization(id: $id) {
        exerciseLibrary(first: 1, source: ORG) { nodes { instructions { body imageUrl } } } } }""",
    "library": """query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 100, source: ORG) {
        totalCount nodes { id name overrides { field } exercise { id video { url } categories { name } } }
        edges { cursor node { instructions { body } } } } } }""",
}  # fmt: skip


@dataclass
class Gyms:
    """Organizations by size: each has this number of rows of everything."""

    by_size: dict[int, Organization]

    async def query(self, api: Api, size: int, text: str, executor: str, *, member: bool = False, **given: Any) -> Any:
        """The data of the answer to the coach or a member of the organization. Asserts that there are no errors."""
        gym = self.by_size[size]
        person = gym.member if member else gym.coach
        headers = {"Authorization": f"Bearer {person.token}", "X-Kinegraph-Executor": executor}
        body = {"query": text, "variables": {"id": str(gym.id), **given}}
        answer = (await api.client.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture(scope="module")
async def gyms(world: World, owner: "asyncpg.Pool[Row]") -> Gyms:
    made = {size: await world.organization() for size in (*SIZES, WRITTEN)}
    for size, gym in made.items():
        await owner.execute(FILL, gym.id, size, gym.coach.id, gym.member.id)
    return Gyms(made)


@pytest.fixture(scope="module", params=[0, 64], ids=["without a cache", "with a cache"])
async def api(services: Services, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    async with serving(services, request.param) as api:
        yield api


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_cost_is_linear_in_the_rows(api: Api, gyms: Gyms, name: str, executor: str) -> None:
    is_member = name.startswith("comments")  # members do not see the addresses of others
    for size in SIZES * TIMES:
        await gyms.query(api, size, DOCUMENTS[name], executor, member=is_member)
    await require_linear(lambda size: gyms.query(api, size, DOCUMENTS[name], executor, member=is_member))


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_cost_of_a_mutation_is_linear_in_the_rows_written(api: Api, gyms: Gyms, executor: str) -> None:
    exercises = await gyms.query(api, WRITTEN, DOCUMENTS["library"], executor)
    ids = [node["exercise"]["id"] for node in exercises["organization"]["exerciseLibrary"]["nodes"]]

    async def write(number: int) -> None:
        movements = [{"exerciseId": id, "prescription": {"sets": 3}} for id in ids[:number]]
        sections = [{"title": f"Section {n}", "movements": movements[n::4]} for n in range(4)]
        input = {"organizationId": str(gyms.by_size[WRITTEN].id), "title": "Day", "sections": sections}
        data = await gyms.query(api, WRITTEN, CREATE_WORKOUT, executor, input=input)
        assert data["createWorkout"]["userErrors"] == []

    for size in SIZES:
        await write(size)
    await require_linear(write)
