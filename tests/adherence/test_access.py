"""Patients see the adherence of their own enrollments; coaches alone those of the organization, and its worklist."""

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from kinegraph.adherence import store, store_analytics, store_worklist
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.pages import Window
from tests.adherence.clinic import ADHERENCE, ANALYTICS, Clinic, noon
from tests.adherence.oracle import History, Log
from tests.adherence.test_worklist import WORKLIST, worklist
from tests.conftest import Api, Person
from tests.record.test_history import opened

CHARTS = """query ($id: ID!, $asOf: Date) {
  enrollment(id: $id) { adherence(asOf: $asOf) { chart { url expiresAt } painChart { url } } }
}"""


@pytest.fixture(scope="module")
async def enrolled(clinic: Clinic) -> dict[str, tuple[Person, UUID]]:
    """Five patients who began three weeks ago and did everything of the first week with a pain of 5; by their ids."""
    zone, today = noon()
    found = {}
    for _ in range(5):
        patient = await clinic.world.join(clinic.gym.id, "member")
        history = History(today - timedelta(20), [(today - timedelta(20), clinic.versions[0])])
        id = await clinic.enroll(history, patient, zone=zone)
        await clinic.log(id, patient, *(Log(*each, 5, 6) for each in history.due(history.starts_on + timedelta(6))))
        found[str(patient.id)] = patient, id
    return found


async def test_a_patient_sees_their_own_adherence_and_no_other_patients(
    clinic: Clinic, enrolled: dict[str, tuple[Person, UUID]]
) -> None:
    (one, id), (other, _), *_ = enrolled.values()
    found = await clinic.adherence(one, id, None)
    assert (found["prescribed"], found["completed"], found["currentStreakDays"]) == (18, 6, 0)
    assert await clinic.adherence(clinic.gym.owner, id, None) == found
    for stranger in (other, clinic.gym.member, await clinic.world.person()):
        assert await clinic.api.run(ADHERENCE, stranger, id=str(id)) == {"enrollment": None}


async def test_members_and_strangers_get_no_figures_of_an_organization(
    clinic: Clinic, enrolled: dict[str, tuple[Person, UUID]]
) -> None:
    (patient, _), *_ = enrolled.values()
    assert len(await clinic.analytics(clinic.gym.coach, None, None)) == 3
    assert (await worklist(clinic, clinic.gym.coach))["totalCount"] == 5
    for member in (patient, clinic.gym.member):
        assert await clinic.analytics(member, None, None) == {}
        page = await worklist(clinic, member)
        assert (page["nodes"], page["totalCount"]) == ([], 0)
    outsider = (await clinic.world.organization()).owner
    for document in (ANALYTICS, WORKLIST):
        assert await clinic.api.run(document, outsider, id=str(clinic.gym.id)) == {"organization": None}


async def test_row_level_security_alone_shows_patients_their_own_rows_and_others_none(
    clinic: Clinic, enrolled: dict[str, tuple[Person, UUID]], database: Database
) -> None:
    ids, today = [id for _, id in enrolled.values()], noon()[1]
    (patient, own), *_ = enrolled.values()
    outsider = (await clinic.world.organization()).owner
    for person, seen in ((clinic.gym.coach, 5), (patient, 1), (clinic.gym.member, 0), (outsider, 0)):
        async with database.read(authenticate_as(person.id)) as session:
            found = await store.adherence_of(session, ids)
            assert [row is not None for row in found].count(True) == seen
            assert sum(map(bool, await store.exercises_of(session, [(id, today) for id in ids]))) == seen
            days = await store.days_with_data(session, [(id, today) for id in ids], 30)
            assert sum(map(bool, days)) == seen
            (figures,) = await store_analytics.analytics_of(session, [clinic.gym.id], (), None, None)
            assert len(figures) == (3 if seen == 5 else 0)  # of fewer than five patients none
            (page,) = await store_worklist.worklist_pages(session, [clinic.gym.id], Window(20, None), ())
            assert len(page.nodes) == seen
            assert {row.id for row in page.nodes} <= ({own} if person is patient else {*ids})


async def test_nobody_but_the_triggers_writes_totals_for_a_patient(
    clinic: Clinic, enrolled: dict[str, tuple[Person, UUID]]
) -> None:
    (patient, id), *_ = enrolled.values()
    async with clinic.world.writing_as(patient) as session:
        statement = "UPDATE adherence_totals SET completed = prescribed WHERE enrollment_id = $1"
        assert await session.run(statement, id) == 0
        assert await session.run("DELETE FROM adherence_totals WHERE enrollment_id = $1", id) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with clinic.world.writing_as(patient) as session:
            await session.run(
                "INSERT INTO adherence_totals SELECT $1, $2, t.organization_id, t.patient_id, t.days, t.prescribed, "
                "t.completed, t.due_days, t.done_days, t.logs, t.painful, t.pains, t.exertions, t.pain_sums, "
                "t.exertion_sums FROM adherence_totals t WHERE t.enrollment_id = $1 LIMIT 1",
                *(id, UUID(clinic.exercises[3])),
            )


