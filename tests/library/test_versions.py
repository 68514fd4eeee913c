"""Versions of libraries: another one after each transaction that changes an exercise or an override, and only then."""

from kinegraph.kit.database import Database
from tests.cached import Query
from tests.conftest import Organization
from tests.library.cached_libraries import Pool, exercises_in, write_own

SEEN = """
SELECT version::text FROM versions
WHERE kind = 'library' AND organization_id = coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid)
"""


async def test_concurrent_writers_of_one_library_both_change_its_version(
    caching: Database, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    gym, _ = gyms
    versions = [await owner.fetchval(SEEN, gym.id)]
    ids = [await write_own(owner, gym, "One"), await write_own(owner, gym, "Two")]
    async with owner.acquire() as first, owner.acquire() as second:
        begun = [connection.transaction() for connection in (first, second)]
        for transaction, connection, id in zip(begun, (first, second), ids, strict=True):
            await transaction.start()
            await connection.execute("UPDATE exercises SET name = name || '!' WHERE id = $1", id)
        for transaction in reversed(begun):
            await transaction.commit()
            versions.append(await owner.fetchval(SEEN, gym.id))
            async with Query(caching, gym.coach) as query:
                await exercises_in(query, gym)
    assert len(set(versions)) == 3
    async with Query(caching, gym.coach) as query:
        assert [node["name"] for node in (await exercises_in(query, gym))["own"]["nodes"]] == ["One!", "Two!"]


async def test_a_transaction_of_many_rows_writes_a_version_once_and_one_that_is_rolled_back_never(
    owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    gym, other = gyms
    await write_own(owner, gym, "First")
    before = await owner.fetchval(SEEN, gym.id), await owner.fetchval(SEEN, other.id), await owner.fetchval(SEEN, None)
    connection = await owner.acquire()
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("UPDATE exercises SET name = name || '?'")
    await transaction.rollback()
    await owner.release(connection)
    assert before == tuple([await owner.fetchval(SEEN, id) for id in (gym.id, other.id, None)])
    written = "SELECT n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'versions'"
    async with owner.acquire() as connection, connection.transaction():
        earlier = await connection.fetchval(written)
        await connection.execute(
            "INSERT INTO exercises (organization_id, name) SELECT $1, n::text FROM generate_series(1, 300) n", gym.id
        )
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert await connection.fetchval(written) - earlier == 2  # of the library, and of everything
    assert [before[0] == await owner.fetchval(SEEN, gym.id), before[1] == await owner.fetchval(SEEN, other.id)] == [
        False,
        True,
    ]
