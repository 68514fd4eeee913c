"""Rows of patients and enrollments for tests of all operations: what the ids of each operation may name."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from tests.conftest import Api, Organization, Person
from tests.enrollment.documents import ENROLL, PAUSE, written
from tests.patient.documents import consent_to_conditions
from tests.plan.documents import PUBLISH, create, exercise, session
from tests.response.targets import add_responses
from tests.telemetry.targets import add_telemetry

UPDATE_PLAN = """mutation ($input: UpdateTreatmentPlanInput!) {
  updateTreatmentPlan(input: $input) { plan { id } userErrors { code message field } }
}"""


async def add_enrollments(
    api: Api, organization: Organization, by_operation: Mapping[str, dict[str, str]], exercise_id: str
) -> None:
    """Add the ids that fields and mutations of patients, enrollments and telemetry take.

    Both patients have a sore knee, of which an exercise of the plan warns. The enrollment runs since a week in the
    first of two versions; that of resumeEnrollment is paused. The patient is not enrolled in the plan of enrollPatient.
    """
    patient = organization.member
    await consent_to_conditions(api, organization, patient, "knee_pain")
    sessions = [session(week, 1, exercise(exercise_id)) for week in (1, 4)]
    plan = await create(api, organization, *sessions)
    await api.run(PUBLISH, organization.coach, input={"id": plan["id"]})
    id = await _enrolled(api, organization, plan["id"], patient)
    await api.run(UPDATE_PLAN, organization.coach, input={"id": plan["id"], "title": "Changed"})
    await api.run(PUBLISH, organization.coach, input={"id": plan["id"]})
    free = await create(api, organization, *sessions)
    await api.run(PUBLISH, organization.coach, input={"id": free["id"]})
    document = "query ($id: ID!) { treatmentPlan(id: $id) { currentVersion { id } } }"
    version = (await api.run(document, organization.coach, id=plan["id"]))["treatmentPlan"]["currentVersion"]["id"]
    rows = {"patientId": str(patient.id), "userId": str(patient.id), "versionId": version}
    for name, ids in by_operation.items():
        ids |= rows
        if "Enrollment" in name or name == "Query.enrollment":
            ids |= {"id": id, "planId": plan["id"]}
    by_operation["Organization.enrollments"]["planId"] = plan["id"]
    by_operation["Mutation.enrollPatient"]["planId"] = free["id"]
    await consent_to_conditions(api, organization, organization.owner, "knee_pain")
    paused = await _enrolled(api, organization, free["id"], organization.owner)
    await add_responses(api, organization, by_operation, (id, paused), str(_start()))
    await written(api, PAUSE, organization.coach, id=paused)
    by_operation["Mutation.resumeEnrollment"]["id"] = paused
    await add_telemetry(api, organization, by_operation)


def _start() -> date:
    """The first day of the enrollments."""
    return datetime.now(UTC).date() - timedelta(days=7)


async def _enrolled(api: Api, organization: Organization, plan_id: str, person: Person) -> str:
    """The id of a person's enrollment in a plan, which runs since a week."""
    made = await written(api, ENROLL, organization.coach, planId=plan_id, patientId=person.id, startsOn=_start())
    id: str = made["id"]
    return id
