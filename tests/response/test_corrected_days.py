"""A correction of the day of a painful log counts as a log of that day."""

from datetime import timedelta

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.response.clinic import CORRECT, Json, today, treated


async def test_a_painful_log_whose_day_is_corrected_to_a_recent_one_opens_a_proposal(
    api: Api, world: World, owner: Pool
) -> None:
    """A log of 19 days ago makes none; once its day is today it does, and it is moved with the log."""
    clinic = await treated(api, world, owner)
    (log,) = await clinic.send(clinic.log(9, 19))
    assert await clinic.proposals() == []
    await api.run(CORRECT, clinic.patient, input={"id": log, "performedOn": str(today())})
    found = await clinic.open()
    assert (found["light"], found["painScore"], found["performedOn"]) == ("RED", 9, str(today()))
    yesterday = str(today() - timedelta(days=1))
    given: Json = {"id": log, "performedOn": yesterday, "painScore": 5, "reason": "As she told me"}
    await api.run(CORRECT, clinic.coach, input=given)
    found = await clinic.open()
    assert (found["light"], found["painScore"], found["performedOn"]) == ("AMBER", 5, yesterday)
    assert [each["id"] for each in found["logs"]] == [log]


async def test_a_log_that_was_of_the_substitute_opens_a_proposal_once_its_day_says_so(
    api: Api, world: World, owner: Pool
) -> None:
    """Answered pain of a day before the substitution proposes nothing; of a day of the substitute it does."""
    clinic = await treated(api, world, owner)
    await clinic.send(clinic.log(8, 3))
    accepted = await clinic.accept(await clinic.open(), await world.exercise_id("box-squat"))
    id = accepted["substitution"]["id"]
    await owner.execute("UPDATE exercise_substitutions SET from_day = current_date - 1 WHERE id = $1", id)
    (log,) = await clinic.send(clinic.log(8, 2))
    assert [each["status"] for each in await clinic.proposals()] == ["ACCEPTED"]
    await api.run(CORRECT, clinic.patient, input={"id": log, "performedOn": str(today() - timedelta(days=1))})
    found = await clinic.open()
    assert (found["painScore"], [each["id"] for each in found["logs"]]) == (8, [log])


async def test_a_proposal_waits_for_a_decision_however_old_its_logs_become(api: Api, world: World, owner: Pool) -> None:
    """A log that is corrected to a day of 18 days ago is still painful: the proposal is open, with that day."""
    clinic = await treated(api, world, owner)
    (log,) = await clinic.send(clinic.log(7))
    day = str(today() - timedelta(days=18))
    await api.run(CORRECT, clinic.patient, input={"id": log, "performedOn": day})
    found = await clinic.open()
    assert (found["painScore"], found["performedOn"]) == (7, day)
    await api.run(CORRECT, clinic.patient, input={"id": log, "painScore": 1})
    assert [each["status"] for each in await clinic.proposals()] == ["WITHDRAWN"]
