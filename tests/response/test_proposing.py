"""Painful logs make proposals in their own transaction; corrections and deletions change or withdraw them."""

import asyncio
from datetime import timedelta

import pytest

from kinegraph.response.rules import light_of
from tests.conftest import Api, Counter, World
from tests.identity.rows import Pool
from tests.response.clinic import ACCEPT, CORRECT, DELETE, SEND, Json, today, treated
from tests.treatment import store_version
from tests.waiting import until

STATUS = """mutation ($input: SetEnrollmentStatusInput!) {
  setEnrollmentStatus(input: $input) { enrollment { status endedOn } userErrors { code message field } }
}"""
STATUS_OF = "query ($id: ID!) { enrollment(id: $id) { endedOn } }"
THRESHOLDS = """mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) {
    organization { painThresholds { amberFrom redFrom } } userErrors { code message field }
  }
}"""


class Limits:
    """Thresholds, as a row has them."""

    pain_amber_from, pain_red_from = 4, 6


@pytest.mark.parametrize(
    ("score", "light"), [(None, None), (0, "green"), (3, "green"), (4, "amber"), (5, "amber"), (6, "red"), (10, "red")]
)
def test_the_light_of_a_score(score: int | None, light: str | None) -> None:
    """Amber from 4 on, red from 6 on; without a score there is none."""
    assert light_of(score, Limits()) == light


async def test_a_painful_log_opens_a_proposal_and_changes_nothing_else(api: Api, world: World, owner: Pool) -> None:
    """The proposal names exercise, score, light, log and the options; what is due stays."""
    clinic = await treated(api, world, owner)
    (log,) = await clinic.send(clinic.log(6))
    found = await clinic.open()
    assert (found["light"], found["painScore"], found["status"]) == ("RED", 6, "OPEN")
    assert (found["decidedBy"], found["substitution"]) == (None, None)
    assert (found["exercise"]["exerciseId"], found["log"]["id"]) == (clinic.exercises[0], log)
    nearest = [option["exercise"]["slug"] for option in found["options"] if option["steps"] == 1]
    assert nearest == ["box-squat", "tempo-squat", "hack-squat"]
    same = found["options"][-1]
    assert (same["exercise"]["exerciseId"], same["steps"], same["sets"], same["reps"]) == (
        clinic.exercises[0],
        0,
        2,
        10,
    )
    assert await clinic.due(1) == clinic.exercises


@pytest.mark.parametrize(("pain", "days_ago"), [(None, 0), (3, 0), (10, 14)])
async def test_a_log_that_is_not_painful_or_not_recent_proposes_nothing(
    api: Api, world: World, owner: Pool, pain: int | None, days_ago: int
) -> None:
    """No score, a green one, and any of more than 14 days ago make no proposal."""
    clinic = await treated(api, world, owner)
    await clinic.send(clinic.log(pain, days_ago))
    assert await clinic.proposals() == []


async def test_one_proposal_is_open_for_an_exercise_and_the_worst_log_leads_it(
    api: Api, world: World, owner: Pool
) -> None:
    """A later, worse log changes it; a later, better one is only added; another exercise has its own."""
    clinic = await treated(api, world, owner)
    (first,) = await clinic.send(clinic.log(4, 3))
    opened = await clinic.open()
    assert (opened["light"], opened["performedOn"] < opened["updatedAt"][:10]) == ("AMBER", True)
    second, third, _ = await clinic.send(clinic.log(8, 2), clinic.log(5, 1), clinic.log(4, 1, index=1))
    other, found = sorted(await clinic.proposals("OPEN"), key=lambda each: each["painScore"])
    assert (found["id"], found["light"], found["painScore"], found["log"]["id"]) == (opened["id"], "RED", 8, second)
    assert [log["id"] for log in found["logs"]] == [first, second, third]
    assert (other["exercise"]["exerciseId"], other["light"]) == (clinic.exercises[1], "AMBER")


