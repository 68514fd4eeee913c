"""Overridden warnings: recorded with a reason and an end, shown to coaches, read by nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any  # answers are JSON

import pytest

from tests.checking.documents import OVERRIDE, WITHDRAW, check, override
from tests.conftest import Api, Organization, World
from tests.workout.documents import Pool, assign, create


@pytest.fixture(scope="module")
async def workout(api: Api, world: World, gym: Organization) -> Any:
    """A workout with two movements of the bench press, which warns a person with a sore wrist."""
    press = await world.exercise_id("bench-press")
    return await create(api, gym, sections=[{"movements": [{"exerciseId": press}, {"exerciseId": press}]}])


def movements(workout: Any) -> list[str]:
    return [each["id"] for each in workout["sections"][0]["movements"]]


async def overridden(api: Api, gym: Organization, workout: Any, **what: Any) -> list[bool]:
    """Whether each movement's warnings are overridden, in the check of the workout or of an assignment."""
    wanted = {} if "assignment" in what else {"workout": workout["id"]}
    found = await check(api, gym.coach, gym.id, "wrist_pain", **wanted, **what)
    return [each["isOverridden"] for each in found["movements"]]


async def test_an_override_of_a_movement_is_shown_beside_its_warning_until_it_is_withdrawn(
    api: Api, gym: Organization, workout: Any
) -> None:
    sent = override(workout["id"], "wrist_pain", movementId=movements(workout)[0], note="Seen on Monday")
    made = (await api.run(OVERRIDE, gym.coach, input=sent))["overrideSafetyWarning"]["override"]
    assert (made["condition"], made["reason"], made["note"]) == ("wrist_pain", "CLINICIAN_CLEARED", "Seen on Monday")
    found = await check(api, gym.coach, gym.id, "wrist_pain", workout=workout["id"])
    first, second = found["movements"]
    assert first["warnings"][0]["override"]["id"] == made["id"]
    assert first["warnings"][0]["override"]["createdBy"]["name"] == "Person"
    assert first["warnings"][0]["override"]["athlete"] is None
    assert (first["level"], first["isOverridden"], second["isOverridden"]) == ("WARN", True, False)
    ended = (await api.run(WITHDRAW, gym.coach, input={"id": made["id"]}))["withdrawSafetyOverride"]["override"]
    assert ended["withdrawnAt"] is not None
    again = (await api.run(WITHDRAW, gym.coach, input={"id": made["id"]}))["withdrawSafetyOverride"]["override"]
    assert again == ended
    assert await overridden(api, gym, workout) == [False, False]


async def test_an_override_of_an_exercise_holds_for_its_movements_for_one_athlete_and_until_it_expires(
    api: Api, gym: Organization, workout: Any, owner: Pool
) -> None:
    exercise = workout["sections"][0]["movements"][0]["exercise"]["exercise"]["id"]
    sent = override(workout["id"], "wrist_pain", exerciseId=exercise, athleteId=str(gym.member.id))
    made = (await api.run(OVERRIDE, gym.coach, input=sent))["overrideSafetyWarning"]["override"]
    assert await overridden(api, gym, workout) == [False, False]
    assert await overridden(api, gym, workout, athlete=str(gym.member.id)) == [True, True]
    assignment = await assign(owner, gym, workout["id"], gym.member)
    assert await overridden(api, gym, workout, assignment=str(assignment)) == [True, True]
    expire = "UPDATE safety_overrides SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
    await owner.execute(f"{expire} WHERE id = $1", made["id"])
    assert await overridden(api, gym, workout, assignment=str(assignment)) == [False, False]


async def test_a_second_override_of_the_same_replaces_the_first(api: Api, gym: Organization, workout: Any) -> None:
    made = []
    for reason in ("SUPERVISED", "INFORMED_CHOICE"):
        sent = override(workout["id"], "wrist_pain", movementId=movements(workout)[1], reason=reason)
        made.append((await api.run(OVERRIDE, gym.coach, input=sent))["overrideSafetyWarning"]["override"])
    found = await check(api, gym.coach, gym.id, "wrist_pain", workout=workout["id"])
    assert found["movements"][1]["warnings"][0]["override"]["id"] == made[1]["id"]
    await api.run(WITHDRAW, gym.coach, input={"id": made[1]["id"]})
    assert await overridden(api, gym, workout) == [False, False]