async def test_a_patients_own_log_counts_at_once_though_they_may_not_write_totals(
    clinic: Clinic, enrolled: dict[str, tuple[Person, UUID]]
) -> None:
    patient, id = [*enrolled.values()][1]
    before = await clinic.adherence(patient, id, None)
    async with clinic.world.writing_as(patient) as session:
        await session.run(
            """
            INSERT INTO exercise_logs (organization_id, enrollment_id, patient_id, version_exercise_id, source_id,
                                       exercise_id, client_id, content_hash, performed_on, recorded_by_id)
            SELECT e.organization_id, e.id, e.patient_id, x.id, x.source_id, x.exercise_id, 'late', '',
                   e.starts_on + 7, e.patient_id
            FROM enrollments e
            JOIN plan_version_sessions s ON s.version_id = e.version_id AND s.week = 2 AND s.day = 1
            JOIN plan_version_exercises x ON x.session_id = s.id AND x.sort_order = 0
            WHERE e.id = $1
            """,
            id,
        )
    after = await clinic.adherence(patient, id, None)
    assert (before["completed"], after["completed"], after["byWeek"][1]["completed"]) == (6, 7, 1)


async def test_under_five_patients_an_exercise_has_no_figures(clinic: Clinic) -> None:
    start = date(2020, 1, 6)
    for number in range(5):
        patient = await clinic.world.join(clinic.gym.id, "member")
        history = History(start, [(start, clinic.versions[1])])
        id = await clinic.enroll(history, patient)
        await clinic.end(id, start + timedelta(14))
        found = await clinic.analytics(clinic.gym.coach, start, start + timedelta(13), clinic.exercises[3])
        assert [each["patients"] for each in found.values()] == ([5] if number == 4 else [])


async def test_charts_are_drawn_at_signed_addresses_and_differ_without_colours(
    api: Api, clinic: Clinic, enrolled: dict[str, tuple[Person, UUID]]
) -> None:
    patient, id = [*enrolled.values()][2]
    data = (await api.run(CHARTS, patient, id=str(id)))["enrollment"]["adherence"]
    adherence, pain = [await opened(api, data[name]["url"]) for name in ("chart", "painChart")]
    assert (adherence.status_code, pain.status_code) == (200, 200)
    assert adherence.headers["content-type"] == "image/svg+xml"
    assert ["6 of 6" in adherence.text, "0 of 6" in adherence.text, "stroke-dasharray" in adherence.text] == [True] * 3
    assert "6 of 18 exercises that were due were done" in adherence.text
    assert ["Mean pain 5" in pain.text, "Mean exertion 6" in pain.text, "<circle" in pain.text] == [True] * 3
    assert 'stroke-dasharray="7 4"' in pain.text and 'fill="#fff" stroke="#000"' in pain.text
    assert (await opened(api, data["chart"]["url"].replace(str(id), str(UUID(int=1))))).status_code == 403
    await clinic.owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", patient.id)
    assert [(await opened(api, data[name]["url"])).status_code for name in ("chart", "painChart")] == [404, 404]
    await clinic.owner.execute("UPDATE memberships SET deleted_at = NULL WHERE user_id = $1", patient.id)


async def test_an_enrollment_without_anything_due_has_no_rate_and_empty_charts(api: Api, clinic: Clinic) -> None:
    patient = await clinic.world.join(clinic.gym.id, "member")
    start = date(2026, 3, 2)
    id = await clinic.enroll(History(start, [(start, clinic.versions[0])]), patient)
    found = await clinic.adherence(patient, id, start - timedelta(1))
    assert found == {
        "asOf": "2026-03-01", "prescribed": 0, "completed": 0, "rate": None, "currentStreakDays": 0, "daysWithData": 0,
        "byWeek": [], "byExercise": {},
    }  # fmt: skip
    data = (await api.run(CHARTS, patient, id=str(id), asOf="2026-03-01"))["enrollment"]["adherence"]
    assert "Nothing was due yet." in (await opened(api, data["chart"]["url"])).text
    assert "No pain or exertion was logged." in (await opened(api, data["painChart"]["url"])).text
