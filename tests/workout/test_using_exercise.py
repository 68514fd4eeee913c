"""The query `workoutsUsingExercise`, and forks of workouts with discontinued exercises."""

from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from tests.assignment.snapshots import assigned, edited, replaced
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import (
    DELETE,
    NO_ID,
    Json,
    Pool,
    comment,
    create,
    movement,
    movement_ids,
    replace,
    section,
    sent_back,
)

pytestmark = pytest.mark.own_database  # canonical exercises are edited

USING = """query ($organization: ID!, $exercise: ID!, $first: Int, $after: String) {
  workoutsUsingExercise(organizationId: $organization, exerciseId: $exercise, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { hasNextPage endCursor }
  }
}"""


async def page(api: Api, person: Person, organization: Organization, exercise: str, **arguments: Any) -> Json:
    """A page of the workouts that use an exercise."""
    data = await api.run(USING, person, organization=str(organization.id), exercise=exercise, **arguments)
    found: Json = data["workoutsUsingExercise"]
    return found


async def using(api: Api, person: Person, organization: Organization, exercise: str) -> list[str]:
    """The ids of the workouts that use an exercise, of which `totalCount` must be the number."""
    found = await page(api, person, organization, exercise)
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


async def test_coaches_find_library_workouts_newest_first_each_once_and_members_those_assigned_to_them(
    api: Api, world: World
) -> None:
    organization, other = await world.organization(), await world.organization()
    squat, press = [await world.exercise_id(slug) for slug in ("back-squat", "bench-press")]
    trees = [[section(*[movement(squat)] * 2), section(movement(squat))], [section(movement(press))], []]
    twice, pressed, _ = [(await create(api, organization, *tree))["id"] for tree in trees]
    both = (await create(api, organization, section(movement(press), movement(squat))))["id"]
    await create(api, other, section(movement(squat)))
    coach, member = organization.coach, organization.member
    assert await using(api, coach, organization, squat) == [both, twice]
    assert await using(api, coach, organization, press) == [both, pressed]
    assert await using(api, coach, organization, NO_ID) == []
    assert await using(api, member, organization, squat) == []
    (id, _) = await assigned(api, coach, twice, member, coach)
    await assigned(api, coach, twice, member)
    assert await using(api, member, organization, squat) == [twice]
    assert await using(api, coach, organization, squat) == [both, twice]
    copy = (await replaced(api, coach, twice, id, [section(movement(press))]))["id"]
    assert await using(api, coach, organization, press) == [both, pressed]
    assert set(await using(api, member, organization, press)) == {copy}
    assert await using(api, member, organization, squat) == [twice]
    await api.run(DELETE, coach, id=twice)
    assert await using(api, coach, organization, squat) == [both]
    assert await using(api, member, organization, squat) == []
    assert await using(api, member, organization, press) == [copy]


async def test_movements_and_sections_that_were_deleted_do_not_count(api: Api, world: World, owner: Pool) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat)), section(movement(squat)))
    rows = [row for node in movement_ids(made["sections"]) for row in node]
    for row in rows:
        await comment(api, organization.coach, row, "Must stay stored")
    tree = sent_back(made["sections"])
    await replace(api, organization.coach, made["id"], [{**tree[0], "movements": []}, tree[1]])
    assert await using(api, organization.coach, organization, squat) == [made["id"]]
    await replace(api, organization.coach, made["id"], [tree[0] | {"movements": []}])
    assert await owner.fetchval("SELECT count(*) FROM workout_movements WHERE id = ANY ($1::uuid[])", rows) == 2
    assert await using(api, organization.coach, organization, squat) == []
    await owner.execute("UPDATE workout_movements SET deleted_at = NULL WHERE id = $1", UUID(rows[1]))
    assert await using(api, organization.coach, organization, squat) == []


async def test_pages_of_workouts_that_use_an_exercise_continue_after_their_cursor(api: Api, world: World) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = [(await create(api, organization, section(movement(squat))))["id"] for _ in range(5)]
    for id in made:
        await assigned(api, organization.coach, id, organization.member)
    for person in (organization.coach, organization.member):
        found: list[str] = []
        after = None
        while True:
            answered = await page(api, person, organization, squat, first=2, after=after)
            found += [node["id"] for node in answered["nodes"]]
            if not answered["pageInfo"]["hasNextPage"]:
                break
            after = answered["pageInfo"]["endCursor"]
            newer = await create(api, organization, section(movement(squat)))
            await assigned(api, organization.coach, newer["id"], organization.member)
        assert [id for id in found if id in made] == made[::-1]
        assert len(found) == len(set(found))


async def test_outsiders_and_bad_ids_are_refused(api: Api, world: World) -> None:
    organization, other = await world.organization(), await world.organization()
    squat = await world.exercise_id("back-squat")
    await create(api, organization, section(movement(squat)))
    good = {"organization": str(organization.id), "exercise": squat}
    wrong: list[tuple[Person, Json, str, str]] = [
        (other.coach, {}, "NOT_FOUND", "organizationId"),
        (await world.person(is_platform_admin=True), {}, "NOT_FOUND", "organizationId"),
        (organization.coach, {"organization": NO_ID}, "NOT_FOUND", "organizationId"),
        (organization.coach, {"organization": "none"}, "INVALID_INPUT", "organizationId"),
        (organization.coach, {"exercise": "\u0000"}, "INVALID_INPUT", "exerciseId"),
        (organization.coach, {"first": -1}, "INVALID_INPUT", "first"),
        (organization.coach, {"after": "x"}, "INVALID_INPUT", "after"),
    ]
    for person, values, code, field in wrong:
        (error,) = (await api.post(USING, person, **{**good, **values})).json()["errors"]
        assert error["extensions"] == {"code": code, "field": [field]}


async def test_a_workout_is_forked_with_its_discontinued_exercises(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    coach, squat = organization.coach, await world.exercise_id("back-squat")
    rows = [
        await owner.fetchval(
            "INSERT INTO exercises (organization_id, name, slug) VALUES ($1, $2, $2) RETURNING id::text", of, name
        )
        for name, of in ((f"{organization.slug}-mine", organization.id), (f"{organization.slug}-all", None))
    ]
    made = await create(api, organization, section(*[movement(id) for id in rows], movement(squat)))
    await owner.execute("UPDATE exercises SET status = 'archived' WHERE id = $1", UUID(rows[0]))
    for values in ("status = 'draft'", "deleted_at = now()"):
        await owner.execute(f"UPDATE exercises SET {values} WHERE id = ANY ($1::uuid[])", rows[1:])
        (id,) = await assigned(api, coach, made["id"], organization.member)
        copy = await edited(api, coach, made["id"], id)
        copied = [row["exercise"]["exercise"]["id"] for row in copy["sections"][0]["movements"]]
        assert copied == [*rows, squat]
        again = await replaced(api, coach, made["id"], id, sent_back(made["sections"]))
        assert movement_ids(again["sections"]) == movement_ids(copy["sections"])
