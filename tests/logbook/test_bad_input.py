"""A batch with a fault stores nothing, and names the log, the value and what to do."""

from datetime import timedelta
from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.logbook.documents import SEND, Enrolled, client_id, end, enrolled, logged, move, pause, stored_clients, today
from tests.treatment import store_enrollment, store_version

NUMBERS = {"setsCompleted": 100, "repsCompleted": 10_000, "durationSeconds": 86_400, "painScore": 10, "exertion": 10}


async def refused(api: Api, plan: Enrolled, log: dict[str, Any]) -> dict[str, Any]:
    """The only fault of a batch whose second log is this one; nothing of it is stored."""
    person = plan.patient
    (error,) = await api.user_errors(SEND, person, logs=[plan.log(), log])
    assert error["field"][:3] == ["input", "logs", "1"]
    return {"code": error["code"], "field": error["field"][3], "message": error["message"]}


@pytest.mark.parametrize("name", NUMBERS)
async def test_every_number_has_bounds(api: Api, world: World, owner: Pool, name: str) -> None:
    """The largest value and 0 are stored; one more and one less are refused with the bounds."""
    plan = await enrolled(owner, world)
    most = NUMBERS[name]
    made = await logged(api, plan.patient, plan.log(**{name: most}), plan.log(**{name: 0}))
    assert [each[name] for each in made] == [most, 0]
    for value in (most + 1, -1):
        error = await refused(api, plan, plan.log(**{name: value}))
        message = f"Must be from 0 to {most:,}; this is {value:,}."
        assert error == {"code": "INVALID_INPUT", "field": name, "message": message}
    assert len(await stored_clients(owner, plan.patient)) == 2


async def test_all_faults_of_a_batch_are_reported_at_once(api: Api, world: World, owner: Pool) -> None:
    """Faults of values, days, ids and clients' ids are named together, each with its index; nothing is stored."""
    plan = await enrolled(owner, world)
    sent = plan.log()
    batch = [
        sent,
        {**sent, "painScore": 3},
        plan.log(painScore=11, exertion=-1, notes="x" * 2_001, clientId=" "),
        plan.log(performedOn=plan.day(0), setsCompleted=101),
        plan.log(planExerciseId="nonsense", enrollmentId="nonsense", performedOn="2999-01-01"),
        plan.log(planExerciseId=str(plan.id), clientId="x" * 101),
        plan.log(2),
    ]
    errors = await api.user_errors(SEND, plan.patient, logs=batch)
    assert {(error["code"], *error["field"]) for error in errors} == {
        (code, "input", "logs", str(index), name)
        for code, index, name in (
            ("CONFLICT", 1, "clientId"), ("INVALID_INPUT", 2, "painScore"), ("INVALID_INPUT", 2, "exertion"),
            ("INVALID_INPUT", 2, "notes"), ("INVALID_INPUT", 2, "clientId"), ("INVALID_INPUT", 3, "setsCompleted"),
            ("INVALID_INPUT", 3, "performedOn"), ("INVALID_INPUT", 4, "planExerciseId"),
            ("INVALID_INPUT", 4, "enrollmentId"), ("NOT_FOUND", 5, "planExerciseId"), ("INVALID_INPUT", 5, "clientId"),
        )
    }  # fmt: skip
    assert await stored_clients(owner, plan.patient) == []


async def test_days_outside_of_the_plan_are_refused_with_what_to_do(api: Api, world: World, owner: Pool) -> None:
    """Before the start, after the last week, on a paused day, after the end: each says which day it is about."""
    plan = await enrolled(owner, world, weeks=2)
    await logged(api, plan.patient, plan.log(1), plan.log(14))
    error = await refused(api, plan, plan.log(0))
    assert error["message"] == f"The plan starts on {plan.day(1)}: send that day or a later one."
    error = await refused(api, plan, plan.log(15))
    assert error["message"] == f"The plan's last day was {plan.day(14)}: send that day or an earlier one."
    await pause(owner, plan, 3, 5)
    for number in (3, 4, 5):
        assert (await refused(api, plan, plan.log(number)))["message"].startswith("The plan was paused on that day")
    await logged(api, plan.patient, plan.log(2), plan.log(6))
    await pause(owner, plan, 12, None)
    for number in (12, 14):
        assert (await refused(api, plan, plan.log(number)))["message"].startswith("The plan was paused on that day")
    await end(owner, plan, 8)
    await logged(api, plan.patient, plan.log(8))
    error = await refused(api, plan, plan.log(9))
    ended = f"The enrollment ended on {plan.day(8)}: send that day or an earlier one."
    assert error == {"code": "INVALID_INPUT", "field": "performedOn", "message": ended}


async def test_a_log_for_tomorrow_is_refused(api: Api, world: World, owner: Pool) -> None:
    """A day that is to come everywhere is refused, also where the plan is due on it."""
    plan = await enrolled(owner, world)
    error = await refused(api, plan, plan.log(performedOn=str(today() + timedelta(days=2))))
    assert error["field"] == "performedOn"
    assert error["message"].startswith("Is to come: it is ")


