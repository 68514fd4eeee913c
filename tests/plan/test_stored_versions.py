"""Versions of plans are immutable in the database, and patients read only those that they are enrolled in."""

from datetime import date
from uuid import UUID

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from tests.conftest import Organization, Person, World
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
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET organization_id = organization_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
async def test_nobody_not_even_the_owner_of_the_tables_changes_a_version(
    owner: "asyncpg.Pool[Row]", version: StoredVersion, table: str, change: str
) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(change.format(table))


LATE = {
    "plan_version_sessions": """
        INSERT INTO plan_version_sessions (organization_id, version_id, source_id, week, day, sort_order)
        SELECT organization_id, id, uuidv7(), 2, 1, 0 FROM plan_versions WHERE id = $1""",
    "plan_version_exercises": """
        INSERT INTO plan_version_exercises (organization_id, version_id, session_id, source_id, exercise_id, sort_order,
                                            sets, per_side, content_hash)
        SELECT x.organization_id, x.version_id, x.session_id, uuidv7(), x.exercise_id, 9, 1, false, ''
        FROM plan_version_exercises x WHERE x.version_id = $1 LIMIT 1""",
}
"""Statements that add a row to a version."""


@pytest.mark.parametrize("table", LATE)
async def test_nobody_adds_to_a_version_after_the_transaction_that_published_it(
    world: World, owner: "asyncpg.Pool[Row]", gym: Organization, version: StoredVersion, table: str
) -> None:
    """Neither the API's role with a coach's settings nor the owner of the tables, also behind a savepoint."""
    with pytest.raises(asyncpg.RestrictViolationError):
        async with world.writing_as(gym.coach) as session:
            await session.run(LATE[table], version.id)
    with pytest.raises(asyncpg.RestrictViolationError):
        async with owner.acquire() as connection, connection.transaction(), connection.transaction():
            await connection.execute(LATE[table], version.id)


async def test_the_transaction_that_publishes_adds_rows_before_and_behind_savepoints(
    owner: "asyncpg.Pool[Row]", gym: Organization, version: StoredVersion
) -> None:
    """A version that is made in a savepoint takes its rows in the same transaction, and none later."""
    insert = """
        INSERT INTO plan_versions (organization_id, plan_id, number, title, weeks, published_by_id)
        SELECT organization_id, plan_id, 100, title, weeks, published_by_id FROM plan_versions WHERE id = $1
        RETURNING id"""
    async with owner.acquire() as connection:
        outer = connection.transaction()
        await outer.start()
        async with connection.transaction():
            id = await connection.fetchval(insert, version.id)
        await connection.execute(LATE["plan_version_sessions"], id)
        async with connection.transaction():
            await connection.execute(LATE["plan_version_sessions"].replace("uuidv7(), 2", "uuidv7(), 3"), id)
        assert await connection.fetchval("SELECT count(*) FROM plan_version_sessions WHERE version_id = $1", id) == 2
        await outer.rollback()


@pytest.mark.parametrize(
    "table", ["patient_consents", "enrollment_moves", "enrollment_overrides", "exercise_log_revisions"]
)
async def test_records_that_are_never_changed_are_neither_updated_nor_emptied_by_anybody(
    world: World, owner: "asyncpg.Pool[Row]", gym: Organization, version: StoredVersion, table: str
) -> None:
    """An erasure alone replaces a person in them; the API cannot delete what they belong to."""
    patient = await world.join(gym.id, "member")
    await treat(owner, gym, version, patient)
    update = f"UPDATE {table} SET created_at = now() WHERE organization_id = $1"
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(update, gym.id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(f"TRUNCATE {table}")
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('kinegraph.privacy', 'on', true)")
        assert (await connection.execute(update, gym.id)).startswith("UPDATE ")
    for parent in ("enrollments", "exercise_logs"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(gym.coach) as session:
                await session.run(f"DELETE FROM {parent}")


async def treat(owner: "asyncpg.Pool[Row]", gym: Organization, version: StoredVersion, patient: Person) -> None:
    """Store an enrollment with a row of each record."""
    id = await store_enrollment(owner, gym, version, patient, date(2026, 1, 5), status="completed")
    log = await store_log(owner, gym, id, patient, version.exercises[1, 1][0], date(2026, 1, 5))
    squat = await world_exercise(owner)
    of = (gym.id, patient.id)
    await owner.execute(
        "INSERT INTO patient_consents (organization_id, user_id, kind, level, recorded_by_id) "
        "VALUES ($1, $2, 'telemetry', 1, $2)",
        *of,
    )
    await owner.execute(
        "INSERT INTO enrollment_moves (organization_id, patient_id, enrollment_id, to_status, to_version_id, "
        "effective_on, moved_by_id) VALUES ($1, $2, $3, 'active', $4, '2026-01-05', $2)",
        *of,
        id,
        version.id,
    )
    await owner.execute(
        "INSERT INTO enrollment_overrides (organization_id, patient_id, enrollment_id, exercise_id, condition, reason, "
        "expires_on, created_by_user_id) VALUES ($1, $2, $3, $4, 'asthma', 'supervised', '2026-02-05', $2)",
        *of,
        id,
        squat,
    )
    await owner.execute(
        "INSERT INTO exercise_log_revisions (organization_id, patient_id, log_id, content, recorded_by_id) "
        "VALUES ($1, $2, $3, '{}', $2)",
        *of,
        log,
    )


async def world_exercise(owner: "asyncpg.Pool[Row]") -> UUID:
    """The id of a canonical exercise."""
    id: UUID = await owner.fetchval("SELECT id FROM exercises WHERE slug = 'back-squat' AND organization_id IS NULL")
    return id


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
