"""The check of a patient's conditions when they are enrolled and moved: blocks, warnings, overrides."""

from datetime import date, timedelta
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.enrollment.documents import (
    ENROLL,
    MOVE,
    OVERRIDE,
    enrolled,
    enrollment,
    knee_plan,
    sent,
    today_of,
    written,
)
from tests.patient.documents import CONDITIONS, CONSENT, consent_to_conditions
from tests.patient.documents import written as written_patient
from tests.treatment import StoredVersion, store_enrollment, store_version
from tests.workout.documents import Pool

JUMP, CURL, SAFE = "depth-jump", "preacher-curl", "reverse-pec-deck"
"""Ruled out by a ruptured Achilles tendon; warned of with a sore wrist; neither."""


@pytest.fixture
async def patient(api: Api, world: World, gym: Organization) -> Person:
    """A member with a ruptured Achilles tendon and a sore wrist, who consented to its storage."""
    person = await world.join(gym.id, "member")
    await consent_to_conditions(api, gym, person, "achilles_rupture", "wrist_pain")
    return person


async def today(owner: Pool) -> date:
    """Today in UTC."""
    day: date = await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    return day


async def enrolling(owner: Pool, plan: StoredVersion, person: Person, **values: Any) -> dict[str, Any]:
    """The input that enrolls a person from today on."""
    return sent(planId=plan.plan_id, patientId=person.id, startsOn=await today(owner), **values)


def override(exercise_id: str, condition: str, expires: date, **values: Any) -> dict[str, Any]:
    """An override of a finding."""
    of = {"exerciseId": exercise_id, "condition": condition, "expiresOn": str(expires)}
    return {**of, "reason": "CLINICIAN_CLEARED", **values}


