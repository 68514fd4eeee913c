"""Permissions to write workouts, the deletion of workouts, and row-level security."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

import asyncpg
import pytest

from kinegraph.workout import store
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import (
    ADD_COMMENT,
    CREATE,
    DELETE,
    MOVE,
    NO_ID,
    READ,
    SET,
    UPDATE,
    Pool,
    assign,
    comment,
    counts,
    create,
    movement,
    row_state,
    section,
    snapshot,
    versions,
)


@pytest.mark.parametrize(("role", "code"), [("owner", None), ("admin", None), ("coach", None), ("member", "FORBIDDEN")])
async def test_only_coach_access_allows_creating_workouts(api: Api, world: World, role: str, code: str | None) -> None:
    organization = await world.organization()
    person = await world.join(organization.id, role)
    refused = await api.refusals(CREATE, person, input={"organizationId": str(organization.id)})
    assert refused == ([(code, ["input", "organizationId"])] if code else [])


async def test_to_outsiders_the_organization_does_not_exist(api: Api, world: World, owner: Pool) -> None:
    organization, other = await world.organization(), await world.organization()
    strangers = (other.coach, await world.person(), await world.person(is_platform_admin=True))
    for stranger in strangers:
        for id in (str(organization.id), NO_ID):
            refused = await api.refusals(CREATE, stranger, input={"organizationId": id})
            assert refused == [("NOT_FOUND", ["input", "organizationId"])]
    assert await counts(owner, organization) == (0, 0, 0)


async def test_a_caller_without_coach_access_is_refused_by_each_mutation_and_changes_nothing(
    api: Api, world: World, owner: Pool
) -> None:
    organization, other = await world.organization(), await world.organization()
    squat = await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat)), title="Mine")
    id, movement_id = made["id"], made["sections"][0]["movements"][0]["id"]
    await assign(owner, organization, id, organization.member)
    before = await versions(owner, id)
    unassigned = await world.join(organization.id, "member")
    platform = await world.person(is_platform_admin=True)
    callers = [(organization.member, "FORBIDDEN")]
    callers += [(person, "NOT_FOUND") for person in (unassigned, other.coach, other.member, platform)]
    for person, code in callers:
        assert await api.refusals(UPDATE, person, id=id, input={"title": "Theirs"}) == [(code, ["id"])]
        assert await api.refusals(SET, person, id=id, sections=[]) == [(code, ["workoutId"])]
        assert await api.refusals(MOVE, person, id=movement_id, input={"notes": "Theirs"}) == [(code, ["id"])]
        assert await api.refusals(DELETE, person, id=id) == [(code, ["id"])]
    assert await versions(owner, id) == before


async def _commented_workout(api: Api, world: World) -> tuple[Organization, str, str, str]:
    """An organization, and the ids of its workout, of the workout's movement and of a comment on that."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat)))
    movement_id = made["sections"][0]["movements"][0]["id"]
    return organization, made["id"], movement_id, await comment(api, organization.coach, movement_id, "Hm")


async def test_a_deleted_workout_is_not_shown_nor_its_tree_but_still_stored(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, movement_id, comment_id = await _commented_workout(api, world)
    await assign(owner, organization, id, organization.member)
    coach = organization.coach
    assert (await api.run(DELETE, coach, id=id))["deleteWorkout"] == {"deletedId": id, "userErrors": []}
    for person in (coach, organization.member):
        assert (await api.run(READ, person, id=id))["workout"] is None
    assert await api.refusals(UPDATE, coach, id=id, input={"title": "T"}) == [("NOT_FOUND", ["id"])]
    assert await api.refusals(SET, coach, id=id, sections=[]) == [("NOT_FOUND", ["workoutId"])]
    assert await api.refusals(MOVE, coach, id=movement_id, input={"notes": "T"}) == [("NOT_FOUND", ["id"])]
    assert await api.refusals(DELETE, coach, id=id) == [("NOT_FOUND", ["id"])]
    for person in (coach, organization.member):
        assert await comment(api, person, movement_id, "It is assigned still"), "and so it can be talked about"
    await owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE workout_id = $1", UUID(id))
    for person in (coach, organization.member):
        refused = await api.refusals(ADD_COMMENT, person, input={"movementId": movement_id, "body": "Late"})
        assert refused == [("NOT_FOUND", ["input", "movementId"])]
    assert await row_state(owner, "workouts", id) == "hidden"
    assert await row_state(owner, "workout_movements", movement_id) == "live"
    assert await row_state(owner, "exercise_comments", comment_id) == "live"


async def test_of_concurrent_deletions_one_succeeds(api: Api, world: World) -> None:
    organization = await world.organization()
    id = (await create(api, organization))["id"]
    answers = await asyncio.gather(*(api.refusals(DELETE, organization.coach, id=id) for _ in range(6)))
    assert sorted(answers) == [[]] + [[("NOT_FOUND", ["id"])]] * 5


async def test_a_snapshot_cannot_be_deleted(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    copy = await snapshot(owner, (await create(api, organization))["id"])
    await assign(owner, organization, (await create(api, organization))["id"], organization.member, copy)
    assert await api.refusals(DELETE, organization.coach, id=copy) == [("SNAPSHOT_IMMUTABLE", ["id"])]
    assert await api.refusals(DELETE, organization.member, id=copy) == [("FORBIDDEN", ["id"])]
    assert await row_state(owner, "workouts", copy) == "live"


OWNED = ("programs", "workouts", "workout_sections", "workout_movements", "exercise_comments", "workout_assignments")


async def test_without_any_check_of_the_application_an_outsider_can_neither_read_nor_write_a_row(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, _, _ = await _commented_workout(api, world)
    await assign(owner, organization, id, organization.member)
    async with world.writing_as(organization.coach) as session:
        await store.insert_program(session, organization.id, "Track")
    other = await world.organization()
    for stranger in (other.coach, other.member, await world.person(), await world.person(is_platform_admin=True)):
        for table in OWNED:
            mine = "organization_id = $1"
            assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE {mine}", organization.id) == 1, table
            async with world.writing_as(stranger) as session:
                assert await session.fetch(f"SELECT FROM {table} WHERE {mine}", organization.id) == [], table
                for verb in (f"UPDATE {table} SET updated_at = now()", f"DELETE FROM {table}"):
                    assert await session.run(f"{verb} WHERE {mine}", organization.id) == 0, table
            row = await owner.fetchrow(f"SELECT * FROM {table} WHERE {mine}", organization.id)
            assert row is not None
            copied = {name: value for name, value in row.items() if not name.endswith("_key")} | {"id": uuid4()}
            placeholders = ", ".join(f"${number}" for number in range(1, len(copied) + 1))
            insertion = f"INSERT INTO {table} ({', '.join(copied)}) VALUES ({placeholders})"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await _run_as(world, stranger, insertion, *copied.values())


async def _run_as(world: World, person: Person, statement: str, *arguments: Any) -> None:
    async with world.writing_as(person) as session:
        await session.run(statement, *arguments)


async def test_without_any_check_of_the_application_no_movement_takes_another_organizations_exercise(
    api: Api, world: World, owner: Pool
) -> None:
    organization, _, movement_id, _ = await _commented_workout(api, world)
    other = await world.organization()
    foreign = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name) VALUES ($1, 'Theirs') RETURNING id", other.id
    )
    # Not even somebody who belongs to both.
    await world.join(other.id, "coach", organization.coach)
    change = "UPDATE workout_movements SET exercise_id = $2 WHERE id = $1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _run_as(world, organization.coach, change, UUID(movement_id), foreign)
