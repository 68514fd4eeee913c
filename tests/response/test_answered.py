"""An accepted proposal answers the pain of the exercises that were known to hurt, each by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import Api, World
from tests.enrollment.documents import ENROLL, STATUS
from tests.identity.rows import Pool
from tests.response.clinic import CORRECT, END, Json, Treated, today, treated
from tests.response.test_hurting import warnings
from tests.treatment import store_enrollment, store_version


async def answered(clinic: Treated) -> None:
    """Let the second exercise be done in place of the first one since yesterday, after a pain of 5."""
    await clinic.send(clinic.log(5, 3))
    await clinic.accept(await clinic.open(), clinic.exercises[1])
    await clinic.owner.execute(
        "UPDATE exercise_substitutions SET from_day = current_date - 1 WHERE enrollment_id = $1", clinic.id
    )


async def answered_twice(clinic: Treated, pain: int = 9) -> str:
    """Let a box squat be done since yesterday, and another exercise from tomorrow on, after late pain of the squat.

    Returns the other exercise. All three stand in the plan, in this order.
    """
    goblet = clinic.exercises[2]
    await answered(clinic)
    await clinic.send(clinic.log(pain, 2))
    await clinic.accept(await clinic.open(), goblet)
    assert await clinic.proposals("OPEN") == []
    return goblet


async def elsewhere(clinic: Treated) -> Treated:
    """The patient in another plan with the same exercises."""
    days = {(week, day): clinic.exercises for week in range(1, 9) for day in range(1, 8)}
    version = await store_version(clinic.owner, clinic.gym, days)
    id = await store_enrollment(clinic.owner, clinic.gym, version, clinic.patient, today() - timedelta(days=28))
    return replace(clinic, version=version, id=id)


SLUGS = ("back-squat", "box-squat", "goblet-squat")


@pytest.mark.parametrize("is_corrected", [False, True])
async def test_pain_of_the_substitute_is_not_answered_by_more_pain_of_the_plans_exercise(
    api: Api, world: World, owner: Pool, *, is_corrected: bool
) -> None:
    """It opens a proposal, as does a correction; it is a warning elsewhere, and that exercise is no option."""
    clinic = await treated(api, world, owner, SLUGS)
    await answered_twice(clinic)
    (log,) = await clinic.send(clinic.log(2 if is_corrected else 8))
    if is_corrected:
        assert await clinic.proposals("OPEN") == []
        await api.run(CORRECT, clinic.patient, input={"id": log, "painScore": 8})
    found = await clinic.open()
    box = clinic.exercises[1]
    assert (found["painScore"], [each["id"] for each in found["logs"]]) == (8, [log])
    assert [box in each for each in await warnings(clinic)].count(True) == 1
    second = await elsewhere(clinic)
    assert [f"a pain of 8 on {today()}" in reason for id, reason in await warnings(second) if id == box] == [True]
    await second.send(second.log(5), by=clinic.coach)
    assert box not in [each["exercise"]["exerciseId"] for each in (await second.open())["options"]]


async def test_pain_that_an_earlier_proposal_of_the_chain_answered_opens_none(
    api: Api, world: World, owner: Pool
) -> None:
    """The plan's exercise hurt with 9, then its substitute with 8: late logs of up to these scores are answered."""
    clinic = await treated(api, world, owner, (*SLUGS, "air-squats"))
    await answered_twice(clinic)
    await clinic.send(clinic.log(8))
    await clinic.accept(await clinic.open(), await world.exercise_id("air-squats"))
    await clinic.send(clinic.log(9, 4), clinic.log(8, 1))
    assert await clinic.proposals("OPEN") == []
    (log,) = await clinic.send(clinic.log(9, 1))
    assert [each["id"] for each in (await clinic.open())["logs"]] == [log]