def levels(findings: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    """The findings as level, exercise, condition."""
    return [(each["level"], each["exercise"]["name"], each["condition"]) for each in findings]


async def test_what_rules_out_refuses_the_enrollment_by_name_with_all_findings(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """SAFETY_BLOCK names exercise and condition, and the payload has each finding with reason and places."""
    plan = await knee_plan(owner, world, gym, [(1, 1), (2, 3)], JUMP, CURL, SAFE)
    payload = await api.payload(ENROLL, gym.coach, input=await enrolling(owner, plan, patient))
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("SAFETY_BLOCK", ["input", "overrides"])
    assert "Depth Jump (achilles rupture)" in error["message"]
    assert payload["enrollment"] is None
    assert levels(payload["safetyFindings"]) == [
        ("BLOCK", "Depth Jump", "achilles_rupture"),
        ("WARN", "Depth Jump", "achilles_tendinopathy"),
        ("WARN", "Preacher Curl", "wrist_pain"),
    ]
    block = payload["safetyFindings"][0]
    assert block["reason"] == "It is ruled out by achilles rupture."
    assert block["places"] == [{"week": 1, "day": 1}, {"week": 2, "day": 3}]
    assert block["override"] is None
    assert await owner.fetchval("SELECT count(*) FROM enrollments WHERE plan_id = $1", plan.plan_id) == 0


async def test_warnings_are_shown_and_refuse_nothing(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """A plan with warnings alone is begun; the payload and the enrollment show them, also to the patient."""
    plan = await knee_plan(owner, world, gym, [(1, 1)], CURL, SAFE)
    payload = await api.payload(ENROLL, gym.coach, input=await enrolling(owner, plan, patient))
    assert payload["userErrors"] == []
    expected = [("WARN", "Preacher Curl", "wrist_pain")]
    assert levels(payload["safetyFindings"]) == levels(payload["enrollment"]["safetyFindings"]) == expected
    own = await enrollment(api, patient, payload["enrollment"]["id"])
    assert own is not None and levels(own["safetyFindings"]) == expected


async def test_an_override_of_each_block_lets_the_patient_in_and_the_finding_stays(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """With a reason for each block the patient is enrolled; the override is shown to coaches, not to the patient."""
    plan = await knee_plan(owner, world, gym, [(1, 1)], JUMP)
    jump, ends = await world.exercise_id(JUMP), await today(owner) + timedelta(days=30)
    overrides = [override(jump, "Achilles rupture", ends, reason="MODIFIED", note="Two legs, ten centimetres")]
    made = await written(api, ENROLL, gym.coach, **await enrolling(owner, plan, patient, overrides=overrides))
    finding, warning = made["safetyFindings"]
    assert (finding["level"], warning["level"], warning["override"]) == ("BLOCK", "WARN", None)
    assert finding["override"] == {
        "id": finding["override"]["id"],
        "condition": "achilles_rupture",
        "reason": "MODIFIED",
        "note": "Two legs, ten centimetres",
        "expiresOn": str(ends),
        "createdBy": {"id": str(gym.coach.id)},
    }
    own = await enrollment(api, patient, made["id"])
    assert own is not None and own["safetyFindings"][0]["override"] is None
    node = "query ($id: ID!) { node(id: $id) { id } }"
    stranger = (await world.organization()).coach
    for person, is_shown in ((gym.coach, True), (patient, False), (gym.member, False), (stranger, False)):
        shown = (await api.run(node, person, id=finding["override"]["id"]))["node"]
        assert (shown is not None) is is_shown
        async with world.writing_as(person) as session:
            rows = await session.fetch("SELECT FROM enrollment_overrides WHERE enrollment_id = $1", UUID(made["id"]))
            assert len(rows) == is_shown


async def test_a_move_is_checked_as_enrolling_is_and_stored_overrides_count(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """A version with a blocked exercise is refused; with an override it is assigned, and the next move needs none."""
    plan = await knee_plan(owner, world, gym, [(1, 1)], SAFE)
    made = await written(api, ENROLL, gym.coach, **await enrolling(owner, plan, patient))
    await knee_plan(owner, world, gym, [(1, 1)], JUMP, plan_id=plan.plan_id)
    await knee_plan(owner, world, gym, [(1, 1), (1, 2)], JUMP, plan_id=plan.plan_id)
    tomorrow = await today_of(api, patient, made["id"]) + timedelta(days=1)
    to_second = sent(id=made["id"], versionNumber=2, from_=tomorrow)
    assert await api.refusals(MOVE, gym.coach, input=to_second) == [("SAFETY_BLOCK", ["input", "overrides"])]
    jump = await world.exercise_id(JUMP)
    overrides = [override(jump, "achilles_rupture", tomorrow + timedelta(days=9))]
    moved = await written(api, MOVE, gym.coach, **to_second, overrides=overrides)
    assert moved["safetyFindings"][0]["override"]["reason"] == "CLINICIAN_CLEARED"
    third = await written(api, MOVE, gym.coach, id=made["id"], versionNumber=3, from_=tomorrow + timedelta(days=1))
    assert [each["version"]["number"] for each in third["versions"]] == [1, 2, 3]
    back = sent(id=made["id"], versionNumber=2, from_=tomorrow + timedelta(days=10))
    assert await api.refusals(MOVE, gym.coach, input=back) == [("SAFETY_BLOCK", ["input", "overrides"])]
    await written(api, MOVE, gym.coach, id=made["id"], versionNumber=2, from_=tomorrow + timedelta(days=9))


async def test_an_override_that_ends_before_the_first_day_lets_nothing_through(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """Enrolling, moving and overriding need an end on or after the day from which the exercise is due."""
    plan = await knee_plan(owner, world, gym, [(1, 1)], JUMP)
    jump, starts_on = await world.exercise_id(JUMP), await today(owner) + timedelta(days=10)
    early = [override(jump, "achilles_rupture", starts_on - timedelta(days=1))]
    enough = [override(jump, "achilles_rupture", starts_on)]
    at = ("INVALID_INPUT", ["input", "overrides", "0", "expiresOn"])
    input = sent(planId=plan.plan_id, patientId=patient.id, startsOn=starts_on)
    assert await api.refusals(ENROLL, gym.coach, input={**input, "overrides": early}) == [at]
    made = await written(api, ENROLL, gym.coach, **input, overrides=enough)
    again = sent(id=made["id"], overrides=early)
    assert await api.refusals(OVERRIDE, gym.coach, input=again) == [at]
    await knee_plan(owner, world, gym, [(1, 2)], JUMP, plan_id=plan.plan_id)
    later = starts_on + timedelta(days=5)
    move = sent(id=made["id"], from_=later, overrides=enough)
    errors = await api.user_errors(MOVE, gym.coach, input=move)
    assert [(each["code"], each["field"]) for each in errors] == [at]
    assert errors[0]["message"].startswith(f"Must be from {later}, the first day for which it is needed, to ")
    without = sent(id=made["id"], from_=later)
    assert await api.refusals(MOVE, gym.coach, input=without) == [("SAFETY_BLOCK", ["input", "overrides"])]


async def test_an_override_of_an_exercise_that_is_not_in_the_version_is_no_all_clear(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """The message says that the exercise is not in the version, not that nothing speaks against it."""
    plan, ends = await knee_plan(owner, world, gym, [(1, 1)], SAFE), await today(owner) + timedelta(days=3)
    overrides = [override(await world.exercise_id(JUMP), "achilles_rupture", ends)]
    errors = await api.user_errors(ENROLL, gym.coach, input=await enrolling(owner, plan, patient, overrides=overrides))
    assert errors[0]["field"] == ["input", "overrides", "0", "exerciseId"]
    assert errors[0]["message"] == "This exercise is not in version 1: leave the override out."


async def test_a_version_with_a_discontinued_exercise_is_assigned_and_the_payload_names_it(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Enrolling and moving tell which exercises were archived or deleted since; other changes tell nothing."""
    insert = "INSERT INTO exercises (organization_id, name, status) VALUES ($1, 'Old Bike', 'published') RETURNING id"
    bike, leg = await owner.fetchval(insert, gym.id), await world.exercise_id(SAFE)
    plan, person = await store_version(owner, gym, {(1, 1): [leg, bike]}), await world.join(gym.id, "member")
    second = await store_version(owner, gym, {(1, 2): [bike]}, plan_id=plan.plan_id)
    await owner.execute("UPDATE exercises SET status = 'archived' WHERE id = $1", bike)
    document = ENROLL.replace("userErrors", "discontinued { id exercise { name } } userErrors")
    enrolled = await api.payload(document, gym.coach, input=await enrolling(owner, plan, person))
    named = [{"id": str(second.exercises[1, 2][0]), "exercise": {"name": "Old Bike"}}]
    assert (enrolled["userErrors"], enrolled["discontinued"]) == ([], named)
    move = MOVE.replace("userErrors", "discontinued { id exercise { name } } userErrors")
    to_first = sent(id=enrolled["enrollment"]["id"], versionNumber=1, from_=await today(owner) + timedelta(days=2))
    moved = await api.payload(move, gym.coach, input=to_first)
    assert [each["id"] for each in moved["discontinued"]] == [str(plan.exercises[1, 1][1])]


async def test_conditions_that_come_later_show_findings_which_a_coach_overrides(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Findings follow the conditions as stored now; withdrawing the consent leaves none; the enrollment goes on."""
    id, person = await jumping(owner, world, gym)
    assert (await enrollment(api, gym.coach, id) or {})["safetyFindings"] == []
    await consent_to_conditions(api, gym, person, "achilles_rupture")
    shown = await enrollment(api, gym.coach, id) or {}
    assert (shown["status"], levels(shown["safetyFindings"])) == (
        "ACTIVE",
        [("BLOCK", "Depth Jump", "achilles_rupture"), ("WARN", "Depth Jump", "achilles_tendinopathy")],
    )
    jump, ends = await world.exercise_id(JUMP), await today_of(api, person, id) + timedelta(days=365)
    first = [override(jump, "achilles_rupture", ends, reason="SUPERVISED")]
    await written(api, OVERRIDE, gym.coach, id=id, overrides=first)
    second = [override(jump, "achilles_rupture", ends, reason="INFORMED_CHOICE")]
    overridden = await written(api, OVERRIDE, gym.owner, id=id, overrides=second)
    assert overridden["safetyFindings"][0]["override"]["reason"] == "INFORMED_CHOICE"
    assert overridden["updatedAt"] > shown["updatedAt"]
    await written_patient(api, CONSENT, person, gym, person, kind="CONDITIONS", level=0)
    assert (await enrollment(api, gym.coach, id) or {})["safetyFindings"] == []


async def jumping(owner: Pool, world: World, gym: Organization) -> tuple[UUID, Person]:
    """A new member without conditions who is enrolled in a plan with jumps since yesterday: enrollment and person."""
    version, person = await knee_plan(owner, world, gym, [(1, 1)], JUMP), await world.join(gym.id, "member")
    id = await store_enrollment(owner, gym, version, person, await today(owner) - timedelta(days=1))
    return id, person


async def test_an_exercise_that_nobody_has_classified_is_a_warning(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """Not listed does not mean safe: a person with conditions is warned of an exercise without a class."""
    own = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name, status) VALUES ($1, 'House Special', 'published') RETURNING id",
        gym.id,
    )
    plan = await store_version(owner, gym, {(1, 1): [await world.exercise_id(SAFE), own]})
    made = await written(api, ENROLL, gym.coach, **await enrolling(owner, plan, patient))
    assert levels(made["safetyFindings"]) == [("WARN", "House Special", None)]
    assert made["safetyFindings"][0]["reason"] == "Nobody has classified it, so that nothing listed does not mean safe."


async def test_every_bad_override_is_refused_with_its_path(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """Unknown exercises and conditions, missing notes, ends out of bounds, and too many: each at its place."""
    plan = await knee_plan(owner, world, gym, [(1, 1)], JUMP, SAFE)
    jump, safe, day = await world.exercise_id(JUMP), await world.exercise_id(SAFE), await today(owner)
    soon = day + timedelta(days=3)
    cases: list[tuple[dict[str, Any], str, str]] = [
        (override(safe, "achilles_rupture", soon), "exerciseId", "No stored condition of the patient speaks against"),
        (override(str(gym.id), "achilles_rupture", soon), "exerciseId", "There is no such exercise."),
        (override("no", "achilles_rupture", soon), "exerciseId", "Must be an id"),
        (override(jump, "asthma", soon), "condition", "send one of these: achilles_rupture, achilles_tendinopathy."),
        (override(jump, "", soon), "condition", "Must not be empty."),
        (override(jump, "achilles_rupture", soon, reason="OTHER"), "note", "Must say the reason"),
        (override(jump, "achilles_rupture", soon, reason="MODIFIED", note=" "), "note", "Must say the reason"),
        (override(jump, "achilles_rupture", soon, note="x" * 1001), "note", "Must be at most 1,000 characters"),
        (
            override(jump, "achilles_rupture", day - timedelta(days=1)),
            "expiresOn",
            f"Must be from {day}, the first day",
        ),
        (override(jump, "achilles_rupture", day + timedelta(days=366)), "expiresOn", "Must be from"),
    ]
    for values, name, message in cases:
        input = await enrolling(owner, plan, patient, overrides=[values])
        errors = await api.user_errors(ENROLL, gym.coach, input=input)
        found = [error["message"] for error in errors if error["field"] == ["input", "overrides", "0", name]]
        assert found and message in found[0], (values, errors)
    many = await enrolling(owner, plan, patient, overrides=[override(jump, "asthma", soon)] * 101)
    assert await api.refusals(ENROLL, gym.coach, input=many) == [("INVALID_INPUT", ["input", "overrides"])]
    id, _, person = await enrolled(owner, world, gym)
    none = {"id": str(id), "overrides": []}
    assert await api.refusals(OVERRIDE, gym.coach, input=none) == [("INVALID_INPUT", ["input", "overrides"])]
    some = {"id": str(id), "overrides": [override(jump, "asthma", soon)]}
    assert await api.refusals(OVERRIDE, person, input=some) == [("FORBIDDEN", ["input", "id"])]


async def test_conditions_of_another_clinic_do_not_count(
    api: Api, world: World, gym: Organization, owner: Pool, patient: Person
) -> None:
    """What a person's other clinic stores of them is neither used nor shown."""
    other = await world.organization()
    await world.join(other.id, "member", patient)
    await written_patient(api, CONDITIONS, patient, other, patient, conditions=[])
    plan = await knee_plan(owner, world, other, [(1, 1)], JUMP)
    made = await written(api, ENROLL, other.coach, **await enrolling(owner, plan, patient))
    assert made["safetyFindings"] == []
