"""No answer with data of a patient outlives a right, a consent or the patient, stored under somebody's key."""

from typing import Any  # requests are JSON
from uuid import UUID

import httpx

from kinegraph.kit.database import Database
from kinegraph.privacy.store import act_for_privacy
from kinegraph.privacy.store_erasing import erase
from tests.conftest import Api, Organization, Person, World
from tests.idempotency.requests import body, keyed
from tests.identity.rows import Pool
from tests.patient.documents import CONDITIONS, CONSENT
from tests.response.clinic import ACCEPT, treated

STORED = "SELECT answer IS NOT NULL FROM idempotency_keys WHERE user_id = $1"


def of_patient(gym: Organization, patient: Person, document: str, **values: Any) -> dict[str, Any]:
    """A request about a patient."""
    given = {"organizationId": str(gym.id), "patientId": str(patient.id), **values}
    return {"query": document, "variables": {"input": given}}


def code(response: httpx.Response) -> str:
    """The code of the only error of a response."""
    (error,) = response.json()["errors"]
    found: str = error["extensions"]["code"]
    return found


async def test_an_answer_that_shows_a_patient_to_somebody_else_is_not_stored(
    api: Api, world: World, owner: Pool, key: str
) -> None:
    """The mutation is executed once, and sending it again says so, also to a coach who has no right any more."""
    clinic = await treated(api, world, owner)
    proposal, box = await clinic.hurt(), await world.exercise_id("box-squat")
    request = {"query": ACCEPT, "variables": {"input": {"id": proposal["id"], "exerciseId": box, "reason": "Sore"}}}
    first = await keyed(api, clinic.coach, request, key)
    assert first.json()["data"]["acceptRegression"]["proposal"]["status"] == "ACCEPTED"
    again = await keyed(api, clinic.coach, request, key)
    assert (again.status_code, code(again)) == (409, "IDEMPOTENT_ANSWER_NOT_STORED")
    assert [row["status"] for row in await clinic.proposals()] == ["ACCEPTED"]
    assert await owner.fetchval(STORED, clinic.coach.id) is False


async def test_an_answer_that_shows_conditions_is_not_stored_for_the_patient_either(
    api: Api, organization: Organization, owner: Pool, key: str
) -> None:
    """The consent may be withdrawn, by a coach or in the same document, and the answer would still show them."""
    patient = organization.member
    await keyed(api, patient, of_patient(organization, patient, CONSENT, kind="CONDITIONS", level=1), None)
    request = of_patient(organization, patient, CONDITIONS, conditions=["pregnancy"])
    assert "pregnancy" in (await keyed(api, patient, request, key)).text
    assert code(await keyed(api, patient, request, key)) == "IDEMPOTENT_ANSWER_NOT_STORED"
    assert await owner.fetchval(STORED, patient.id) is False


async def test_an_answer_is_sent_again_only_while_the_memberships_are_as_they_were(
    api: Api, organization: Organization, owner: Pool, key: str
) -> None:
    """Not to a coach who has become a member, and not to one who has left; the mutation is not repeated."""
    coach, change = organization.coach, "UPDATE memberships SET {} WHERE user_id = $1"
    first = await keyed(api, coach, body(organization), key)
    assert (await keyed(api, coach, body(organization), key)).json() == first.json()
    await owner.execute(change.format("role = 'member'"), coach.id)
    assert code(await keyed(api, coach, body(organization), key)) == "IDEMPOTENT_ANSWER_NOT_STORED"
    await owner.execute(change.format("role = 'coach'"), coach.id)
    assert (await keyed(api, coach, body(organization), key)).json() == first.json()
    await owner.execute(change.format("deleted_at = now()"), coach.id)
    assert code(await keyed(api, coach, body(organization), key)) == "IDEMPOTENT_ANSWER_NOT_STORED"


async def test_erasing_a_person_deletes_stored_answers_and_no_key_of_others(
    api: Api, organization: Organization, database_url: str, owner: Pool, key: str
) -> None:
    """What somebody else sends again is not executed again."""
    first = await keyed(api, organization.coach, body(organization), key)
    assert first.json()["data"]["createWorkout"]["userErrors"] == []
    database = await Database.open(database_url, 1)
    async with database.write(act_for_privacy) as session:
        await erase(session, organization.member.id)
    await database.close()
    again = await keyed(api, organization.coach, body(organization), key)
    assert code(again) == "IDEMPOTENT_ANSWER_NOT_STORED"
    count = "SELECT count(*) FROM workouts WHERE organization_id = $1"
    assert await owner.fetchval(count, UUID(str(organization.id))) == 1