async def test_the_last_day_is_that_of_the_version_that_holds(api: Api, world: World, owner: Pool, squat: str) -> None:
    """A move to a longer version lengthens the plan from the day of the move on."""
    plan = await enrolled(owner, world, weeks=1)
    longer = await store_version(owner, plan.gym, {(1, 1): [squat]}, plan_id=plan.version.plan_id, weeks=2)
    assert (await refused(api, plan, plan.log(8)))["field"] == "performedOn"
    await move(owner, plan, longer, 7)
    await logged(api, plan.patient, plan.log(8), plan.log(14))
    assert (await refused(api, plan, plan.log(15)))["field"] == "performedOn"


async def test_exercises_that_are_not_the_patients_are_all_refused_alike(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    """Another plan's, another organization's, the working copy's and no exercise get one answer."""
    plan = await enrolled(owner, world)
    unenrolled = await store_version(owner, plan.gym, {(1, 1): [squat]}, title="Other")
    abroad = await enrolled(owner, world)
    working = await owner.fetchval("SELECT source_id FROM plan_version_exercises WHERE id = $1::uuid", plan.exercise())
    ids = [str(unenrolled.exercises[1, 1][0]), abroad.exercise(), str(working), str(plan.version.id), squat]
    errors = [await refused(api, plan, plan.log(planExerciseId=id)) for id in ids]
    assert errors == [errors[0]] * 5
    assert (errors[0]["code"], errors[0]["field"]) == ("NOT_FOUND", "planExerciseId")


async def test_enrollments_of_others_are_all_refused_alike(api: Api, world: World, owner: Pool) -> None:
    """Another patient's enrollment, another organization's, and none get one answer; so do those without rights."""
    plan = await enrolled(owner, world)
    other = await world.join(plan.gym.id, "member")
    theirs = await store_enrollment(owner, plan.gym, plan.version, other, plan.starts_on)
    abroad = await enrolled(owner, world)
    ids = [str(theirs), str(abroad.id), str(plan.gym.id)]
    errors = [await refused(api, plan, plan.log(enrollmentId=id)) for id in ids]
    assert errors == [errors[0]] * 3
    assert (errors[0]["code"], errors[0]["field"]) == ("NOT_FOUND", "enrollmentId")
    named = plan.log(enrollmentId=str(plan.id))
    unseen = [("NOT_FOUND", ["input", "logs", "0", name]) for name in ("enrollmentId", "planExerciseId")]
    assert await api.refusals(SEND, other, logs=[named]) == unseen[:1]
    for person in (abroad.gym.coach, await world.person(), await world.person(is_platform_admin=True)):
        assert await api.refusals(SEND, person, logs=[named]) == unseen
    for person in (plan.gym.coach, abroad.gym.coach, await world.person()):
        found = await api.refusals(SEND, person, logs=[plan.log()])
        assert found == [("NOT_FOUND", ["input", "logs", "0", "planExerciseId"])]
    of_another_plan = await enrolled(owner, world, gym=plan.gym)
    crossed = of_another_plan.log(enrollmentId=str(plan.id))
    assert (await refused(api, plan, crossed))["field"] == "planExerciseId"
    assert await stored_clients(owner, plan.patient) == await stored_clients(owner, other) == []


@pytest.mark.parametrize("size", [0, 501, 2_900])
async def test_a_batch_has_from_1_to_500_logs(api: Api, world: World, owner: Pool, size: int) -> None:
    """An empty batch and a larger one are refused as a whole, with one error that says how to go on."""
    plan = await enrolled(owner, world)
    batch = [{**plan.log(), "painScore": 99} for _ in range(size)]
    errors = await api.user_errors(SEND, plan.patient, logs=batch)
    message = f"Must have 1 to 500 logs; this has {size:,}. Send more in several batches."
    assert errors == [{"code": "INVALID_INPUT", "message": message, "field": ["input", "logs"]}]


async def test_a_batch_of_ten_thousand_logs_is_refused_before_it_is_read(api: Api, world: World, owner: Pool) -> None:
    """A request with so many objects is refused as such, and stores nothing."""
    plan = await enrolled(owner, world)
    response = await api.post(SEND, plan.patient, logs=[plan.log() for _ in range(10_000)])
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert await stored_clients(owner, plan.patient) == []


async def test_the_contracts_argument_stores_the_same_and_has_its_paths(api: Api, world: World, owner: Pool) -> None:
    """The deprecated argument `logs` is an alias of `input.logs`, with paths of its own."""
    plan = await enrolled(owner, world)
    text = SEND.replace("input: {logs: $logs}", "logs: $logs")
    sent = plan.log()
    made = (await api.run(text, plan.patient, logs=[sent]))["logExercises"]["logs"]
    assert await logged(api, plan.patient, sent) == made
    bad = plan.log(painScore=11)
    assert await api.refusals(text, plan.patient, logs=[bad]) == [("INVALID_INPUT", ["logs", "0", "painScore"])]


async def test_a_patient_who_left_the_organization_logs_no_more(api: Api, world: World, owner: Pool) -> None:
    """With the membership ends the right to log; coming back restores it."""
    plan = await enrolled(owner, world)
    sent = plan.log(clientId=client_id())
    leave = "UPDATE memberships SET deleted_at = {} WHERE user_id = $1"
    await owner.execute(leave.format("now()"), plan.patient.id)
    found = await api.refusals(SEND, plan.patient, logs=[sent])
    assert found == [("NOT_FOUND", ["input", "logs", "0", "planExerciseId"])]
    await owner.execute(leave.format("NULL"), plan.patient.id)
    assert len(await logged(api, plan.patient, sent)) == 1