async def test_corrections_and_deletions_change_or_withdraw_a_proposal(api: Api, world: World, owner: Pool) -> None:
    """A corrected score changes the light, the next worst log takes over, and without painful logs it is withdrawn."""
    clinic = await treated(api, world, owner)
    first, second = await clinic.send(clinic.log(5, 2), clinic.log(8, 1))

    async def state() -> list[tuple[str, int, str]]:
        return [(each["status"], each["painScore"], each["light"]) for each in await clinic.proposals()]

    async def correct(id: str, **values: object) -> None:
        await api.run(CORRECT, clinic.patient, input={"id": id, **values})

    assert await state() == [("OPEN", 8, "RED")]
    await correct(second, painScore=6)
    assert await state() == [("OPEN", 6, "RED")]
    await correct(second, painScore=2)
    assert await state() == [("OPEN", 5, "AMBER")]
    await correct(first, notes="It was my knee")
    await correct(second, painScore=9)
    assert await state() == [("OPEN", 9, "RED")]
    await api.run(DELETE, clinic.patient, input={"id": second})
    assert await state() == [("OPEN", 5, "AMBER")]
    await correct(first, painScore=None)
    assert await state() == [("WITHDRAWN", 5, "AMBER")]
    await correct(first, painScore=7)
    assert await state() == [("OPEN", 7, "RED"), ("WITHDRAWN", 5, "AMBER")]


async def test_a_coach_who_logs_for_a_patient_makes_a_proposal_too(api: Api, world: World, owner: Pool) -> None:
    """The log on behalf of the patient opens it, the coach's deletion withdraws it."""
    clinic = await treated(api, world, owner)
    (id,) = await clinic.send(clinic.log(7), by=clinic.coach)
    assert (await clinic.open())["painScore"] == 7
    await api.run(DELETE, clinic.coach, input={"id": id, "reason": "Wrong patient"})
    assert [each["status"] for each in await clinic.proposals()] == ["WITHDRAWN"]


async def test_an_ended_enrollment_gets_no_proposal(api: Api, world: World, owner: Pool) -> None:
    """A painful log of its last day is stored, and proposes nothing."""
    clinic = await treated(api, world, owner)
    await owner.execute("UPDATE enrollments SET status = 'completed', ended_on = current_date WHERE id = $1", clinic.id)
    await clinic.send(clinic.log(9))
    assert await clinic.proposals() == []


async def test_the_end_of_an_enrollment_withdraws_its_open_proposals(api: Api, world: World, owner: Pool) -> None:
    """Also an end that is to come tomorrow; after it, a painful log of today makes no other proposal."""
    clinic = await treated(api, world, owner)
    proposal = await clinic.hurt()
    given = {"id": str(clinic.id), "status": "COMPLETED", "on": str(today() + timedelta(days=1))}
    await api.run(STATUS, clinic.coach, input=given)
    (id,) = await clinic.send(clinic.log(9))
    await clinic.send(clinic.log(2))
    await api.run(CORRECT, clinic.patient, input={"id": id, "painScore": 10})
    assert [(each["status"], each["options"]) for each in await clinic.proposals()] == [("WITHDRAWN", [])]
    accept = {"id": proposal["id"], "exerciseId": clinic.exercises[0]}
    assert await api.refusals(ACCEPT, clinic.coach, input=accept) == [("CONFLICT", ["input", "id"])]


