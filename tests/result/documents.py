"""GraphQL documents about results, and functions that plan workouts and record what was done."""

import itertools
from typing import Any  # inputs and answers are JSON

from tests.assignment.snapshots import assigned
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import Json, create, movement, section

RESULT = """
fragment Done on AssignmentResult {
  id performedOn scoring timeSeconds reps rounds distanceMeters calories points isScaled exertion notes updatedAt
  weight { value unit kilograms } athlete { id } recordedBy { id } assignment { id status isForked }
  sets {
    id number reps rpe rir seconds distanceMeters calories notes load { value unit kilograms }
    target { repsMin repsMax load { value unit } durationSeconds distanceMeters calories }
    movement { id } exercise { exercise { id } } result { id }
  }
  submissions { clientId recordedBy { id } }
}
"""
ANSWER = """result { ...Done } assignment { id status isForked }
        conflict { updatedBy { id } updatedAt } userErrors { code message field }"""
RECORD = (
    RESULT
    + f"""mutation ($input: RecordAssignmentResultInput!) {{
      recordAssignmentResult(input: $input) {{ {ANSWER} }}
    }}"""
)
SETS = RESULT + f"mutation ($input: RecordSetsInput!) {{ recordSets(input: $input) {{ {ANSWER} }} }}"
DELETE = (
    RESULT
    + f"""mutation ($input: DeleteAssignmentResultInput!) {{
      deleteAssignmentResult(input: $input) {{ deletedId {ANSWER} }}
    }}"""
)
READ = RESULT + "query ($id: ID!) { assignment(id: $id) { id status isForked result { ...Done } } }"

_serials = itertools.count(1)


def client_id() -> str:
    """A new id of a client's."""
    return f"submission {next(_serials)}"


def result(assignment_id: str, **values: Any) -> Json:
    """The input of a result, with a client's id of its own unless one is given."""
    return {"assignmentId": assignment_id, "clientId": client_id(), **values}


def kg(value: float) -> Json:
    """A mass in kilograms."""
    return {"value": value, "unit": "KG"}


def lb(value: float) -> Json:
    """A mass in pounds."""
    return {"value": value, "unit": "LB"}


async def planned(
    api: Api, world: World, scoring: str = "NONE", *movements: Json, day: str = "2026-03-01", **values: Any
) -> tuple[Organization, Json, str]:
    """An organization, a workout of this scoring with these movements (or a squat), and its member's assignment."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    tree = section(*(movements or (movement(squat),)))
    made = await create(api, organization, tree, scoring=scoring, **values)
    (id,) = await assigned(api, organization.coach, made["id"], organization.member, day=day)
    return organization, made, id


async def recorded(api: Api, person: Person, assignment_id: str, **values: Any) -> Json:
    """The result after it was recorded."""
    data = await api.run(RECORD, person, input=result(assignment_id, **values))
    found: Json = data["recordAssignmentResult"]["result"]
    return found


async def sets_recorded(api: Api, person: Person, assignment_id: str, *sets: Json, **values: Any) -> Json:
    """The result after sets were recorded."""
    data = await api.run(SETS, person, input=result(assignment_id, sets=list(sets), **values))
    found: Json = data["recordSets"]["result"]
    return found


async def read(api: Api, person: Person, assignment_id: str) -> Json | None:
    """The assignment with its result, as the person sees it."""
    found: Json | None = (await api.run(READ, person, id=assignment_id))["assignment"]
    return found


def movement_of(made: Json, index: int = 0) -> str:
    """The id of a movement of a workout's first section."""
    id: str = made["sections"][0]["movements"][index]["id"]
    return id
