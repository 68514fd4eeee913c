"""An exercise that hurt the patient is a warning wherever else it is to be done, until a clinician answers there."""

from datetime import timedelta
from typing import Any  # answers are JSON
from uuid import UUID

from tests.conftest import Api, World
from tests.enrollment.documents import ENROLL, enrollment
from tests.identity.rows import Pool
from tests.response.clinic import ACCEPT, END, Json, Treated, today, treated
from tests.treatment import store_enrollment, store_version

ACCEPT_FINDINGS = """mutation ($input: AcceptRegressionInput!) {
  acceptRegression(input: $input) { safetyFindings { level exercise { slug } reason } userErrors { code } }
}"""


async def warnings(clinic: Treated, id: UUID | None = None) -> list[tuple[str, str]]:
    """The exercises and reasons of an enrollment's findings about pain, as a coach sees them."""
    found: Any = await enrollment(clinic.api, clinic.coach, id or clinic.id)
    assert all((each["level"], each["condition"]) == ("WARN", None) for each in found["safetyFindings"])
    shown = [(each["exercise"]["exerciseId"], each["reason"]) for each in found["safetyFindings"]]
    return [(id, reason) for id, reason in shown if "pain of" in reason]


async def proposal_of(clinic: Treated, exercise: str) -> Json:
    """The open proposal of an exercise of the plan."""
    (found,) = [each for each in await clinic.proposals("OPEN") if each["exercise"]["exerciseId"] == exercise]
    return found


async def test_a_substitute_that_hurts_in_another_row_is_a_warning_in_its_place(
    api: Api, world: World, owner: Pool
) -> None:
    """While the proposal of its own row is open, and once it is accepted, in the payload too; an end there ends it."""
    clinic = await treated(api, world, owner, ("back-squat", "box-squat"))
    back, box = clinic.exercises
    made = (await clinic.accept(await clinic.hurt(8), box))["substitution"]
    assert await warnings(clinic) == []
    await clinic.send(clinic.log(9, index=1))
    here = f"In another place of this plan it has a pain of 9 on {today()}, about which nobody has decided"
    assert await warnings(clinic) == [(box, f"{here}; here it is to be done.")]
    proposal = await proposal_of(clinic, box)
    option = next(each for each in proposal["options"] if each["steps"])["exercise"]
    given: Json = {"id": proposal["id"], "exerciseId": option["exerciseId"]}
    payload = await api.payload(ACCEPT_FINDINGS, clinic.coach, input=given)
    ((_, reason),) = await warnings(clinic)
    assert reason.startswith("In another place of this plan it was replaced by ")
    assert reason.endswith(f" after a pain of 9 on {today()}; here it is to be done.")
    assert payload["safetyFindings"] == [{"level": "WARN", "exercise": {"slug": "box-squat"}, "reason": reason}]
    found: Any = await enrollment(api, clinic.patient, clinic.id)
    assert found["safetyFindings"] == []
    await api.run(END, clinic.coach, input={"id": made["id"]})
    assert [id for id, _ in await warnings(clinic)] == [back]
    assert (await clinic.due(1))[0] == back


async def test_a_substitute_that_hurts_while_it_is_done_is_a_warning_of_its_own_row(
    api: Api, world: World, owner: Pool
) -> None:
    """Of the exercise that was done on the painful day, not of the plan's, here and where they are enrolled next."""
    clinic = await treated(api, world, owner, ("back-squat", "box-squat", "clamshell"))
    back, box, _ = clinic.exercises
    await clinic.send(clinic.log(6, 1))
    await clinic.accept(await clinic.open(), box)
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 1 WHERE enrollment_id = $1", clinic.id)
    proposal = await clinic.hurt(9)
    assert [id for id, _ in await warnings(clinic)] == [box]
    given: Json = {"id": proposal["id"], "exerciseId": proposal["options"][0]["exercise"]["exerciseId"]}
    assert (await api.payload(ACCEPT, clinic.coach, input=given))["userErrors"] == []
    assert [id for id, _ in await warnings(clinic)] == [box]
    other = await store_version(owner, clinic.gym, {(1, 1): [back, box]})
    sent = {"patientId": str(clinic.patient.id), "planId": str(other.plan_id)}
    payload = await api.payload(ENROLL, clinic.coach, input={**sent, "startsOn": str(today() + timedelta(days=1))})
    assert payload["userErrors"] == []
    assert [each["exercise"]["exerciseId"] for each in payload["safetyFindings"]] == [back, box]


