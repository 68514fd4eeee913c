"""The worklist while an exercise is substituted: what it names, and which reasons do not hold."""

from datetime import date, timedelta
from uuid import UUID

from kinegraph.taxonomy.rules_conditions import vocabulary
from tests.adherence.clinic import Clinic, Json, noon
from tests.adherence.oracle import History, Log
from tests.adherence.test_worklist import worklist
from tests.conftest import Person
from tests.treatment import RESPONSE


async def enrolled(clinic: Clinic, days: int) -> tuple[UUID, Person, History, date]:
    """The only enrollment of the clinic, which began so many days ago, its patient, their history, and today."""
    await clinic.empty()
    zone, today = noon()
    patient = await clinic.world.join(clinic.gym.id, "member")
    first = today - timedelta(days)
    history = History(first, [(first, clinic.versions[0])])
    return await clinic.enroll(history, patient, zone=zone), patient, history, today


async def substitute(clinic: Clinic, id: UUID, log: UUID, other: str, first: date, last: date | None) -> None:
    """Store that another exercise is done from a day on in place of that of a log; one that was stored is replaced."""
    await clinic.owner.execute("DELETE FROM regression_proposals WHERE enrollment_id = $1", id)
    await clinic.owner.execute(RESPONSE, [log], ["accepted"])
    await clinic.owner.execute(
        "UPDATE regression_proposals SET decided_at = now() - interval '15 days' WHERE enrollment_id = $1", id
    )
    await clinic.owner.execute(
        "UPDATE exercise_substitutions SET substitute_id = $2, from_day = $3, to_day = $4 WHERE enrollment_id = $1",
        *(id, UUID(other), first, last),
    )


async def test_nobody_is_ready_to_progress_beyond_an_exercise_that_is_substituted(
    clinic: Clinic,
) -> None:
    """While a substitution holds, READY_TO_PROGRESS is not given, and other reasons name the substitute."""
    squat, _, deadlift, _ = clinic.exercises
    id, patient, history, today = await enrolled(clinic, 11)
    due = list(history.due(today))
    logs = await clinic.log(id, patient, *(Log(*each, 1, 2) for each in due))
    log = next(log for log, each in zip(logs, due, strict=True) if each[2] == squat)

    async def ready() -> dict[str, Json | None]:
        nodes = (await worklist(clinic, clinic.gym.coach))["nodes"]
        listed = [each for node in nodes for each in node["exercises"] if "READY_TO_PROGRESS" in each["reasons"]]
        return {each["exercise"]["exerciseId"]: each["substitute"] for each in listed}

    before = await ready()
    assert squat in before and set(before.values()) == {None}
    others = {each: None for each in before if each != squat}
    for first, last, expected in (
        (today, None, others),
        (today - timedelta(1), today, others),
        (today + timedelta(1), None, before),
        (today - timedelta(2), today - timedelta(1), before),
        (today, today - timedelta(1), before),
    ):
        await substitute(clinic, id, log, deadlift, first, last)
        assert await ready() == expected, (first, last)
    await clinic.owner.execute("UPDATE exercise_logs SET pain_score = 7, updated_at = now() WHERE id = $1", logs[-1])
    hurt = due[-1][2]
    log = next(log for log, each in zip(logs, due, strict=True) if each[2] == hurt)
    for other in (deadlift, hurt):
        await substitute(clinic, id, log, other, today, None)
        (node,) = (await worklist(clinic, clinic.gym.coach, reasons=["PAIN"]))["nodes"]
        named = {each["exercise"]["exerciseId"]: (each["reasons"], each["substitute"]) for each in node["exercises"]}
        assert named[hurt] == (["PAIN"], {"exerciseId": other})


async def test_nobody_is_ready_to_progress_what_is_regressed(clinic: Clinic) -> None:
    """Not while a proposal is open, nor for 14 days after one was accepted, whatever became of its substitution."""
    squat = clinic.exercises[0]
    id, patient, history, today = await enrolled(clinic, 11)
    due = list(history.due(today))
    logs = await clinic.log(id, patient, *(Log(*each, 1, 2) for each in due))
    log = next(log for log, each in zip(logs, due, strict=True) if each[2] == squat)

    async def is_ready() -> bool:
        (node,) = (await worklist(clinic, clinic.gym.coach, reasons=["READY_TO_PROGRESS"]))["nodes"]
        found = {each["exercise"]["exerciseId"]: each["reasons"] for each in node["exercises"]}
        return "READY_TO_PROGRESS" in found.get(squat, [])

    assert await is_ready()
    for status, days, expected in (
        ("open", 0, False),
        ("accepted", 0, False),
        ("accepted", 13, False),
        ("accepted", 14, True),
        ("declined", 0, True),
        ("withdrawn", 0, True),
    ):
        await clinic.owner.execute("DELETE FROM regression_proposals WHERE enrollment_id = $1", id)
        await clinic.owner.execute(RESPONSE, [log], ["open"])
        decided = f"now() - make_interval(days => {days})" if status in ("accepted", "declined") else "NULL"
        await clinic.owner.execute(
            f"UPDATE regression_proposals SET status = $2, decided_at = {decided} WHERE enrollment_id = $1",
            *(id, status),
        )
        assert await is_ready() == expected, (status, days)


async def test_an_expired_override_of_a_substitute_is_urgent_while_it_is_done(
    clinic: Clinic,
) -> None:
    """That of the exercise which it replaces for good is not; it is again once the substitution has ended."""
    squat, _, _, plank = clinic.exercises
    id, patient, history, today = await enrolled(clinic, 2)
    (log,) = await clinic.log(id, patient, Log(*next(each for each in history.due(today) if each[2] == squat), 1, 2))
    narrow = next(iter(vocabulary()))
    await clinic.owner.execute(
        "UPDATE patients SET has_conditions_consent = true, conditions = $2 WHERE user_id = $1", patient.id, [narrow]
    )

    async def expired(exercise: str) -> bool:
        await clinic.owner.execute("DELETE FROM enrollment_overrides WHERE enrollment_id = $1", id)
        await clinic.owner.execute(
            "INSERT INTO enrollment_overrides (enrollment_id, organization_id, patient_id, exercise_id, condition, "
            "reason, expires_on, created_by_user_id) VALUES ($1, $2, $3, $4, $5, 'supervised', $6, $7)",
            *(id, clinic.gym.id, patient.id, UUID(exercise), narrow, today - timedelta(1), clinic.gym.coach.id),
        )
        count: int = (await worklist(clinic, clinic.gym.coach, reasons=["OVERRIDE_EXPIRED"]))["totalCount"]
        return count == 1

    assert [await expired(each) for each in (squat, plank)] == [True, False]
    for first, last, expected in (
        (today, None, [False, True]),
        (today + timedelta(1), None, [True, True]),
        (today - timedelta(1), today, [True, True]),
        (today - timedelta(1), today - timedelta(1), [True, False]),
    ):
        await substitute(clinic, id, log, plank, first, last)
        assert [await expired(each) for each in (squat, plank)] == expected, (first, last)
