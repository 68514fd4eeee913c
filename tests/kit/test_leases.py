"""Leases: one transaction after another on a connection; a read's COMMIT goes with the next BEGIN, and soon anyway."""

import asyncio
from typing import Any  # Any: connections of asyncpg, which has no types

import pytest

from kinegraph.kit import pool
from kinegraph.kit.database import Database
from kinegraph.kit.leases import LeaseState
from tests.observing import observe

OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


async def test_a_reads_commit_is_sent_with_the_next_begin(alone: Database) -> None:
    statements: list[str] = []
    observe(alone, statements)
    for _ in range(3):
        async with alone.read() as session:
            await session.fetch("SELECT 1")
    async with alone.write() as session:
        assert await session.fetch_value("SHOW transaction_isolation") == "read committed"
        assert await session.fetch_value("SHOW transaction_read_only") == "off"
    assert [each for each in statements if "BEGIN" in each or "COMMIT" in each] == [
        SNAPSHOT,
        f"COMMIT; {SNAPSHOT}",
        f"COMMIT; {SNAPSHOT}",
        "COMMIT; BEGIN",
        "COMMIT",
    ]


async def test_the_last_read_on_a_connection_commits_by_itself(alone: Database, owner: Any) -> None:
    async with alone.read() as session:
        await session.fetch("SELECT 1")
    for _ in range(200):
        if await owner.fetchval(OPEN) == 0 and [lease.state for lease in alone.pool.pooled()] == [LeaseState.FREE]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the transaction is open two seconds after its read")


async def test_a_read_sees_what_was_committed_since_the_one_before(alone: Database, owner: Any) -> None:
    await owner.execute("CREATE TABLE numbers (number integer); GRANT SELECT ON numbers TO kinegraph_api")
    try:
        for number in range(5):
            async with alone.read() as session:
                assert await session.fetch_value("SELECT count(*) FROM numbers") == number
                await owner.execute("INSERT INTO numbers VALUES (1)")
                assert await session.fetch_value("SELECT count(*) FROM numbers") == number
    finally:
        await owner.execute("DROP TABLE numbers")


async def test_a_read_that_failed_leaves_nothing_to_the_next_one(alone: Database) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await _fail(alone)
        async with alone.read() as session:
            assert not await session.fetch_value("SELECT current_setting('kinegraph.user_id', true)")
            await session.fetch("SELECT set_config('kinegraph.user_id', 'somebody else', true)")
        async with alone.write() as session:
            assert not await session.fetch_value("SELECT current_setting('kinegraph.user_id', true)")


async def _fail(database: Database) -> None:
    async with database.read() as session:
        await session.fetch("SELECT set_config('kinegraph.user_id', 'somebody', true)")
        raise ZeroDivisionError


async def test_a_waiting_client_gets_the_next_free_lease_at_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "DEFERRED_COMMIT_SECONDS", 3600)
    database = await Database.open(database_url, 2)
    done = []

    async def use(number: int) -> None:
        opener = database.write if number % 5 == 0 else database.read
        async with opener() as session:
            await session.fetch("SELECT pg_sleep(0.001)")
        done.append(number)

    await asyncio.wait_for(asyncio.gather(*(use(number) for number in range(100))), 60)
    assert sorted(done) == list(range(100))
    await asyncio.wait_for(database.close(), 10)


async def test_a_connection_that_was_killed_after_its_read_is_not_lent_again(
    alone: Database, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "DEFERRED_COMMIT_SECONDS", 3600)
    async with alone.read() as session:
        pid = await session.fetch_value("SELECT pg_backend_pid()")
    await owner.execute("SELECT pg_terminate_backend($1)", pid)
    await asyncio.sleep(0.2)
    async with alone.read() as session:
        assert await session.fetch_value("SELECT pg_backend_pid()") != pid


async def test_a_read_that_is_cancelled_at_any_moment_costs_no_connection(alone: Database) -> None:
    for turns in range(40):
        task = asyncio.create_task(_read(alone))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        async with asyncio.timeout(20), alone.read() as session:
            assert await session.fetch_value("SHOW transaction_read_only") == "on"
            assert await session.fetch_value("SELECT 1") == 1


async def _read(database: Database) -> None:
    async with database.read() as session:
        await session.fetch("SELECT pg_sleep(0.01)")


async def test_closing_commits_finished_reads(database_url: str, owner: Any) -> None:
    database = await Database.open(database_url, 3)

    async def use() -> None:
        async with database.read() as session:
            await session.fetch("SELECT pg_sleep(0.01)")

    await asyncio.gather(*(use() for _ in range(3)))
    await asyncio.wait_for(database.close(), 10)
    assert await owner.fetchval(OPEN) == 0
