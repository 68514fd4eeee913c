"""GraphQL documents about workouts and comments, and functions that send them and read what is stored."""

from typing import Any, TypeAlias  # inputs and answers are JSON
from uuid import UUID

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Api, Organization, Person, World

Json: TypeAlias = dict[str, Any]
Pool: TypeAlias = "asyncpg.Pool[Row]"
"""The module's database past row-level security: the fixture `owner`."""

WORKOUT = """
fragment Whole on Workout {
  id title description scoring mode timeCap isSnapshot createdAt updatedAt
  organization { id } program { id name } author { id name } forkedFrom { id }
  sections {
    id type title description sortOrder shape
    config { capSeconds rounds intervalSeconds workSeconds restSeconds repScheme }
    movements {
      id sortOrder notes label supersetGroup
      prescription {
        sets repsMin repsMax amrap durationSeconds distanceMeters calories
        load { value unit } restSeconds tempo perSide notes
      }
      exercise { name isCustomizedByOrg customizedFields isDiscontinued exercise { id } }
      comments { id body author { id name } replies { id body author { id name } } }
    }
  }
}
"""
CREATE = (
    WORKOUT
    + """mutation ($input: CreateWorkoutInput!) {
      createWorkout(input: $input) { workout { ...Whole } userErrors { code message field } }
    }"""
)
UPDATE = (
    WORKOUT
    + """mutation ($id: ID!, $input: UpdateWorkoutInput!) {
      updateWorkout(id: $id, input: $input) { workout { ...Whole } userErrors { code message field } }
    }"""
)
SET = (
    WORKOUT
    + """mutation ($id: ID!, $sections: [SectionInput!]!) {
      setWorkoutSections(workoutId: $id, sections: $sections) {
        workout { ...Whole } userErrors { code message field }
      }
    }"""
)
MOVE = (
    WORKOUT
    + """mutation ($id: ID!, $input: UpdateMovementInput!) {
      updateMovement(id: $id, input: $input) {
        movement { id notes label supersetGroup prescription { sets repsMin load { value unit } tempo perSide } }
        workout { ...Whole } userErrors { code message field }
      }
    }"""
)
DELETE = "mutation ($id: ID!) { deleteWorkout(id: $id) { deletedId userErrors { code message field } } }"
READ = WORKOUT + "query ($id: ID!) { workout(id: $id) { ...Whole } }"
ADD_COMMENT = """mutation ($input: AddCommentInput!) {
  addComment(input: $input) {
    comment { id body createdAt updatedAt author { id } parent { id } movement { id } replies { id } }
    userErrors { code message field }
  }
}"""
EDIT_COMMENT = """mutation ($id: ID!, $body: String!) {
  updateComment(id: $id, body: $body) {
    comment { id body createdAt updatedAt replies { body } } userErrors { code message field }
  }
}"""
DELETE_COMMENT = "mutation ($id: ID!) { deleteComment(id: $id) { deletedId userErrors { code message field } } }"

NO_ID = "00000000-0000-7000-8000-000000000000"


def movement(exercise_id: str, **values: Any) -> Json:
    """The input of a movement."""
    return {"exerciseId": exercise_id, **values}


def section(*movements: Json, **values: Any) -> Json:
    """The input of a section."""
    return {"movements": list(movements), **values}


async def create(api: Api, organization: Organization, *sections: Json, **values: Any) -> Json:
    """A new workout of the organization's coach, as it was answered."""
    input = {"organizationId": str(organization.id), "sections": list(sections), **values}
    data = await api.run(CREATE, organization.coach, input=input)
    made: Json = data["createWorkout"]["workout"]
    return made


async def created_tree(api: Api, world: World, *sizes: int) -> tuple[Organization, str, list[Json]]:
    """An organization, the id of a workout with sections of these sizes, and its tree as an input."""
    organization = await world.organization()
    squat, press = await world.exercise_id("back-squat"), await world.exercise_id("bench-press")
    tree = [
        section(*[movement((squat, press)[i % 2], label=str(i)) for i in range(size)], title=f"Section {number}")
        for number, size in enumerate(sizes)
    ]
    made = await create(api, organization, *tree)
    return organization, made["id"], sent_back(made["sections"])


async def replace(api: Api, person: Person, id: str, sections: list[Json]) -> Json:
    """The workout after its tree was replaced."""
    data = await api.run(SET, person, id=id, sections=sections)
    changed: Json = data["setWorkoutSections"]["workout"]
    return changed


