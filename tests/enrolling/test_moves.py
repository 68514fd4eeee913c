"""Moving enrollments to other versions: from a day on, days before and logs stay."""

import asyncio
from datetime import date, timedelta
from typing import Any  # inputs are JSON

from tests.conftest import Api, Organization, World
from tests.enrollment.documents import (
    MOVE,
    STATUS,
    due,
    due_between,
    enrolled,
    enrollment,
    knee_plan,
    sent,
    today_of,
    written,
)
from tests.treatment import store_log
from tests.workout.documents import Pool

MONDAYS = [(week, 1) for week in range(1, 9)]
EVERY_DAY = [(week, day) for week in range(1, 9) for day in range(1, 8)]


def later(day: date, days: int) -> date:
    """So many days after a day."""
    return day + timedelta(days=days)


async def test_a_move_holds_from_its_day_on_and_days_before_stay(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Before the day the old version is due, from it on the new one; the logs of the old one are as they were."""
    id, first, person = await enrolled(owner, world, gym, 7, days=EVERY_DAY)
    second = await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    today = await today_of(api, person, id)
    log = await store_log(owner, gym, id, person, first.exercises[(1, 1)][0], later(today, -7))
    moved = await written(api, MOVE, gym.coach, id=id, versionId=second.id, reason="Less")
    assert moved["version"] == {"id": str(second.id), "number": 2}
    assert moved["versions"] == [
        {"from": str(later(today, -7)), "version": {"number": 1}},
        {"from": str(today), "version": {"number": 2}},
    ]
    move = moved["moves"]["nodes"][0]
    assert (move["fromVersion"]["number"], move["toVersion"]["number"], move["reason"]) == (1, 2, "Less")
    assert (move["fromStatus"], move["toStatus"], move["effectiveOn"]) == ("ACTIVE", "ACTIVE", str(today))
    shown = await due_between(api, person, id, later(today, -7), later(today, 8))
    assert list(shown) == [later(today, number) for number in (*range(-7, 0), 0, 7)]
    assert await due(api, person, id) == [(2, 1)]
    assert await owner.fetchval("SELECT deleted_at IS NULL FROM exercise_logs WHERE id = $1", log)


async def test_a_patient_stays_on_their_version_while_others_are_published(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Publishing moves nobody; the move without a version is to the one that was published last."""
    id, first, person = await enrolled(owner, world, gym, days=EVERY_DAY)
    for _ in range(2):
        await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    assert ((await enrollment(api, person, id)) or {})["version"]["number"] == 1
    today = await today_of(api, person, id)
    planned = await written(api, MOVE, gym.coach, id=id, from_=later(today, 2))
    assert planned["version"]["number"] == 1
    assert planned["versions"][1] == {"from": str(later(today, 2)), "version": {"number": 3}}
    assert await due(api, person, id, later(today, 1)) == [(1, 2)]
    assert await due(api, person, id, later(today, 2)) == []


async def test_a_version_that_is_to_come_is_replaced_and_one_that_has_begun_is_not(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """A planned move can be corrected on its day; the version of a day that has begun stays, since logs refer to it."""
    id, first, person = await enrolled(owner, world, gym, 3, days=EVERY_DAY)
    for _ in range(2):
        await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    today = await today_of(api, person, id)
    await written(api, MOVE, gym.coach, id=id, versionNumber=2, from_=later(today, 5))
    replaced = await written(api, MOVE, gym.coach, id=id, versionNumber=3, from_=later(today, 5))
    assert [each["version"]["number"] for each in replaced["versions"]] == [1, 3]
    cases: list[tuple[dict[str, Any], str, str, str]] = [
        ({"versionNumber": 3, "from_": later(today, 5)}, "CONFLICT", "versionId", "holds from"),
        ({"versionNumber": 2, "from_": later(today, -1)}, "INVALID_INPUT", "from", f"Must be {today} or later: days"),
        ({"versionNumber": 2, "from_": later(today, 367)}, "INVALID_INPUT", "from", "Must be from"),
        ({"versionNumber": 4}, "NOT_FOUND", "versionNumber", "has no such version"),
        ({"versionNumber": -1}, "INVALID_INPUT", "versionNumber", "Must be from 1"),
        ({"versionId": gym.id}, "NOT_FOUND", "versionId", "has no such version"),
        ({"versionId": first.id, "versionNumber": 2}, "INVALID_INPUT", "versionNumber", "of another version"),
        ({"versionId": "no"}, "INVALID_INPUT", "versionId", "Must be an id"),
    ]
    for values, code, name, message in cases:
        errors = await api.user_errors(MOVE, gym.coach, input=sent(id=id, **values))
        assert (code, ["input", name]) in [(each["code"], each["field"]) for each in errors], values
        assert message in " ".join(each["message"] for each in errors), values
    begun, started, _ = await enrolled(owner, world, gym, 0, days=EVERY_DAY)
    await knee_plan(owner, world, gym, MONDAYS, plan_id=started.plan_id)
    assert await api.refusals(MOVE, gym.coach, input=sent(id=begun)) == [("CONFLICT", ["input", "from"])]
    tomorrow = await written(api, MOVE, gym.coach, id=begun, from_=later(today, 1))
    assert len(tomorrow["versions"]) == 2


async def test_moves_to_come_are_replaced_by_an_earlier_one_and_taken_back_by_the_present_version(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """A move takes the place of those from its day on; the history of all of them stays."""
    id, first, person = await enrolled(owner, world, gym, 3, days=EVERY_DAY)
    for _ in range(2):
        await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    today = await today_of(api, person, id)
    steps: list[tuple[int, int, list[tuple[int, int]]]] = [
        (2, 9, [(-3, 1), (9, 2)]),
        (3, 6, [(-3, 1), (6, 3)]),
        (2, 8, [(-3, 1), (6, 3), (8, 2)]),
        (3, 7, [(-3, 1), (6, 3)]),
        (1, 0, [(-3, 1)]),
        (2, 0, [(-3, 1), (0, 2)]),
        (3, 1, [(-3, 1), (0, 2), (1, 3)]),
    ]
    for number, day, expected in steps:
        moved = await written(api, MOVE, gym.coach, id=id, versionNumber=number, from_=later(today, day))
        found = [(each["from"], each["version"]["number"]) for each in moved["versions"]]
        assert found == [(str(later(today, from_day)), version) for from_day, version in expected]
    assert moved["moves"]["totalCount"] == len(steps)
    begun = sent(id=id, versionNumber=1, from_=today)
    assert await api.refusals(MOVE, gym.coach, input=begun) == [("CONFLICT", ["input", "from"])]


async def test_a_version_to_come_that_was_logged_stays(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """Where the patient's day was ahead when they logged, the move to that version is not replaced."""
    id, first, person = await enrolled(owner, world, gym, 3, days=EVERY_DAY)
    second = await knee_plan(owner, world, gym, EVERY_DAY, plan_id=first.plan_id)
    tomorrow = later(await today_of(api, person, id), 1)
    await written(api, MOVE, gym.coach, id=id, from_=tomorrow)
    await store_log(owner, gym, id, person, second.exercises[(1, 5)][0], tomorrow)
    errors = await api.user_errors(MOVE, gym.coach, input=sent(id=id, versionNumber=1))
    assert [(each["code"], each["field"]) for each in errors] == [("CONFLICT", ["input", "from"])]
    assert errors[0]["message"].startswith(f"On {tomorrow} a version begins that has begun already, or was logged")


async def test_versions_of_other_plans_are_not_found(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """A version of another plan, of the same clinic or of another one, is no version of this enrollment's."""
    id, _, _ = await enrolled(owner, world, gym, 3)
    for whose in (gym, await world.organization()):
        other = await knee_plan(owner, world, whose)
        refused = await api.refusals(MOVE, gym.coach, input=sent(id=id, versionId=other.id))
        assert refused == [("NOT_FOUND", ["input", "versionId"])]


async def test_an_ended_enrollment_is_not_moved_and_planned_versions_go_with_the_end(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Ending takes a planned version back; afterwards a move is ENROLLMENT_ENDED."""
    id, first, person = await enrolled(owner, world, gym, 3, days=EVERY_DAY)
    await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    today = await today_of(api, person, id)
    await written(api, MOVE, gym.coach, id=id, from_=later(today, 4))
    ended = await written(api, STATUS, gym.coach, id=id, status="CANCELLED")
    assert [each["version"]["number"] for each in ended["versions"]] == [1]
    assert ended["version"]["number"] == 1
    assert await api.refusals(MOVE, gym.coach, input=sent(id=id)) == [("ENROLLMENT_ENDED", ["input", "id"])]


async def test_patients_and_strangers_move_nobody(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """A move is FORBIDDEN to the patient and NOT_FOUND to others."""
    id, first, person = await enrolled(owner, world, gym, 3)
    await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    stranger = (await world.organization()).coach
    for who, code in ((person, "FORBIDDEN"), (gym.member, "NOT_FOUND"), (stranger, "NOT_FOUND")):
        assert await api.refusals(MOVE, who, input=sent(id=id)) == [(code, ["input", "id"])]


async def test_of_two_moves_to_one_version_at_once_one_is_stored(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """The second of two equal moves finds the version held already."""
    id, first, _ = await enrolled(owner, world, gym, 3)
    await knee_plan(owner, world, gym, MONDAYS, plan_id=first.plan_id)
    payloads = await asyncio.gather(*[api.payload(MOVE, gym.coach, input=sent(id=id)) for _ in range(4)])
    codes = [error["code"] for payload in payloads for error in payload["userErrors"]]
    assert codes == ["CONFLICT"] * 3
    assert len((await enrollment(api, gym.coach, id) or {})["versions"]) == 2