async def test_undecided_pain_of_the_substitute_is_a_warning_after_the_end(api: Api, world: World, owner: Pool) -> None:
    """Also of a late log, which opens no proposal any more."""
    clinic = await treated(api, world, owner, SLUGS)
    await answered_twice(clinic)
    given: Json = {"id": str(clinic.id), "status": "CANCELLED", "on": str(today())}
    await api.run(STATUS, clinic.coach, input=given)
    await clinic.send(clinic.log(8, 1), clinic.log(9, 3))
    sent = {"patientId": str(clinic.patient.id), "planId": str(clinic.version.plan_id), "startsOn": str(today())}
    payload = await api.payload(ENROLL, clinic.coach, input=sent)
    found = {each["exercise"]["exerciseId"]: each["reason"] for each in payload["safetyFindings"]}
    back, box, _ = clinic.exercises
    assert "a pain of 8 on" in found[box] and "nobody has decided" in found[box]
    assert "a pain of 9 on" in found[back] and "nobody has decided" not in found[back]


async def test_a_finding_names_the_pain_that_somebody_answered(api: Api, world: World, owner: Pool) -> None:
    """A log that is corrected to more afterwards is undecided with its new score, and answered with the one before."""
    clinic = await treated(api, world, owner)
    (log,) = await clinic.send(clinic.log(5))
    await clinic.accept(await clinic.open(), await world.exercise_id("box-squat"))
    await api.run(CORRECT, clinic.patient, input={"id": log, "painScore": 10})
    second = await elsewhere(clinic)
    decided, undecided = sorted((reason for _, reason in await warnings(second)), reverse=True)
    assert f"it was replaced by Box Squat after a pain of 5 on {today()}" in decided
    assert f"it has a pain of 10 on {today()}, about which nobody has decided" in undecided


async def test_a_finding_names_the_exercise_that_is_done(api: Api, world: World, owner: Pool) -> None:
    """Not a substitute that was accepted and ended before its first day."""
    clinic = await treated(api, world, owner)
    await clinic.accept(await clinic.hurt(5), await world.exercise_id("box-squat"))
    later = (await clinic.accept(await clinic.hurt(7), await world.exercise_id("goblet-squat")))["substitution"]
    await api.run(END, clinic.coach, input={"id": later["id"]})
    second = await elsewhere(clinic)
    ((_, reason),) = await warnings(second)
    assert f"it was replaced by Box Squat after a pain of 7 on {today()}" in reason


async def test_pain_whose_answer_was_taken_back_before_its_first_day_is_undecided_elsewhere(
    api: Api, world: World, owner: Pool
) -> None:
    """The substitute hurt, what was accepted in its place never held, and it is done on: that is not less of it."""
    clinic = await treated(api, world, owner, SLUGS)
    _, box, goblet = clinic.exercises
    await answered(clinic)
    later = (await clinic.accept(await clinic.hurt(9), goblet))["substitution"]
    await api.run(END, clinic.coach, input={"id": later["id"]})
    reasons = [reason for id, reason in await warnings(await elsewhere(clinic)) if id == box]
    assert [("a pain of 9" in reason, "nobody has decided" in reason) for reason in reasons] == [(True, True)]


async def test_pain_whose_answer_was_replaced_before_its_first_day_is_answered_elsewhere(
    api: Api, world: World, owner: Pool
) -> None:
    """Less of it, and then again less on the same day: both pains are answered, the worse one is said."""
    clinic = await treated(api, world, owner)
    for pain in (6, 10):
        await clinic.accept(await clinic.hurt(pain), clinic.exercises[0])
    assert [reason for _, reason in await warnings(await elsewhere(clinic))] == [
        f"In another enrollment less of it was to be done after a pain of 10 on {today()}; here it is to be done."
    ]


async def test_a_finding_names_the_newest_substitute_of_a_chain(api: Api, world: World, owner: Pool) -> None:
    """Where a substitute hurt too and another one is done, the pain of the plan's exercise is told with the latter."""
    clinic = await treated(api, world, owner, SLUGS)
    back, box, goblet = clinic.exercises
    await answered(clinic)
    await clinic.accept(await clinic.hurt(9), goblet)
    found = dict(await warnings(await elsewhere(clinic)))
    assert "it was replaced by Goblet Squat after a pain of 5 on" in found[back]
    assert "it was replaced by Goblet Squat after a pain of 9 on" in found[box]
