"""Row-level security alone shows results to their athlete and to coaches, and lets nobody else write them."""

import asyncpg
import pytest

from tests.conftest import Organization, World
from tests.identity.rows import Pool, fill, stored
from tests.identity.strangers import copied
from tests.identity.tables import RESULTS


@pytest.fixture(scope="module")
async def gym(world: World, owner: Pool) -> Organization:
    """An organization with a row in every table."""
    organization = await world.organization()
    await fill(owner, organization)
    return organization


@pytest.mark.parametrize("table", RESULTS)
async def test_a_member_reads_and_writes_their_own_results_only(
    owner: Pool, world: World, gym: Organization, table: str
) -> None:
    other = await world.join(gym.id, "member")
    before = await stored(owner, gym)
    async with world.writing_as(other) as session:
        assert await session.fetch(f"SELECT FROM {table}") == []
        assert await session.run(f"UPDATE {table} SET updated_at = now()") == 0
        assert await session.run(f"DELETE FROM {table}") == 0
    statement, arguments = await copied(owner, table, gym)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(other) as session:
            await session.run(statement, *arguments)
    assert await stored(owner, gym) == before
    async with world.writing_as(gym.member) as session:
        assert len(await session.fetch(f"SELECT FROM {table}")) == 1
        assert await session.run(f"UPDATE {table} SET created_at = created_at") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(gym.member) as session:
            await session.run(f"UPDATE {table} SET athlete_id = $1", other.id)


@pytest.mark.parametrize("table", RESULTS)
async def test_a_coach_reads_and_writes_the_results_of_their_athletes(
    world: World, gym: Organization, table: str
) -> None:
    async with world.writing_as(gym.coach) as session:
        assert await session.run(f"UPDATE {table} SET created_at = created_at") == 1