async def test_worse_pain_than_was_accepted_opens_a_proposal_again(api: Api, world: World, owner: Pool) -> None:
    """Of a day before the substitution, as much pain as the clinician knew of proposes nothing; more does."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await clinic.accept(await clinic.hurt(5), box)
    (id, _) = await clinic.send(clinic.log(4), clinic.log(5, 2))
    assert await clinic.proposals("OPEN") == []
    await clinic.send(clinic.log(6, 1))
    assert [(each["painScore"], each["light"]) for each in await clinic.proposals("OPEN")] == [(6, "RED")]
    await api.run(CORRECT, clinic.patient, input={"id": id, "painScore": 9})
    assert [each["painScore"] for each in await clinic.proposals("OPEN")] == [9]


async def test_a_proposal_of_an_exercise_that_no_version_has_is_not_accepted(
    api: Api, world: World, owner: Pool
) -> None:
    """Nor of a version that holds today alone: no day to come has it, and there are no options. Later it is."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    proposal = await clinic.hurt()
    days = {(week, day): clinic.exercises[1:] for week in range(1, 9) for day in range(1, 8)}
    version = await store_version(owner, clinic.gym, days, plan_id=clinic.version.plan_id)
    await owner.execute(
        "INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day) "
        "VALUES ($1, $2, $3, $4, $5, current_date)",
        clinic.id,
        clinic.gym.id,
        clinic.patient.id,
        version.plan_id,
        version.id,
    )
    accept = {"id": proposal["id"], "exerciseId": box}
    assert await api.refusals(ACCEPT, clinic.coach, input=accept) == [("CONFLICT", ["input", "id"])]
    later = "UPDATE enrollment_versions SET from_day = from_day + 1 WHERE version_id = $1"
    await owner.execute(later, version.id)
    assert await api.refusals(ACCEPT, clinic.coach, input=accept) == [("CONFLICT", ["input", "id"])]
    assert (await clinic.open())["options"] == []
    await owner.execute(later, version.id)
    assert (await clinic.accept(proposal, box))["status"] == "ACCEPTED"


async def test_a_proposal_of_a_plan_that_is_over_is_not_accepted(api: Api, world: World, owner: Pool) -> None:
    """A late log of a last week opens one, without options: it can be declined."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    late = clinic.log(8, 8)
    await owner.execute("UPDATE enrollments SET starts_on = starts_on - 28 WHERE id = $1", clinic.id)
    await owner.execute("UPDATE enrollment_versions SET from_day = from_day - 28 WHERE enrollment_id = $1", clinic.id)
    late["planExerciseId"] = str(clinic.version.exercises[7, 7][0])
    await clinic.send(late)
    proposal = await clinic.open()
    assert proposal["options"] == []
    accept = {"id": proposal["id"], "exerciseId": box}
    payload = await api.payload(ACCEPT, clinic.coach, input=accept)
    assert [(error["code"], error["message"]) for error in payload["userErrors"]] == [
        ("CONFLICT", "No day to come of the enrollment has the exercise: decline the proposal.")
    ]


async def test_an_ended_enrollment_has_no_open_proposal_whatever_comes_first(
    api: Api, world: World, owner: Pool
) -> None:
    """A painful log, a correction to pain and the end of the enrollment at once: none is left open."""
    clinics = [await treated(api, world, owner) for _ in range(4)]
    for index, clinic in enumerate(clinics):
        (mild,) = await clinic.send(clinic.log(2, index=1))
        raised = {"id": mild, "painScore": 9}
        end = {"id": str(clinic.id), "status": "CANCELLED" if index % 2 else "COMPLETED"}
        await asyncio.gather(
            clinic.send(clinic.log(8)),
            api.payload(CORRECT, clinic.patient, input=raised),
            api.payload(STATUS, clinic.coach, input=end),
        )
        assert await clinic.proposals("OPEN") == []
        found = await api.run(STATUS_OF, clinic.coach, id=str(clinic.id))
        assert found["enrollment"]["endedOn"] == str(today())


async def test_a_log_that_waited_for_the_end_of_its_enrollment_proposes_nothing(
    api: Api, world: World, owner: Pool
) -> None:
    """It was read as running before: the log is stored, and there is no proposal."""
    clinic = await treated(api, world, owner)
    async with owner.acquire() as connection:
        async with connection.transaction():
            name = f"logs {clinic.gym.id} {clinic.patient.id}"
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
            sending = asyncio.ensure_future(clinic.send(clinic.log(8)))
            await until(lambda: owner.fetchval("SELECT count(*) = 1 FROM pg_locks WHERE NOT granted"))
            ended = "UPDATE enrollments SET status = 'completed', ended_on = current_date + 1 WHERE id = $1"
            await connection.execute(ended, clinic.id)
        assert len(await sending) == 1
    assert await clinic.proposals() == []


async def test_a_deleted_log_of_an_accepted_proposal_has_answered_no_pain(api: Api, world: World, owner: Pool) -> None:
    """A 6 of the day before is proposed, though a 7 had been accepted, since that was a mistake."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    (mistake,) = await clinic.send(clinic.log(7))
    await clinic.accept(await clinic.open(), box)
    await clinic.send(clinic.log(6, 1))
    assert await clinic.proposals("OPEN") == []
    await api.run(DELETE, clinic.patient, input={"id": mistake})
    await clinic.send(clinic.log(6, 1))
    assert (await clinic.open())["painScore"] == 6


