"""Enrolling patients: in the published version, once at a time, within bounds, by coaches alone."""

import asyncio
from datetime import date, timedelta
from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.enrollment.documents import ENROLL, STATUS, enrolled, enrollment, knee_plan, sent, today_of, written
from tests.treatment import StoredVersion
from tests.workout.documents import Pool


async def days(owner: Pool, number: int) -> date:
    """Today in UTC, and so many days."""
    today: date = await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    return today + timedelta(days=number)


async def test_a_patient_is_enrolled_in_the_last_version_with_a_move_and_a_record(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """The enrollment holds the version that was published last; its first move and the patient's row are stored."""
    first = await knee_plan(owner, world, gym, title="Shoulder programme")
    second = await knee_plan(owner, world, gym, [(1, 2)], plan_id=first.plan_id, title="Shoulder programme")
    person, starts_on = await world.join(gym.id, "member"), await days(owner, 3)
    made = await written(api, ENROLL, gym.coach, planId=first.plan_id, patientId=person.id, startsOn=starts_on)
    assert made == {
        **made,
        "startsOn": str(starts_on),
        "endsOn": str(starts_on + timedelta(days=8 * 7 - 1)),
        "endedOn": None,
        "status": "ACTIVE",
        "plan": {"id": str(first.plan_id), "title": "Shoulder programme"},
        "version": {"id": str(second.id), "number": 2},
        "versions": [{"from": str(starts_on), "version": {"number": 2}}],
        "patient": {"id": str(person.id), "name": "Person", "email": person.email},
        "enrolledBy": {"id": str(gym.coach.id)},
        "patientRecord": {"timeZone": "UTC"},
        "pauses": [],
        "today": {"on": str(starts_on - timedelta(days=3)), "week": None, "day": None, "isPaused": False},
        "safetyFindings": [],
    }
    (move,) = made["moves"]["nodes"]
    assert (move["fromStatus"], move["toStatus"], move["fromVersion"], move["toVersion"]) == (
        None,
        "ACTIVE",
        None,
        {"number": 2},
    )
    assert (move["effectiveOn"], move["movedBy"]["id"]) == (str(starts_on), str(gym.coach.id))
    assert await owner.fetchval("SELECT count(*) FROM patients WHERE user_id = $1", person.id) == 1
    assert await enrollment(api, person, made["id"]) == made


async def test_of_six_enrollments_at_once_one_is_stored_and_five_are_conflicts(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """A patient has one running enrollment in a plan, also where requests come at the same moment."""
    plan, person = await knee_plan(owner, world, gym), await world.join(gym.id, "member")
    input = sent(planId=plan.plan_id, patientId=person.id, startsOn=await days(owner, 0))
    payloads = await asyncio.gather(*[api.payload(ENROLL, gym.coach, input=input) for _ in range(6)])
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1, 1, 1, 1, 1]
    refused = [error for payload in payloads for error in payload["userErrors"]]
    assert {(error["code"], *error["field"]) for error in refused} == {("CONFLICT", "input", "patientId")}
    assert "move it to another version, or end it first" in refused[0]["message"]
    assert await owner.fetchval("SELECT count(*) FROM enrollments WHERE plan_id = $1", plan.plan_id) == 1
    await owner.execute(
        "UPDATE enrollments SET status = 'cancelled', ended_on = starts_on WHERE plan_id = $1", plan.plan_id
    )
    again = await written(api, ENROLL, gym.coach, **input)
    assert again["status"] == "ACTIVE"


async def test_every_bad_enrollment_is_refused_with_its_path_and_stores_nothing(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Plans that are drafts, archived, foreign or unknown, strangers, and starts out of bounds: code, path, message."""
    plan, archived = await knee_plan(owner, world, gym), await knee_plan(owner, world, gym)
    await owner.execute("UPDATE treatment_plans SET status = 'archived' WHERE id = $1", archived.plan_id)
    insert = "INSERT INTO treatment_plans (organization_id, author_id, title, weeks) VALUES ($1, $2, 'Draft', 8)"
    draft = await owner.fetchval(f"{insert} RETURNING id", gym.id, gym.coach.id)
    other = await world.organization()
    foreign = await knee_plan(owner, world, other)
    nobody = await world.person()
    cases: list[tuple[dict[str, Any], str, str, str]] = [
        ({"planId": draft}, "PLAN_NOT_PUBLISHED", "planId", "publish it first"),
        ({"planId": archived.plan_id}, "PLAN_ARCHIVED", "planId", "nobody is newly enrolled"),
        ({"planId": foreign.plan_id}, "NOT_FOUND", "planId", "There is no such treatment plan."),
        ({"planId": gym.id}, "NOT_FOUND", "planId", "There is no such treatment plan."),
        ({"planId": "no"}, "INVALID_INPUT", "planId", "Must be an id"),
        ({"patientId": other.member.id}, "NOT_FOUND", "patientId", "The organization has no such member."),
        ({"patientId": nobody.id}, "NOT_FOUND", "patientId", "The organization has no such member."),
        ({"startsOn": await days(owner, -30 * 365)}, "INVALID_INPUT", "startsOn", f"from {await days(owner, -366)} to"),
        ({"startsOn": await days(owner, -367)}, "INVALID_INPUT", "startsOn", "Must be from"),
        ({"startsOn": await days(owner, 367)}, "INVALID_INPUT", "startsOn", "Must be from"),
        ({"startsOn": date(1, 1, 1)}, "INVALID_INPUT", "startsOn", "Must be from"),
        ({"startsOn": date(9999, 12, 31)}, "INVALID_INPUT", "startsOn", "Must be from"),
    ]
    ours = {"planId": plan.plan_id, "patientId": gym.member.id, "startsOn": await days(owner, 0)}
    for changes, code, name, message in cases:
        errors = await api.user_errors(ENROLL, gym.coach, input=sent(**{**ours, **changes}))
        assert [(each["code"], each["field"]) for each in errors] == [(code, ["input", name])], changes
        assert message in errors[0]["message"]
    together = sent(planId=draft, patientId=nobody.id, startsOn=date(1996, 1, 1))
    assert await api.refusals(ENROLL, gym.coach, input=together) == [
        ("PLAN_NOT_PUBLISHED", ["input", "planId"]),
        ("NOT_FOUND", ["input", "patientId"]),
        ("INVALID_INPUT", ["input", "startsOn"]),
    ]
    assert await owner.fetchval("SELECT count(*) FROM enrollments WHERE patient_id = $1", gym.member.id) == 0


async def test_the_start_may_be_a_year_before_and_after_today(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Both ends of the bounds are accepted."""
    for number in (-366, 366):
        plan = await knee_plan(owner, world, gym)
        day = await days(owner, number)
        made = await written(api, ENROLL, gym.coach, planId=plan.plan_id, patientId=gym.member.id, startsOn=day)
        assert made["startsOn"] == str(day)


async def test_patients_and_strangers_enroll_nobody(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """To a patient the plan is FORBIDDEN, to other members and strangers it does not exist; row security agrees."""
    id, version, person = await enrolled(owner, world, gym)
    stranger = (await world.organization()).coach
    input = sent(planId=version.plan_id, patientId=gym.member.id, startsOn=await today_of(api, person, id))
    assert await api.refusals(ENROLL, person, input=input) == [("FORBIDDEN", ["input", "planId"])]
    assert await api.refusals(ENROLL, gym.member, input=input) == [("NOT_FOUND", ["input", "planId"])]
    assert ("NOT_FOUND", ["input", "planId"]) in await api.refusals(ENROLL, stranger, input=input)
    for who in (person, gym.member, stranger):
        with pytest.raises(Exception, match=r"row-level security|duplicate key"):
            await insert_own(world, gym, who, version)


async def insert_own(world: World, gym: Organization, who: Person, version: StoredVersion) -> None:
    """Let a person enroll themselves, against row-level security alone."""
    values = {"organization_id": gym.id, "plan_id": version.plan_id, "version_id": version.id}
    of = {"patient_id": who.id, "enrolled_by_id": who.id, "starts_on": date(2026, 3, 2)}
    async with world.writing_as(who) as session:
        await session.insert("enrollments", {**values, **of})


async def test_a_day_of_an_earlier_enrollment_in_the_plan_is_not_covered_again(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Enrolled anew from the day on which the earlier one ended, no prescription counts twice."""
    id, version, person = await enrolled(owner, world, gym, 5)
    today = await today_of(api, person, id)
    await written(api, STATUS, gym.coach, id=id, status="COMPLETED", on=today + timedelta(days=1))
    again = sent(planId=version.plan_id, patientId=person.id, startsOn=today)
    errors = await api.user_errors(ENROLL, gym.coach, input=again)
    assert [(each["code"], each["field"]) for each in errors] == [("INVALID_INPUT", ["input", "startsOn"])]
    assert errors[0]["message"].startswith(f"Must be {today + timedelta(days=1)} or later: ")
    made = await written(api, ENROLL, gym.coach, **{**again, "startsOn": today + timedelta(days=1)})
    assert made["status"] == "ACTIVE"
