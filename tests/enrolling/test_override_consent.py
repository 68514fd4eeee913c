"""Of an override, condition and note are read only while the patient consents to the storage of conditions."""

from datetime import timedelta
from typing import Any  # answers are JSON

from tests.conftest import Api, Organization, World
from tests.enrolling.test_safety import JUMP, enrolling, override, today
from tests.enrollment.documents import ENROLL, enrollment, knee_plan
from tests.patient.documents import CONSENT, consent_to_conditions
from tests.patient.documents import written as written_patient
from tests.workout.documents import Pool

NODE = """query ($id: ID!) { node(id: $id) {
  ... on EnrollmentOverride { condition note reason expiresOn createdBy { id } }
} }"""


async def test_condition_and_note_of_an_override_go_with_the_consent(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """The row stays as it is, with who recorded it and until when; consent that is given again shows them again."""
    person = await world.join(gym.id, "member")
    await consent_to_conditions(api, gym, person, "achilles_rupture")
    plan, day = await knee_plan(owner, world, gym, ((1, 1),), JUMP), await today(owner) + timedelta(days=7)
    sent = override(await world.exercise_id(JUMP), "achilles_rupture", day, note="Seen by Dr. Levi")
    given = await enrolling(owner, plan, person, overrides=[sent])
    payload = await api.payload(ENROLL, gym.coach, input=given)
    assert payload["userErrors"] == []
    found: Any = await enrollment(api, gym.coach, payload["enrollment"]["id"])
    id = found["safetyFindings"][0]["override"]["id"]

    async def read() -> tuple[str, str | None, str]:
        shown = (await api.run(NODE, gym.coach, id=id))["node"]
        assert (shown["createdBy"], shown["expiresOn"]) == ({"id": str(gym.coach.id)}, str(day))
        return shown["condition"], shown["note"], shown["reason"]

    before = ("achilles_rupture", "Seen by Dr. Levi", "CLINICIAN_CLEARED")
    assert await read() == before
    stored = await owner.fetchrow("SELECT * FROM enrollment_overrides WHERE enrollment_id = $1::uuid", found["id"])
    await written_patient(api, CONSENT, person, gym, person, kind="CONDITIONS", level=0)
    assert await read() == ("", None, "CLINICIAN_CLEARED")
    withdrawn: Any = await enrollment(api, gym.coach, found["id"])
    assert [each["override"] for each in withdrawn["safetyFindings"]] == []
    now = await owner.fetchrow("SELECT * FROM enrollment_overrides WHERE enrollment_id = $1::uuid", found["id"])
    assert now == stored
    await written_patient(api, CONSENT, person, gym, person, kind="CONDITIONS", level=1)
    assert await read() == before
