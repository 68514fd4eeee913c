"""Reads that are recorded: refusals that show findings, single objects by `node`, overrides of warnings, worklists."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage_folder import FolderStorage
from tests.checking.documents import OVERRIDE as OVERRIDE_WARNING
from tests.checking.documents import check, override
from tests.conftest import Api, Organization, Person, World
from tests.enrollment.documents import ENROLL, knee_plan, sent
from tests.identity.rows import Pool
from tests.patient.documents import consent_to_conditions
from tests.treatment import StoredVersion, store_enrollment, store_log
from tests.workout.documents import create

NODE = "query ($id: ID!) { node(id: $id) { id } }"
WORKLIST = "query ($id: ID!) { organization(id: $id) { worklist { nodes { reasons } } } }"
ENROLL_AND_UPLOAD = """mutation ($patient: EnrollPatientInput!, $file: RequestUploadInput!) {
  enrollPatient(input: $patient) { safetyFindings { condition } userErrors { code } }
  requestUpload(input: $file) { userErrors { code } }
}"""


@pytest.fixture
async def plan(owner: Pool, world: World, gym: Organization) -> StoredVersion:
    """A plan with an exercise that a ruptured Achilles tendon rules out."""
    return await knee_plan(owner, world, gym, [(1, 1)], "depth-jump")


@pytest.fixture
async def patient(api: Api, world: World, gym: Organization) -> Person:
    """A member with a ruptured Achilles tendon."""
    person = await world.join(gym.id, "member")
    await consent_to_conditions(api, gym, person, "achilles_rupture")
    return person


@pytest.fixture
async def today(owner: Pool) -> date:
    """Today in UTC."""
    day: date = await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    return day


async def reads(owner: Pool, coach: Person, patient: Person) -> list[list[str]]:
    """The types of data of each read of a patient by a coach, the earliest first."""
    rows = await owner.fetch(
        """
        SELECT e.types
        FROM audit_entries e
        JOIN audit_pseudonyms actor ON actor.pseudonym = e.actor
        JOIN audit_pseudonyms subject ON subject.pseudonym = e.subject
        WHERE e.action = 'read' AND actor.user_id = $1 AND subject.user_id = $2
        ORDER BY e.position
        """,
        coach.id,
        patient.id,
    )
    return [row.types for row in rows]


async def test_a_refusal_that_shows_findings_is_a_read(
    api: Api, owner: Pool, gym: Organization, plan: StoredVersion, patient: Person, today: date
) -> None:
    """SAFETY_BLOCK shows the conditions of a patient: an entry says who saw them."""
    values = sent(planId=plan.plan_id, patientId=patient.id, startsOn=today)
    assert await api.refusals(ENROLL, gym.coach, input=values) == [("SAFETY_BLOCK", ["input", "overrides"])]
    assert await reads(owner, gym.coach, patient) == [["SafetyFinding"]]


async def test_a_refusal_whose_transaction_is_rolled_back_is_a_read(
    api: Api,
    owner: Pool,
    gym: Organization,
    plan: StoredVersion,
    patient: Person,
    today: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the transaction is rolled back so that the key of the request is free again, the entry is written too."""

    async def away(*_: object) -> None:
        raise ServiceError("away")

    monkeypatch.setattr(FolderStorage, "upload_target", away)
    file = {"organizationId": str(gym.id), "purpose": "COMMENT_ATTACHMENT", "filename": "a.png", "mime": "image/png"}
    variables = {
        "patient": sent(planId=plan.plan_id, patientId=patient.id, startsOn=today),
        "file": {**file, "sizeBytes": 1},
    }
    headers = {"authorization": f"Bearer {gym.coach.token}", "idempotency-key": str(uuid4())}
    response = await api.client.post(
        "/graphql", json={"query": ENROLL_AND_UPLOAD, "variables": variables}, headers=headers
    )
    data = response.json()["data"]
    codes = [data[name]["userErrors"] for name in ("enrollPatient", "requestUpload")]
    assert codes == [[{"code": "SAFETY_BLOCK"}], [{"code": "SERVICE_UNAVAILABLE"}]]
    assert {"condition": "achilles_rupture"} in data["enrollPatient"]["safetyFindings"]
    assert await owner.fetchval("SELECT count(*) FROM idempotency_keys WHERE user_id = $1", gym.coach.id) == 0
    assert await reads(owner, gym.coach, patient) == [["SafetyFinding"]]