async def test_owners_set_the_thresholds(api: Api, world: World, owner: Pool) -> None:
    """They hold for lights of all logs, and for proposals of logs that are stored later; coaches may not set them."""
    clinic = await treated(api, world, owner)
    await clinic.send(clinic.log(4, 1))
    given = {"id": str(clinic.gym.id), "painThresholds": {"amberFrom": 5, "redFrom": 5}}
    assert await api.refusals(THRESHOLDS, clinic.coach, input=given) == [("FORBIDDEN", ["input", "id"])]
    data = await api.run(THRESHOLDS, clinic.gym.owner, input=given)
    assert data["updateOrganization"]["organization"]["painThresholds"] == {"amberFrom": 5, "redFrom": 5}
    sent = await api.run(SEND, clinic.patient, logs=[clinic.log(4), clinic.log(5, index=1)])
    assert [log["painLight"] for log in sent["logExercises"]["logs"]] == ["GREEN", "RED"]
    found = {each["exercise"]["exerciseId"]: each["light"] for each in await clinic.proposals("OPEN")}
    assert found == {clinic.exercises[0]: "AMBER", clinic.exercises[1]: "RED"}


@pytest.mark.parametrize(
    ("amber", "red", "path"), [(0, 6, "amberFrom"), (11, 11, "amberFrom"), (4, 11, "redFrom"), (6, 5, "redFrom")]
)
async def test_thresholds_are_from_one_to_ten_in_their_order(
    api: Api, world: World, amber: int, red: int, path: str
) -> None:
    """Others are refused at the value that is wrong."""
    gym = await world.organization()
    given = {"id": str(gym.id), "painThresholds": {"amberFrom": amber, "redFrom": red}}
    assert ("INVALID_INPUT", ["input", "painThresholds", path]) in await api.refusals(
        THRESHOLDS, gym.owner, input=given
    )


async def test_a_batch_takes_the_same_statements_for_one_painful_log_and_for_many(
    counter: Counter, world: World, owner: Pool
) -> None:
    """Four statements more than a batch without pain, for one painful log and for 40; a green one adds none."""
    clinic = await treated(counter.api, world, owner)

    async def statements(*logs: Json) -> int:
        with counter.counting() as seen:
            await clinic.send(*logs)
        return len(seen)

    green = await statements(clinic.log(0))
    assert await statements(clinic.log(9)) == green + 4
    many = [clinic.log(pain, day, index) for pain in (5, 8) for day in range(10) for index in (0, 1)]
    assert await statements(*many) == green + 4
    assert await statements(*[clinic.log(3, day) for day in range(10)]) == green


async def test_batches_at_once_make_one_proposal(api: Api, world: World, owner: Pool) -> None:
    """Of painful logs that the patient and a coach send at once, all are stored, and one proposal is open."""
    clinic = await treated(api, world, owner)
    sent = [clinic.send(clinic.log(4 + n, n), by=None if n % 2 else clinic.coach) for n in range(6)]
    ids = {id for (id,) in await asyncio.gather(*sent)}
    found = await clinic.open()
    assert (found["painScore"], {log["id"] for log in found["logs"]}) == (9, ids)