async def test_members_see_the_warning_and_no_override_and_row_level_security_hides_it(
    api: Api, world: World, gym: Organization, workout: Any, owner: Pool
) -> None:
    await assign(owner, gym, workout["id"], gym.member)
    sent = override(workout["id"], "wrist_pain", movementId=movements(workout)[0])
    made = (await api.run(OVERRIDE, gym.coach, input=sent))["overrideSafetyWarning"]["override"]
    found = await check(api, gym.member, gym.id, "wrist_pain", workout=workout["id"])
    assert [each["warnings"][0]["override"] for each in found["movements"]] == [None, None]
    node = "query ($id: ID!) { node(id: $id) { __typename id } }"
    shown = {"__typename": "SafetyOverride", "id": made["id"]}
    for person, value in ((gym.coach, shown), (gym.member, None)):
        assert (await api.run(node, person, id=made["id"]))["node"] == value
    other = await world.organization()
    for person, number in ((gym.coach, 1), (gym.member, 0), (other.coach, 0)):
        async with world.writing_as(person) as session:
            rows = await session.fetch("SELECT FROM safety_overrides WHERE id = $1", made["id"])
            assert len(rows) == number
    for person, code in ((gym.member, "FORBIDDEN"), (other.coach, "NOT_FOUND")):
        assert await api.refusals(OVERRIDE, person, input=sent) == [
            (code, ["input", "workoutId"]),
            ("NOT_FOUND", ["input", "movementId"]),
        ]
    for person in (gym.member, other.coach):
        assert await api.refusals(WITHDRAW, person, input={"id": made["id"]}) == [("NOT_FOUND", ["input", "id"])]
    await api.run(WITHDRAW, gym.coach, input={"id": made["id"]})


async def test_every_bad_value_is_refused_with_its_path(
    api: Api, world: World, gym: Organization, workout: Any
) -> None:
    first, squat = movements(workout)[0], await world.exercise_id("back-squat")
    now = datetime.now(UTC)
    stranger = (await world.organization()).member
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({}, "INVALID_INPUT", "movementId"),
        ({"movementId": first, "exerciseId": squat}, "NOT_FOUND", "exerciseId"),
        ({"movementId": workout["id"]}, "NOT_FOUND", "movementId"),
        ({"exerciseId": squat}, "NOT_FOUND", "exerciseId"),
        ({"movementId": first, "condition": "hernia of the moon"}, "INVALID_INPUT", "condition"),
        ({"movementId": first, "condition": "plantar_fasciitis"}, "INVALID_INPUT", "condition"),
        ({"movementId": first, "reason": "OTHER"}, "INVALID_INPUT", "note"),
        ({"movementId": first, "reason": "MODIFIED", "note": "  "}, "INVALID_INPUT", "note"),
        ({"movementId": first, "note": "x" * 1001}, "INVALID_INPUT", "note"),
        ({"movementId": first, "expiresAt": (now - timedelta(hours=1)).isoformat()}, "INVALID_INPUT", "expiresAt"),
        ({"movementId": first, "expiresAt": (now + timedelta(days=366)).isoformat()}, "INVALID_INPUT", "expiresAt"),
        ({"movementId": first, "athleteId": str(stranger.id)}, "NOT_FOUND", "athleteId"),
        ({"movementId": first, "expiresAt": "9999-12-31T23:59:59Z"}, "INVALID_INPUT", "expiresAt"),
    ]
    for changes, code, field in cases:
        sent = override(workout["id"], **{"condition": "wrist_pain", **changes})
        assert (code, ["input", field]) in await api.refusals(OVERRIDE, gym.coach, input=sent), changes
    assert await overridden(api, gym, workout) == [False, False]
