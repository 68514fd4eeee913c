"""A transaction whose connection died is never reported as stored."""

import asyncio
from typing import Any  # Any: connections of asyncpg, which has no types

import asyncpg
import pytest

from kinegraph.kit import database as database_module
from kinegraph.kit.database import Database


async def test_a_write_whose_connection_dies_before_its_commit_is_not_reported_as_stored(
    alone: Database, owner: Any
) -> None:
    await owner.execute("CREATE TABLE numbers (number integer); GRANT SELECT, INSERT ON numbers TO kinegraph_api")
    try:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await _write_and_die(alone, owner)
        assert await owner.fetchval("SELECT count(*) FROM numbers") == 0
    finally:
        await owner.execute("DROP TABLE numbers")


async def _write_and_die(database: Database, owner: Any) -> None:
    died = asyncio.Event()
    async with database.write() as session:
        await session.run("INSERT INTO numbers VALUES (1)")
        session.lease._connection.add_termination_listener(lambda _: died.set())
        await owner.execute("SELECT pg_terminate_backend($1)", await session.fetch_value("SELECT pg_backend_pid()"))
        await died.wait()


async def test_a_connection_that_the_server_ends_while_it_is_opened_counts_as_lost(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(connection: Any) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")

    monkeypatch.setattr(database_module, "_prepare_connection", ended)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await database_module._connect(database_url, 5)
