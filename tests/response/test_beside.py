"""A substitute that is done on the same days in another place already is a warning, before and after accepting."""

from datetime import timedelta
from typing import Any  # answers are JSON

from tests.conftest import Api, World
from tests.enrollment.documents import MOVE, enrollment, sent
from tests.identity.rows import Pool
from tests.response.clinic import Json, Treated, today, treated
from tests.response.test_hurting import ACCEPT_FINDINGS, proposal_of
from tests.treatment import store_enrollment, store_version

PLACE = "in another place of this plan"
OPTIONS = """query ($id: ID!) { enrollment(id: $id) { regressionProposals(status: OPEN) { nodes {
  options { steps exercise { exerciseId } safetyFindings { level condition reason places { week } } }
} } } }"""


def twice(days: int, where: str = PLACE) -> str:
    """The reason of the warning."""
    return f"It is done {where} on {days} days of its own already: it is done twice then."


async def offered(clinic: Treated) -> dict[str, list[str]]:
    """The reasons of the findings of each option of the open proposal, by the option's exercise, in order."""
    (found,) = (await clinic.api.run(OPTIONS, clinic.coach, id=str(clinic.id)))["enrollment"]["regressionProposals"][
        "nodes"
    ]
    return {
        option["exercise"]["exerciseId"]: [each["reason"] for each in option["safetyFindings"]]
        for option in found["options"]
    }


async def reasons(clinic: Treated) -> list[tuple[str, str, int]]:
    """The exercises, reasons and number of places of the enrollment's findings."""
    found: Any = await enrollment(clinic.api, clinic.coach, clinic.id)
    return [(each["exercise"]["exerciseId"], each["reason"], len(each["places"])) for each in found["safetyFindings"]]


async def test_a_substitute_that_the_plan_has_on_the_same_days_is_a_warning(
    api: Api, world: World, owner: Pool
) -> None:
    """Of the option, which comes after others, of the payload, and of the enrollment, to coaches alone."""
    clinic = await treated(api, world, owner, ("back-squat", "box-squat"))
    box = clinic.exercises[1]
    proposal = await clinic.hurt(8)
    found = await offered(clinic)
    assert found[box] == [twice(27)]
    assert [id for id, _ in found.items()].index(box) >= len([each for each in found.values() if not each])
    given: Json = {"id": proposal["id"], "exerciseId": box}
    payload = await api.payload(ACCEPT_FINDINGS, clinic.coach, input=given)
    assert payload["safetyFindings"] == [{"level": "WARN", "exercise": {"slug": "box-squat"}, "reason": twice(27)}]
    assert await reasons(clinic) == [(box, twice(27), 27)]
    seen: Any = await enrollment(api, clinic.patient, clinic.id)
    assert seen["safetyFindings"] == []
    assert await clinic.due(1) == [box, box]


async def test_two_exercises_with_one_substitute_are_a_warning_and_less_of_the_same_is_none(
    api: Api, world: World, owner: Pool
) -> None:
    """The substitute of the first is offered for the second with the finding; less of the second is not twice."""
    clinic = await treated(api, world, owner, ("back-squat", "front-squat"))
    await clinic.send(clinic.log(8), clinic.log(7, index=1))
    first, second = [await proposal_of(clinic, id) for id in clinic.exercises]
    offers = [{each["exercise"]["exerciseId"] for each in found["options"]} for found in (first, second)]
    (shared, *_) = sorted((offers[0] & offers[1]) - set(clinic.exercises))
    await clinic.accept(first, shared)
    assert await reasons(clinic) == []
    found = await offered(clinic)
    assert (found[shared], found[clinic.exercises[1]]) == ([twice(27)], [])
    await clinic.accept(second, shared)
    assert await reasons(clinic) == [(shared, twice(27), 27)]


async def test_a_substitute_of_another_enrollment_is_a_warning_while_that_runs(
    api: Api, world: World, owner: Pool
) -> None:
    """On the days on which both are due; not where the other one has ended."""
    clinic = await treated(api, world, owner)
    box = await world.exercise_id("box-squat")
    version = await store_version(owner, clinic.gym, {(5, day): [box] for day in (1, 2, 3, 4)})
    other = await store_enrollment(owner, clinic.gym, version, clinic.patient, today() - timedelta(days=28))
    proposal = await clinic.hurt(8)
    assert (await offered(clinic))[box] == [twice(3, "in another enrollment")]
    await clinic.accept(proposal, box)
    assert await reasons(clinic) == [(box, twice(3, "in another enrollment"), 3)]
    await owner.execute("UPDATE enrollments SET status = 'cancelled', ended_on = current_date + 1 WHERE id = $1", other)
    assert await reasons(clinic) == []


async def test_a_move_to_a_version_with_the_substitute_is_a_warning(api: Api, world: World, owner: Pool) -> None:
    """In the payload of the move and afterwards; a version that holds on other days does not count with it."""
    clinic = await treated(api, world, owner)
    box = await world.exercise_id("box-squat")
    await clinic.accept(await clinic.hurt(8), box)
    days = {(week, day): [box] for week in range(1, 9) for day in range(1, 8)}
    only = await store_version(owner, clinic.gym, days, plan_id=clinic.version.plan_id)
    both = {(week, 1): [clinic.exercises[0], box] for week in range(1, 9)}
    second = await store_version(owner, clinic.gym, both, plan_id=clinic.version.plan_id)
    later = today() + timedelta(days=7)
    payload = await api.payload(MOVE, clinic.coach, input=sent(id=clinic.id, versionId=only.id, from_=later))
    assert [each["reason"] for each in payload["safetyFindings"] if "twice" in each["reason"]] == []
    assert await reasons(clinic) == []
    payload = await api.payload(MOVE, clinic.coach, input=sent(id=clinic.id, versionId=second.id, from_=later))
    assert [each["reason"] for each in payload["safetyFindings"] if "twice" in each["reason"]] == [twice(3)]
    assert await reasons(clinic) == [(box, twice(3), 3)]
