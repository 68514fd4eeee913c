"""Versions of plans are immutable in the database, and patients read only those that they are enrolled in."""

from datetime import date

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from tests.conftest import Organization, World
from tests.treatment import StoredVersion, store_enrollment, store_log, store_version

VERSION_TABLES = ("plan_versions", "plan_version_sessions", "plan_version_exercises")
PLAN_TABLES = ("treatment_plans", "treatment_plan_sessions", "treatment_plan_session_exercises", *VERSION_TABLES)


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization."""
    return await world.organization()


@pytest.fixture(scope="module")
async def version(world: World, owner: "asyncpg.Pool[Row]", gym: Organization) -> StoredVersion:
    """A plan of two sessions."""
    squat = await world.exercise_id("back-squat")
    return await store_version(owner, gym, {(1, 1): [squat], (1, 3): [squat, squat]})


@pytest.mark.parametrize("table", VERSION_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET organization_id = organization_id", "DELETE FROM {}"])
async def test_nobody_not_even_the_owner_of_the_tables_changes_a_version(
    owner: "asyncpg.Pool[Row]", version: StoredVersion, table: str, change: str
) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(change.format(table))


@pytest.mark.parametrize("table", VERSION_TABLES)
async def test_the_api_may_only_read_and_add_versions(
    world: World, gym: Organization, version: StoredVersion, table: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(gym.coach) as session:
            await session.fetch(f"DELETE FROM {table}")


async def test_a_patient_reads_the_version_of_their_enrollment_and_no_working_copy_by_row_level_security_alone(
    world: World, owner: "asyncpg.Pool[Row]", gym: Organization, version: StoredVersion
) -> None:
    later = await store_version(owner, gym, {(1, 1): [await world.exercise_id("plank")]}, plan_id=version.plan_id)
    patient = await world.join(gym.id, "member")
    counts = {}
    for who, person in (("coach", gym.coach), ("member", gym.member), ("patient", patient)):
        if who == "patient":
            enrollment = await store_enrollment(owner, gym, version, patient, date(2026, 1, 5))
            await store_log(owner, gym, enrollment, patient, version.exercises[1, 1][0], date(2026, 1, 5))
        async with world.writing_as(person) as session:
            counts[who] = [await session.fetch_value(f"SELECT count(*) FROM {table}") for table in PLAN_TABLES]
    assert counts == {"coach": [1, 2, 3, 2, 3, 4], "member": [0] * 6, "patient": [1, 0, 0, 1, 2, 3]}
    assert later.id != version.id


async def test_another_organization_reads_nothing_of_a_plan(world: World, version: StoredVersion) -> None:
    other = await world.organization()
    async with world.writing_as(other.owner) as session:
        counts = [await session.fetch_value(f"SELECT count(*) FROM {table}") for table in PLAN_TABLES]
    assert counts == [0] * 6