async def test_a_late_log_of_another_exercise_with_more_pain_takes_no_warning_away(
    api: Api, world: World, owner: Pool
) -> None:
    """Of a proposal with logs of the plan's exercise and of its substitute, each hurts with its own worst pain."""
    clinic = await treated(api, world, owner, ("back-squat", "box-squat"))
    box = clinic.exercises[1]
    await clinic.send(clinic.log(6, 1))
    await clinic.accept(await clinic.open(), box)
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 1 WHERE enrollment_id = $1", clinic.id)
    await clinic.hurt(5)
    warned = await warnings(clinic)
    assert [(id, f"a pain of 5 on {today()}" in reason) for id, reason in warned] == [(box, True)]
    await clinic.send(clinic.log(9, 2))
    proposal = await clinic.open()
    assert (proposal["painScore"], len(proposal["logs"])) == (9, 2)
    assert await warnings(clinic) == warned


async def test_a_places_own_pain_hides_none_of_another_place(api: Api, world: World, owner: Pool) -> None:
    """Both enrollments say the pain of the other one, also once the smaller one is decided."""
    clinic = await treated(api, world, owner)
    squat = clinic.exercises[0]
    days = {(week, day): [squat] for week in range(1, 9) for day in range(1, 8)}
    version = await store_version(owner, clinic.gym, days)
    id = await store_enrollment(owner, clinic.gym, version, clinic.patient, today() - timedelta(days=28))
    second = Treated(api, owner, clinic.gym, version, id, [squat], clinic.patient)
    await clinic.hurt(9)
    (warned,) = await warnings(second)
    assert warned[0] == squat and f"a pain of 9 on {today()}" in warned[1]
    proposal = await second.hurt(5)
    assert await warnings(second) == [warned]
    assert [(id, "a pain of 5" in reason) for id, reason in await warnings(clinic)] == [(squat, True)]
    payload = await api.payload(ACCEPT_FINDINGS, clinic.coach, input={"id": proposal["id"], "exerciseId": squat})
    assert [each["reason"] for each in payload["safetyFindings"]] == [warned[1]]
    assert await warnings(second) == [warned]


async def test_an_open_proposal_is_a_warning_of_substitutes_in_another_enrollment(
    api: Api, world: World, owner: Pool
) -> None:
    """The other one does the painful exercise in place of its plan's: a warning there, and none in the first one."""
    clinic = await treated(api, world, owner, ("box-squat", "clamshell"))
    squat = await world.exercise_id("back-squat")
    days = {(week, day): [squat] for week in range(1, 9) for day in range(1, 8)}
    version = await store_version(owner, clinic.gym, days)
    id = await store_enrollment(owner, clinic.gym, version, clinic.patient, today() - timedelta(days=28))
    second = Treated(api, owner, clinic.gym, version, id, [squat], clinic.patient)
    box = clinic.exercises[0]
    await second.accept(await second.hurt(5), box)
    assert await warnings(second) == []
    await clinic.hurt(9)
    reason = f"In another enrollment it has a pain of 9 on {today()}, about which nobody has decided"
    assert await warnings(second) == [(box, f"{reason}; here it is to be done.")]
    assert await warnings(clinic) == []


async def test_a_newer_answer_holds_from_its_start_where_the_time_zone_moved_back(
    api: Api, world: World, owner: Pool
) -> None:
    """An earlier substitution that was to hold until then ends before it; taken back, the one before holds at once."""
    clinic = await treated(api, world, owner)
    box, tempo = await world.exercise_id("box-squat"), await world.exercise_id("tempo-squat")
    await clinic.accept(await clinic.hurt(6), tempo)
    first = await clinic.hurt(8)
    second = (await clinic.accept(first, first["options"][0]["exercise"]["exerciseId"]))["substitution"]
    id = UUID(second["replaces"]["id"])
    await owner.execute("UPDATE exercise_substitutions SET to_day = from_day WHERE id = $1", id)
    await owner.execute(
        "UPDATE exercise_substitutions SET from_day = from_day + 1 WHERE enrollment_id = $1 AND id <> $2", clinic.id, id
    )
    assert (await clinic.due(1))[0] == tempo
    again = await clinic.hurt(9)
    option = next(each["exercise"]["exerciseId"] for each in again["options"] if each["steps"])
    last = (await clinic.accept(again, option))["substitution"]
    assert last["from"] == str(today() + timedelta(days=1)) and option not in (tempo, box)
    assert [(await clinic.due(day))[0] for day in (1, 2)] == [option] * 2
    ends = [each["to"] for each in (await clinic.shown())["substitutions"]]
    assert ends.count(None) == 1 and str(today()) in ends
    await api.run(END, clinic.coach, input={"id": last["id"]})
    assert [(await clinic.due(day))[0] for day in (1, 2)] == [second["substitute"]["exerciseId"]] * 2
