"""Row-level security alone shows sessions their own viewer's rows, and lets members write few of their organization."""

from contextlib import nullcontext
from uuid import uuid4

import asyncpg
import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.sessions import ReadSession
from tests.conftest import World
from tests.identity.rows import Pool, stored
from tests.identity.strangers import TwoOrganizations, copied, touched, two_organizations
from tests.identity.tables import MEMBERS_WRITE, SCOPED, is_forbidden

COUNTS = ("users", "organizations", "memberships", "workouts", "exercise_org_overrides")


@pytest.fixture(scope="module")
async def two(world: World, owner: Pool) -> TwoOrganizations:
    return await two_organizations(world, owner)


async def counts(session: ReadSession) -> list[int]:
    return [await session.fetch_value(f"SELECT count(*) FROM {table}") for table in COUNTS]


async def test_a_platform_admin_sees_themselves_and_no_organization(two: TwoOrganizations) -> None:
    async with two.acting("platform admin") as session:
        assert await counts(session) == [1, 0, 0, 0, 0]


async def test_a_session_without_viewer_sees_the_canonical_library_and_nothing_else(
    database: Database, owner: Pool, two: TwoOrganizations
) -> None:
    canonical = await owner.fetchval("SELECT count(*) FROM exercises WHERE organization_id IS NULL")
    assert canonical >= 250
    async with database.read() as session:
        assert await counts(session) == [0, 0, 0, 0, 0]
        assert await session.fetch_value("SELECT count(*) FROM exercises") == canonical


async def test_a_viewers_rights_end_with_their_transaction(database_url: str, two: TwoOrganizations) -> None:
    """On one connection, which the next request takes over."""
    alone = await Database.open(database_url, 1)
    try:
        async with alone.read(authenticate_as(two.mine.coach.id)) as session:
            assert (await counts(session))[1] == 1
        async with alone.read() as session:
            assert await counts(session) == [0, 0, 0, 0, 0]
        with pytest.raises(ZeroDivisionError):
            async with alone.write(authenticate_as(two.mine.coach.id)):
                raise ZeroDivisionError
        async with alone.read() as session:
            assert await counts(session) == [0, 0, 0, 0, 0]
    finally:
        await alone.close()


async def test_authenticating_a_missing_user_after_an_existing_one_shows_nothing(two: TwoOrganizations) -> None:
    async with two.acting("coach") as session:
        with pytest.raises(Unauthenticated):
            await authenticate_as(uuid4())(session)
        assert await counts(session) == [0, 0, 0, 0, 0]


async def test_a_former_member_sees_nothing_of_the_organization(owner: Pool, two: TwoOrganizations) -> None:
    leaver = await two.world.join(two.mine.id, "owner")
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", leaver.id)
    async with two.world.writing_as(leaver) as session:
        # They may see their own former membership.
        assert await counts(session) == [1, 0, 1, 0, 0]
        assert await session.run("UPDATE workouts SET title = 'Taken'") == 0


async def test_a_member_changes_their_own_assignments_only(owner: Pool, two: TwoOrganizations) -> None:
    other = await two.world.join(two.mine.id, "member")
    async with two.world.writing_as(other) as session:
        assert await session.run("UPDATE workout_assignments SET status = 'completed'") == 0
        assert await session.run("DELETE FROM workout_assignments") == 0
    async with two.acting("member") as session:
        assert await session.run("UPDATE workout_assignments SET status = 'completed'") == 1
        assert await session.run("DELETE FROM workout_assignments") == 0
    statement, arguments = await copied(owner, "workout_assignments", two.mine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("member") as session:
            await session.run(statement, *arguments)


@pytest.mark.parametrize("table", [t for t in SCOPED if t not in ("memberships", *MEMBERS_WRITE)])
async def test_a_member_writes_no_row_of_their_own_organization_but_comments(
    owner: Pool, two: TwoOrganizations, table: str
) -> None:
    before = await stored(owner, two.mine)
    column = touched(table)
    for verb in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError) if is_forbidden(verb, table) else nullcontext():
            async with two.acting("member") as session:
                assert await session.run(f"{verb} WHERE organization_id = $1", two.mine.id) == 0
    statement, arguments = await copied(owner, table, two.mine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("member") as session:
            await session.run(statement, *arguments)
    assert await stored(owner, two.mine) == before