async def read(api: Api, person: Person, id: str) -> Json | None:
    """The workout as the person sees it."""
    found: Json | None = (await api.run(READ, person, id=id))["workout"]
    return found


async def read_tree(api: Api, person: Person, id: str) -> list[Json]:
    """The sections of a workout that the person sees."""
    found = await read(api, person, id)
    assert found is not None
    sections: list[Json] = found["sections"]
    return sections


async def comment(api: Api, person: Person, movement_id: str, body: str, parent: str | None = None) -> str:
    """The id of a new comment."""
    input = {"movementId": movement_id, "body": body, "parentCommentId": parent}
    return str((await api.run(ADD_COMMENT, person, input=input))["addComment"]["comment"]["id"])


def sent_back(sections: list[Json]) -> list[Json]:
    """The input that a client would send back for sections that were answered, nulls and ids included."""
    keys = ("id", "type", "title", "description", "shape", "config")
    return [
        {
            **{key: node[key] for key in keys},
            "movements": [_movement_sent_back(m) for m in node["movements"]],
        }
        for node in sections
    ]


def _movement_sent_back(answered: Json) -> Json:
    keys = ("id", "prescription", "notes", "label", "supersetGroup")
    return {**{key: answered[key] for key in keys}, "exerciseId": answered["exercise"]["exercise"]["id"]}


def movement_ids(sections: list[Json]) -> list[list[str]]:
    """The ids of each section's movements."""
    return [[row["id"] for row in node["movements"]] for node in sections]


async def assign(
    owner: Pool, organization: Organization, workout: str, athlete: Person, snapshot: str | None = None
) -> UUID:
    """Assign a workout to an athlete, past the API. Returns the assignment's id."""
    id: UUID = await owner.fetchval(
        """
        INSERT INTO workout_assignments
            (organization_id, workout_id, snapshot_workout_id, athlete_id, assigned_by_id, scheduled_for)
        VALUES ($1, $2, $3, $4, $5, '2026-03-01')
        RETURNING id
        """,
        organization.id,
        UUID(workout),
        snapshot and UUID(snapshot),
        athlete.id,
        organization.coach.id,
    )
    return id


async def snapshot(owner: Pool, workout: str) -> str:
    """The id of a snapshot of a workout, with one section and one movement, made past the API."""
    id = await owner.fetchval(
        """
        INSERT INTO workouts (organization_id, author_id, title, is_snapshot, forked_from_id)
        SELECT organization_id, author_id, 'Snapshot', true, id FROM workouts WHERE id = $1
        RETURNING id
        """,
        UUID(workout),
    )
    return str(id)


async def row_state(owner: Pool, table: str, id: str) -> str:
    """Return whether a row of a table is `live`, `hidden` (softly deleted) or `gone`."""
    row = await owner.fetchrow(f"SELECT deleted_at FROM {table} WHERE id = $1", UUID(id))
    if row is None:
        return "gone"
    return "live" if row["deleted_at"] is None else "hidden"


async def versions(owner: Pool, workout: str) -> list[tuple[str, ...]]:
    """Every row of a workout with the transaction that wrote it last; equal results mean that nothing was written."""
    rows = await owner.fetch(
        """
        SELECT id::text, xmin::text, updated_at::text FROM workouts WHERE id = $1
        UNION ALL
        SELECT id::text, xmin::text, updated_at::text FROM workout_sections WHERE workout_id = $1
        UNION ALL
        SELECT m.id::text, m.xmin::text, m.updated_at::text
        FROM workout_movements m JOIN workout_sections s ON s.id = m.section_id WHERE s.workout_id = $1
        ORDER BY 1
        """,
        UUID(workout),
    )
    return [tuple(row) for row in rows]


async def counts(owner: Pool, organization: Organization) -> tuple[int, int, int]:
    """The numbers of workouts, sections and movements of an organization, deleted ones included."""
    row = await owner.fetchrow(
        """
        SELECT (SELECT count(*) FROM workouts WHERE organization_id = $1),
               (SELECT count(*) FROM workout_sections WHERE organization_id = $1),
               (SELECT count(*) FROM workout_movements WHERE organization_id = $1)
        """,
        organization.id,
    )
    assert row is not None
    return (row[0], row[1], row[2])
