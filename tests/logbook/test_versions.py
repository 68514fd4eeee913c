"""Logs of versions: only of those that have begun by the day, and read for ever by who logged them."""

from datetime import timedelta

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.logbook.documents import (
    CORRECT,
    DAYS,
    NODE,
    SEND,
    SEND_BRIEFLY,
    Enrolled,
    Json,
    enrolled,
    logged,
    move,
    read,
    today,
)
from tests.sync.documents import App
from tests.treatment import StoredVersion, store_version

STATUS = """mutation ($input: SetEnrollmentStatusInput!) {
  setEnrollmentStatus(input: $input) { enrollment { id } userErrors { code message field } }
}"""


async def next_version(owner: Pool, world: World, plan: Enrolled) -> StoredVersion:
    """The second version of the plan of an enrollment."""
    ids = [await world.exercise_id(slug) for slug in ("back-squat", "clamshell")]
    return await store_version(owner, plan.gym, dict.fromkeys(DAYS, ids), plan_id=plan.version.plan_id)


async def test_a_version_is_logged_from_its_first_day_on(api: Api, world: World, owner: Pool) -> None:
    """Its exercises are refused for days before, at their path, new and corrected; those of one before it are taken."""
    plan = await enrolled(owner, world)
    second = await next_version(owner, world, plan)
    await move(owner, plan, second, 20)
    begun: Json = {"planExerciseId": str(second.exercises[(1, 1)][0])}
    batch = [plan.log(19), plan.log(19, **begun), plan.log(20, **begun), plan.log(21)]
    errors = await api.user_errors(SEND_BRIEFLY, plan.patient, logs=batch)
    assert [(each["code"], each["field"]) for each in errors] == [
        ("INVALID_INPUT", ["input", "logs", "1", "planExerciseId"])
    ]
    assert errors[0]["message"].startswith(f"Its version begins on {plan.day(20)}: for {plan.day(19)}, send the")
    late = plan.log(21)
    stored = await logged(api, plan.patient, plan.log(19), plan.log(20, **begun), late)
    early = {"id": stored[1]["id"], "performedOn": plan.day(19)}
    assert await api.refusals(CORRECT, plan.patient, input=early) == [("INVALID_INPUT", ["input", "performedOn"])]
    assert (await read(api, plan.patient, plan) or {})["totalCount"] == 3


async def test_an_exercise_of_a_version_to_come_is_not_logged(api: Api, world: World, owner: Pool) -> None:
    """It is refused today, so that the version can be taken back; for its own day it is still to come."""
    plan = await enrolled(owner, world)
    second = await next_version(owner, world, plan)
    await move(owner, plan, second, 23)
    begun: Json = {"planExerciseId": str(second.exercises[(1, 1)][0])}
    for number, expected in ((22, ("INVALID_INPUT", "planExerciseId")), (23, ("DAY_TO_COME", "performedOn"))):
        refused = await api.refusals(SEND_BRIEFLY, plan.patient, logs=[plan.log(number, **begun)])
        assert refused == [(expected[0], ["input", "logs", "0", expected[1]])]


async def take_back(owner: Pool, plan: Enrolled, *versions: StoredVersion) -> None:
    """Let an enrollment have its first version alone, as if these had never held."""
    await owner.execute("UPDATE enrollments SET version_id = $2 WHERE id = $1", plan.id, plan.version.id)
    ids = [version.id for version in versions]
    await owner.execute("DELETE FROM enrollment_versions WHERE version_id = ANY ($1)", ids)


async def orphan(api: Api, owner: Pool, world: World) -> tuple[Enrolled, StoredVersion, Json, Json]:
    """A log of a version that the patient is enrolled in no more: enrollment, version, as it was sent, as stored."""
    plan = await enrolled(owner, world)
    second = await next_version(owner, world, plan)
    await move(owner, plan, second, 22)
    sent = plan.log(22, planExerciseId=str(second.exercises[(1, 1)][0]), painScore=9)
    (stored,) = await logged(api, plan.patient, sent)
    await take_back(owner, plan, second)
    return plan, second, sent, stored


async def test_a_log_is_read_corrected_and_sent_again_though_its_version_was_taken_back(
    api: Api, world: World, owner: Pool
) -> None:
    """The patient's list, node, feed and corrections have its exercise of the version; a copy is answered as stored."""
    plan, second, sent, stored = await orphan(api, owner, world)
    page = await read(api, plan.patient, plan)
    assert page and page["nodes"] == [stored]
    assert (await api.run(NODE, plan.patient, id=stored["id"]))["node"] == stored
    (again,) = await logged(api, plan.patient, sent)
    assert again == stored
    corrected = await api.payload(CORRECT, plan.patient, input={"id": stored["id"], "painScore": 2})
    assert corrected["log"]["planExercise"] == stored["planExercise"]
    app = App(api, plan.patient)
    await app.sync()
    (version,) = [each for each in app.of("PlanVersion") if each["id"] == str(second.id)]
    shown = [exercise["id"] for session in version["sessions"] for exercise in session["exercises"]]
    assert sent["planExerciseId"] in shown
    assert await api.refusals(SEND, plan.patient, logs=[{**sent, "clientId": "new"}]) == [
        ("NOT_FOUND", ["input", "logs", "0", "planExerciseId"])
    ]


async def test_of_a_version_that_was_taken_back_a_patient_reads_what_they_logged(
    api: Api, world: World, owner: Pool
) -> None:
    """By row-level security alone: of its sessions and exercises those of the log, and nothing to another member."""
    plan, second, _, _ = await orphan(api, owner, world)
    other = await world.join(plan.gym.id, "member")
    tables = {
        "plan_versions": "id = $1",
        "plan_version_sessions": "version_id = $1",
        "plan_version_exercises": "version_id = $1",
    }
    for person, expected in ((plan.patient, 1), (other, 0)):
        async with world.writing_as(person) as session:
            for table, condition in tables.items():
                rows = await session.fetch(f"SELECT id FROM {table} WHERE {condition}", second.id)
                assert len(rows) == expected, (table, person)


async def test_the_feed_of_a_logged_version_that_was_taken_back_has_no_removal(
    api: Api, world: World, owner: Pool
) -> None:
    """An app that has it retains it; one that was never logged is removed."""
    plan = await enrolled(owner, world)
    second = await next_version(owner, world, plan)
    third = await next_version(owner, world, plan)
    await move(owner, plan, second, 22)
    await move(owner, plan, third, 23)
    app = App(api, plan.patient)
    await app.sync()
    await logged(api, plan.patient, plan.log(22, planExerciseId=str(second.exercises[(1, 1)][0])))
    await take_back(owner, plan, second, third)
    assert ("TOMBSTONE", "PlanVersion", str(third.id)) in await app.sync()
    assert str(second.id) in {each["id"] for each in app.of("PlanVersion")}


async def test_the_end_takes_back_versions_to_come_and_no_log_loses_its_exercise(
    api: Api, world: World, owner: Pool
) -> None:
    """After the end, the patient reads all of their logs with their exercises."""
    plan = await enrolled(owner, world)
    second = await next_version(owner, world, plan)
    await move(owner, plan, second, 25)
    sent = plan.log(22)
    (stored,) = await logged(api, plan.patient, sent)
    given = {"id": str(plan.id), "status": "COMPLETED", "on": str(today() + timedelta(days=1))}
    await api.run(STATUS, plan.gym.coach, input=given)
    assert await logged(api, plan.patient, sent) == [stored]
