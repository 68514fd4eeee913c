"""Who sees which enrollments: patients their own while they belong to the clinic, coaches all, others none."""

from datetime import date, timedelta
from typing import Any  # answers are JSON

from tests.conftest import Api, Organization, Person, World
from tests.enrollment.documents import due, enrolled, enrollment, today_of
from tests.treatment import store_enrollment
from tests.workout.documents import Pool

OWN = "query ($status: EnrollmentStatus) { viewer { enrollments(status: $status) { id plan { title } } } }"
LISTS = """query ($organization: ID!, $status: EnrollmentStatus, $patient: ID, $plan: ID) {
  organization(id: $organization) {
    enrollments(status: $status, patientId: $patient, planId: $plan) { totalCount nodes { id } }
  }
}"""
OF_PLAN = """query ($id: ID!, $status: EnrollmentStatus) {
  treatmentPlan(id: $id) {
    sessions { id } currentVersion { id } enrollments(status: $status) { totalCount nodes { id } }
  }
}"""


async def listed(api: Api, person: Person, gym: Organization, **wanted: Any) -> list[str]:
    """The ids of an organization's enrollments, as a person sees them."""
    sent = {name: str(value) for name, value in wanted.items()}
    page = (await api.run(LISTS, person, organization=str(gym.id), **sent))["organization"]["enrollments"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"] for node in page["nodes"]]


async def test_patients_see_their_own_and_coaches_all(api: Api, world: World, owner: Pool, gym: Organization) -> None:
    """Another member and strangers get null and empty lists, by the rules and by row-level security alone."""
    id, version, person = await enrolled(owner, world, gym)
    second = await store_enrollment(owner, gym, version, gym.member, date(2026, 3, 2))
    strangers = await world.organization()
    for who, shown in ((person, True), (gym.coach, True), (gym.member, False), (strangers.coach, False)):
        assert ((await enrollment(api, who, id)) is not None) is shown
        async with world.writing_as(who) as session:
            rows = await session.fetch("SELECT FROM enrollments WHERE id = $1", id)
            assert len(rows) == shown
    plan = version.plan_id
    assert await listed(api, gym.coach, gym, plan=plan) == [str(second), str(id)]
    assert await listed(api, gym.coach, gym, plan=plan, patient=person.id) == [str(id)]
    assert await listed(api, person, gym) == [str(id)]
    assert await listed(api, person, gym, patient=gym.member.id) == []
    found = (await api.run(OF_PLAN, person, id=str(plan)))["treatmentPlan"]
    assert found["enrollments"] == {"totalCount": 1, "nodes": [{"id": str(id)}]}
    assert (found["sessions"], found["currentVersion"]) == ([], {"id": str(version.id)})
    assert (await api.run(OF_PLAN, strangers.coach, id=str(plan)))["treatmentPlan"] is None
    assert (await api.run(OWN, gym.coach))["viewer"]["enrollments"] == []


async def test_after_leaving_a_patient_sees_nothing_and_coaches_still_do(
    api: Api, world: World, owner: Pool, gym: Organization
) -> None:
    """The enrollment of a former member is shown to coaches, without address and record; to the person it is gone."""
    id, version, person = await enrolled(owner, world, gym)
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", person.id)
    assert await enrollment(api, person, id) is None
    assert (await api.run(OWN, person))["viewer"]["enrollments"] == []
    assert (await api.run(OF_PLAN, person, id=str(version.plan_id)))["treatmentPlan"] is None
    shown = await enrollment(api, gym.coach, id)
    assert shown is not None
    assert (shown["patient"]["id"], shown["patient"]["email"], shown["patientRecord"]) == (str(person.id), None, None)


async def test_lists_by_status_are_by_the_status_of_today(
    api: Api, world: World, owner: Pool, gym: Organization
) -> None:
    """A dated pause that includes today is listed as PAUSED, one that is over or to come as ACTIVE."""
    id, version, person = await enrolled(owner, world, gym, 5)
    today, plan = await today_of(api, person, id), version.plan_id
    pause = """INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day)
               VALUES ($1, $2, $3, $4, $5)"""
    for first, last in ((-4, -3), (2, 9)):
        days = today + timedelta(days=first), today + timedelta(days=last)
        await owner.execute(pause, id, gym.id, person.id, *days)
    assert (await listed(api, gym.coach, gym, plan=plan, status="ACTIVE"), len(await due(api, person, id))) == (
        [str(id)],
        0,
    )
    await owner.execute(pause, id, gym.id, person.id, today, today)
    for status, ids in (("ACTIVE", []), ("PAUSED", [str(id)]), ("COMPLETED", [])):
        assert await listed(api, gym.coach, gym, plan=plan, status=status) == ids
        own = (await api.run(OWN, person, status=status))["viewer"]["enrollments"]
        assert [each["id"] for each in own] == ids
        of_plan = (await api.run(OF_PLAN, gym.coach, id=str(plan), status=status))["treatmentPlan"]["enrollments"]
        assert of_plan["totalCount"] == len(ids)


async def test_a_person_in_two_clinics_sees_both_enrollments_and_each_clinic_its_own(
    api: Api, world: World, owner: Pool, gym: Organization
) -> None:
    """`Viewer.enrollments` has those of all organizations, the newest first."""
    id, _, person = await enrolled(owner, world, gym, title="First")
    other = await world.organization()
    await world.join(other.id, "member", person)
    _, version, _ = await enrolled(owner, world, other, title="Second")
    second = await store_enrollment(owner, other, version, person, date(2026, 3, 2))
    found = (await api.run(OWN, person))["viewer"]["enrollments"]
    assert [(each["id"], each["plan"]["title"]) for each in found] == [(str(second), "Second"), (str(id), "First")]
    assert await enrollment(api, gym.coach, second) is None
    assert await listed(api, gym.coach, gym, patient=person.id) == [str(id)]
