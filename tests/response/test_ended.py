"""Pain about which nobody decided before the enrollment ended is a warning where the patient goes on."""

from datetime import timedelta
from typing import Any  # answers are JSON
from uuid import UUID

from tests.conftest import Api, World
from tests.enrollment.documents import ENROLL, STATUS, enrollment
from tests.identity.rows import Pool
from tests.response.clinic import ACCEPT, CORRECT, DECLINE, DELETE, END, Json, Treated, today, treated

HERE = "about which nobody has decided; here it is to be done."


async def ended(clinic: Treated, status: str = "CANCELLED") -> None:
    """End the enrollment today."""
    given = {"id": str(clinic.id), "status": status, "on": str(today())}
    assert (await clinic.api.payload(STATUS, clinic.coach, input=given))["userErrors"] == []


async def anew(clinic: Treated) -> Json:
    """The payload of enrolling the patient in the same plan from today on."""
    sent = {"patientId": str(clinic.patient.id), "planId": str(clinic.version.plan_id), "startsOn": str(today())}
    payload: Json = await clinic.api.payload(ENROLL, clinic.coach, input=sent)
    assert payload["userErrors"] == []
    return payload


def reasons(found: Json) -> list[tuple[str, str]]:
    """The levels and reasons of safety findings."""
    return [(each["level"], each["reason"]) for each in found["safetyFindings"]]


async def test_undecided_pain_of_an_ended_enrollment_is_a_warning_where_the_patient_is_enrolled_anew(
    api: Api, world: World, owner: Pool
) -> None:
    """In the payload and in the findings of the new enrollment, to coaches, whose options leave the exercise out."""
    clinic = await treated(api, world, owner, ("back-squat", "box-squat"))
    (log,) = await clinic.send(clinic.log(10, index=1))
    await ended(clinic)
    assert [each["status"] for each in await clinic.proposals()] == ["WITHDRAWN"]
    payload = await anew(clinic)
    reason = f"In another enrollment it has a pain of 10 on {today()}, {HERE}"
    assert reasons(payload) == [("WARN", reason)]
    id = payload["enrollment"]["id"]
    found: Any = await enrollment(api, clinic.coach, id)
    assert reasons(found) == [("WARN", reason)]
    assert found["safetyFindings"][0]["exercise"]["exerciseId"] == clinic.exercises[1]
    seen: Any = await enrollment(api, clinic.patient, id)
    assert seen["safetyFindings"] == []
    second = Treated(api, owner, clinic.gym, clinic.version, UUID(id), clinic.exercises, clinic.patient)
    await second.send({**clinic.log(7), "planExerciseId": str(clinic.version.exercises[1, 1][0])}, by=clinic.coach)
    options = [each["exercise"]["exerciseId"] for each in (await second.open())["options"]]
    assert clinic.exercises[1] not in options and options
    await api.run(CORRECT, clinic.patient, input={"id": log, "painScore": 1})
    found = await enrollment(api, clinic.coach, id)
    assert reasons(found) == []


async def test_a_late_painful_log_of_an_ended_enrollment_is_a_warning(api: Api, world: World, owner: Pool) -> None:
    """It makes no proposal there; a green, a deleted one, and one of an end of 14 days ago are no warning."""
    clinic = await treated(api, world, owner)
    await ended(clinic, "COMPLETED")
    id = (await anew(clinic))["enrollment"]["id"]
    late = {**clinic.log(9, 1), "enrollmentId": str(clinic.id)}
    green = {**clinic.log(3, 1, index=1), "enrollmentId": str(clinic.id)}
    (log, _) = await clinic.send(late, green)
    assert await clinic.proposals() == []
    found: Any = await enrollment(api, clinic.coach, id)
    day = today() - timedelta(days=1)
    assert reasons(found) == [("WARN", f"In another enrollment it has a pain of 9 on {day}, {HERE}")]
    await owner.execute("UPDATE enrollments SET ended_on = ended_on - 14 WHERE id = $1", clinic.id)
    found = await enrollment(api, clinic.coach, id)
    assert reasons(found) == []
    await owner.execute("UPDATE enrollments SET ended_on = ended_on + 14 WHERE id = $1", clinic.id)
    await api.run(DELETE, clinic.patient, input={"id": log})
    found = await enrollment(api, clinic.coach, id)
    assert reasons(found) == []


async def test_decided_pain_of_an_ended_enrollment_is_not_called_undecided(api: Api, world: World, owner: Pool) -> None:
    """A declined one is no warning; an accepted one says what it was replaced by; an undecided one stands beside."""
    clinic = await treated(api, world, owner)
    declined = await clinic.hurt(8)
    await api.run(DECLINE, clinic.coach, input={"id": declined["id"], "reason": "A bruise"})
    await ended(clinic)
    payload = await anew(clinic)
    assert reasons(payload) == []
    id = UUID(payload["enrollment"]["id"])
    second = Treated(api, owner, clinic.gym, clinic.version, id, clinic.exercises, clinic.patient)
    row = {"planExerciseId": str(clinic.version.exercises[1, 1][0]), "enrollmentId": str(id)}
    await second.send({**clinic.log(9), **row})
    await second.accept(await second.open(), await world.exercise_id("box-squat"))
    await ended(second)
    payload = await anew(clinic)
    ((_, reason),) = reasons(payload)
    assert reason.startswith("In another enrollment it was replaced by Box Squat after a pain of 9")
    await second.send({**clinic.log(10), **row})
    found: Any = await enrollment(api, clinic.coach, payload["enrollment"]["id"])
    undecided = f"In another enrollment it has a pain of 10 on {today()}, {HERE}"
    assert sorted(text for _, text in reasons(found)) == sorted([undecided, reason])


async def test_of_a_patient_who_has_left_nothing_is_accepted_and_no_substitution_ends(
    api: Api, world: World, owner: Pool
) -> None:
    """Both are refused with what to do; the proposal can be declined."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    accepted = await clinic.accept(await clinic.hurt(), box)
    await clinic.send(clinic.log(8, index=1))
    proposal = await clinic.open()
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", clinic.patient.id)
    for document, given in (
        (ACCEPT, {"id": proposal["id"], "exerciseId": clinic.exercises[1]}),
        (END, {"id": accepted["substitution"]["id"]}),
    ):
        (error,) = await api.user_errors(document, clinic.coach, input=given)
        assert (error["code"], error["field"]) == ("CONFLICT", ["input", "id"])
        assert error["message"].startswith("The patient has left the organization")
    declined = await api.run(DECLINE, clinic.coach, input={"id": proposal["id"], "reason": "They left"})
    assert declined["declineRegression"]["proposal"]["status"] == "DECLINED"
