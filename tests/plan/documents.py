"""GraphQL documents about treatment plans, and functions that send them."""

from collections.abc import Mapping
from typing import Any, TypeAlias  # inputs and answers are JSON

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Api, Organization, Person

Json: TypeAlias = dict[str, Any]
Pool: TypeAlias = "asyncpg.Pool[Row]"
"""The module's database past row-level security: the fixture `owner`."""

ERRORS = "conflict { updatedAt updatedBy { id } } userErrors { code message field }"
PLAN = """
fragment Plan on TreatmentPlan {
  id title description status weeks updatedAt hasUnpublishedChanges
  sessions {
    id sourceId week day title sortOrder
    exercises {
      id sourceId sortOrder sets reps durationSeconds holdSeconds restSeconds perSide notes exercise { exerciseId }
    }
  }
  currentVersion { number }
  versions { number title reason }
}
"""
NO_ID = "00000000-0000-7000-8000-000000000000"


def mutation(name: str, fields: str = "plan { ...Plan }") -> str:
    """The document of a mutation that takes one input."""
    type = f"{name[0].upper()}{name[1:]}Input"
    fragment = PLAN if "...Plan" in fields else ""
    return f"{fragment} mutation ($input: {type}!) {{ {name}(input: $input) {{ {fields} {ERRORS} }} }}"


CREATE, UPDATE = mutation("createTreatmentPlan"), mutation("updateTreatmentPlan")
DUPLICATE = mutation("duplicateTreatmentPlan")
PUBLISH = mutation("publishTreatmentPlan", "plan { ...Plan } version { id number reason publishedBy { id } }")
ARCHIVE, RESTORE = mutation("archiveTreatmentPlan"), mutation("restoreTreatmentPlan")
DELETE = """mutation ($input: DeleteTreatmentPlanInput!) {
  deleteTreatmentPlan(input: $input) { deletedId userErrors { code message field } }
}"""
READ = f"{PLAN} query ($id: ID!) {{ treatmentPlan(id: $id) {{ ...Plan }} }}"


def exercise(exercise_id: str, **values: Any) -> Json:
    """The input of an exercise, of three sets of ten unless other values are sent."""
    return {"exerciseId": exercise_id, **({"sets": 3, "reps": 10} if not values else {}), **values}


def session(week: int, day: int, *exercises: Json, **values: Any) -> Json:
    """The input of a session."""
    return {"week": week, "day": day, "exercises": [*exercises], **values}


async def create(api: Api, gym: Organization, *sessions: Json, **values: Any) -> Json:
    """A new plan of the organization's coach, of eight weeks unless another number is sent, as it was answered."""
    input = {"organizationId": str(gym.id), "title": "Knee programme", "weeks": 8, "sessions": [*sessions], **values}
    made: Json = (await api.run(CREATE, gym.coach, input=input))["createTreatmentPlan"]["plan"]
    return made


async def edit(api: Api, text: str, person: Person, **input: Any) -> Json:
    """The plan after a mutation."""
    (payload,) = (await api.run(text, person, input=input)).values()
    plan: Json = payload["plan"]
    return plan


async def read(api: Api, person: Person, id: str) -> Json | None:
    """The plan as a person sees it."""
    found: Json | None = (await api.run(READ, person, id=id))["treatmentPlan"]
    return found


VERSIONS = """query ($id: ID!, $week: Int) { treatmentPlan(id: $id) {
  status sessions(week: $week) { week }
  currentVersion { number } hasUnpublishedChanges
  versions { id number title weeks reason sessions(week: $week) { sourceId week day exercises { sourceId sets } } }
} }"""


async def publish(api: Api, gym: Organization, id: str, **input: str) -> Json:
    """The payload of a publication."""
    payload: Json = (await api.run(PUBLISH, gym.coach, input={"id": id, **input}))["publishTreatmentPlan"]
    return payload


EXERCISE_KEYS = ("id", "sets", "reps", "durationSeconds", "holdSeconds", "restSeconds", "perSide", "notes")


def sent_back(plan: Json) -> list[Json]:
    """The sessions that a client would send back for a plan that was answered, nulls and ids included."""
    return [
        {
            **{key: each[key] for key in ("id", "week", "day", "title")},
            "exercises": [
                {"exerciseId": one["exercise"]["exerciseId"], **{key: one[key] for key in EXERCISE_KEYS}}
                for one in each["exercises"]
            ],
        }
        for each in plan["sessions"]
    ]


async def add_plans(
    api: Api, organization: Organization, by_operation: Mapping[str, dict[str, str]], exercise_id: str
) -> None:
    """Add the ids that fields and mutations of plans take: of a draft, of its session and of its exercise.

    A second plan is published, so that the organization's newest one has a version.
    """
    draft = await create(api, organization, session(1, 1, exercise(exercise_id)))
    first = draft["sessions"][0]
    rows = {
        "planId": draft["id"],
        "sessionId": first["id"],
        "planExerciseId": first["exercises"][0]["id"],
    }
    existing = {"PlanSessionInput.id": first["id"], "PlanExerciseInput.id": rows["planExerciseId"]}
    for name, ids in by_operation.items():
        if "Plan" in name:
            ids |= {**rows, "id": draft["id"]}
    by_operation["Mutation.updateTreatmentPlan"].update(existing)
    by_operation["Mutation.updatePlanSession"]["id"] = rows["sessionId"]
    by_operation["Mutation.updatePlanExercise"]["id"] = rows["planExerciseId"]
    published = await create(api, organization, session(1, 1, exercise(exercise_id)))
    await api.run(PUBLISH, organization.coach, input={"id": published["id"]})