async def test_a_refusal_because_of_a_running_enrollment_is_a_read(
    api: Api, owner: Pool, gym: Organization, plan: StoredVersion, world: World, today: date
) -> None:
    """CONFLICT tells that a patient is enrolled already."""
    patient = await world.join(gym.id, "member")
    await store_enrollment(owner, gym, plan, patient, today)
    values = sent(planId=plan.plan_id, patientId=patient.id, startsOn=today)
    assert await api.refusals(ENROLL, gym.coach, input=values) == [("CONFLICT", ["input", "patientId"])]
    assert await reads(owner, gym.coach, patient) == [["Enrollment"]]


async def test_an_override_of_a_finding_by_its_id_is_a_read(
    api: Api, owner: Pool, world: World, gym: Organization, plan: StoredVersion, patient: Person, today: date
) -> None:
    """`node` of an EnrollmentOverride shows condition and reason: an entry names its type."""
    of = {"exerciseId": await world.exercise_id("depth-jump"), "condition": "achilles_rupture"}
    overrides = [{**of, "reason": "SUPERVISED", "expiresOn": str(today + timedelta(days=9))}]
    values = sent(planId=plan.plan_id, patientId=patient.id, startsOn=today, overrides=overrides)
    made = (await api.payload(ENROLL, gym.coach, input=values))["enrollment"]
    (id,) = [each["override"]["id"] for each in made["safetyFindings"] if each["override"]]
    before = await reads(owner, gym.coach, patient)
    assert (await api.run(NODE, gym.coach, id=id))["node"] == {"id": id}
    assert (await reads(owner, gym.coach, patient))[len(before) :] == [["EnrollmentOverride"]]


async def test_an_override_of_a_warning_for_an_athlete_is_a_read(
    api: Api, owner: Pool, world: World, gym: Organization
) -> None:
    """An override for one athlete shows a condition of theirs, in a check and by its id; one for everybody does not."""
    athlete = await world.join(gym.id, "member")
    press = await world.exercise_id("bench-press")
    workout = await create(api, gym, sections=[{"movements": [{"exerciseId": press}]}])
    exercise = workout["sections"][0]["movements"][0]["exercise"]["exercise"]["id"]
    for_all = override(workout["id"], "wrist_pain", exerciseId=exercise)
    await api.run(OVERRIDE_WARNING, gym.coach, input=for_all)
    made = await api.run(OVERRIDE_WARNING, gym.coach, input={**for_all, "athleteId": str(athlete.id)})
    id = made["overrideSafetyWarning"]["override"]["id"]
    before = await reads(owner, gym.owner, athlete)
    await check(api, gym.owner, gym.id, "wrist_pain", workout=workout["id"])
    await check(api, gym.owner, gym.id, "wrist_pain", workout=workout["id"], athlete=str(athlete.id))
    assert (await api.run(NODE, gym.owner, id=id))["node"] == {"id": id}
    assert (before, await reads(owner, gym.owner, athlete)) == ([], [["SafetyOverride"]] * 2)


async def test_an_entry_of_the_worklist_is_a_read(
    api: Api, owner: Pool, gym: Organization, plan: StoredVersion, world: World, today: date
) -> None:
    """The reasons of a worklist are read of each patient on it, also where the enrollment is not selected."""
    patient, exercise = await world.join(gym.id, "member"), plan.exercises[1, 1][0]
    id = await store_enrollment(owner, gym, plan, patient, today)
    await store_log(owner, gym, id, patient, exercise, today, pain_score=9)
    found = await api.run(WORKLIST, gym.coach, id=str(gym.id))
    assert {"reasons": ["PAIN", "STRUGGLING"]} in found["organization"]["worklist"]["nodes"]
    assert await reads(owner, gym.coach, patient) == [["WorklistEntry"]]
