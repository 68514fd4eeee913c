"""Totals are exact when several transactions change one enrollment at once, and when many rows change at once."""

import asyncio
from datetime import date, timedelta

from tests.adherence import oracle
from tests.adherence.clinic import Clinic
from tests.adherence.oracle import History, Log

START = date(2026, 3, 2)
END = START + timedelta(30)


async def test_logs_that_are_stored_at_once_are_all_counted(clinic: Clinic) -> None:
    await clinic.empty()
    patient, history = clinic.gym.member, History(START, [(START, clinic.versions[0])])
    id = await clinic.enroll(history, patient)
    history.logs = [Log(*each, number % 11, 3) for number, each in enumerate(history.due(END))]
    await asyncio.gather(*(clinic.log(id, patient, log) for log in history.logs))
    assert await clinic.adherence(patient, id, END) == oracle.adherence(history, END)
    assert oracle.adherence(history, END)["completed"] == 18


async def test_a_transaction_sees_what_the_one_before_it_wrote_though_they_began_together(clinic: Clinic) -> None:
    await clinic.empty()
    patient, history = clinic.gym.member, History(START, [(START, clinic.versions[0])])
    id = await clinic.enroll(history, patient)
    first, second = [Log(*each) for each in history.due(START)]
    by_source = {place: exercise for exercise, place in clinic.places.items()}
    insert = """
        INSERT INTO exercise_logs (organization_id, enrollment_id, patient_id, version_exercise_id, source_id,
                                   exercise_id, client_id, content_hash, performed_on, recorded_by_id)
        SELECT $1, $2, $3, x.id, x.source_id, x.exercise_id, x.id::text, '', $5, $3
        FROM plan_version_exercises x WHERE x.id = $4::uuid"""

    async def send(log: Log, begun: asyncio.Event, others: asyncio.Event) -> None:
        async with clinic.owner.acquire() as connection, connection.transaction():
            await connection.fetchval("SELECT 1")
            begun.set()
            await others.wait()
            exercise = by_source[log.source, log.exercise]
            await connection.execute(insert, clinic.gym.id, id, patient.id, exercise, log.day)

    one, other = asyncio.Event(), asyncio.Event()
    await asyncio.gather(send(first, one, other), send(second, other, one))
    found = await clinic.adherence(patient, id, START)
    assert (found["prescribed"], found["completed"], found["currentStreakDays"]) == (2, 2, 1)


async def test_a_statement_that_changes_logs_of_many_enrollments_changes_all_their_totals(clinic: Clinic) -> None:
    await clinic.empty()
    histories = {}
    for number in range(3):
        patient = await clinic.world.join(clinic.gym.id, "member")
        history = History(START, [(START, clinic.versions[number])])
        id = await clinic.enroll(history, patient)
        history.logs = [Log(*each, 2, 2) for each in history.due(END)]
        await clinic.log(id, patient, *history.logs)
        histories[id] = patient, history
    shift = "UPDATE exercise_logs SET performed_on = performed_on + 1, pain_score = 7 WHERE organization_id = $1"
    await clinic.owner.execute(shift, clinic.gym.id)
    for id, (patient, history) in histories.items():
        for log in history.logs:
            log.day, log.pain = log.day + timedelta(1), 7
        assert await clinic.adherence(patient, id, END) == oracle.adherence(history, END)


async def test_a_change_that_no_figure_depends_on_writes_no_totals(clinic: Clinic) -> None:
    await clinic.empty()
    patient, history = clinic.gym.member, History(START, [(START, clinic.versions[0])])
    id = await clinic.enroll(history, patient)
    await clinic.log(id, patient, *(Log(*each) for each in history.due(END)))
    written = "SELECT array_agg(xmin::text ORDER BY exercise_id) FROM adherence_totals WHERE enrollment_id = $1"
    before = await clinic.owner.fetchval(written, id)
    await clinic.owner.execute("UPDATE exercise_logs SET notes = 'easy' WHERE enrollment_id = $1", id)
    await clinic.owner.execute("UPDATE enrollments SET updated_at = now() WHERE id = $1", id)
    assert await clinic.owner.fetchval(written, id) == before
    await clinic.owner.execute("UPDATE enrollments SET starts_on = starts_on + 1 WHERE id = $1", id)
    assert await clinic.owner.fetchval(written, id) != before
