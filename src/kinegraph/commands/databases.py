"""The database of a command: one connection to it, its revision, its server's versions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any  # asyncpg has no types

import asyncpg

from kinegraph import revisions
from kinegraph.kit.database import CANNOT_CONNECT, Database, Unreachable, explain

OLDEST_SERVER = 18

WHOLE_TABLES_SECONDS = 600
"""Maximum duration of a statement that reads whole tables."""


@asynccontextmanager
async def open_migrated(url: str, statement_seconds: int = 30) -> AsyncIterator[Database]:
    """The database while the block runs. Raises Unreachable where it cannot be used, or is of another version."""
    database = await Database.open(url, 1, statement_seconds)
    try:
        await revisions.require_head(database)
        yield database
    finally:
        await database.close()


async def require_migrated(url: str) -> None:
    """Refuse a database that cannot be used, or is of another version. Raises Unreachable."""
    async with open_migrated(url):
        pass


async def require_usable(url: str) -> str | None:
    """The database's revision. Raises Unreachable for a server that cannot be used or is too old."""
    async with _connected(url) as connection:
        version = connection.get_server_version()
        if version.major < OLDEST_SERVER:
            raise Unreachable(f"The server is PostgreSQL {version.major}; Kinegraph needs {OLDEST_SERVER} or later.")
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision


async def describe_server(url: str) -> str:
    """The versions of a database's server and extension: `PostgreSQL 18.1 with pgvector 0.8.5`. Raises Unreachable."""
    async with _connected(url) as connection:
        server = await connection.fetchval("SELECT split_part(current_setting('server_version'), ' ', 1)")
        vector = await connection.fetchval(
            "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
        )
    return f"PostgreSQL {server} " + (f"with pgvector {vector}" if vector else "without pgvector")


@asynccontextmanager
async def _connected(url: str) -> "AsyncIterator[asyncpg.Connection[Any]]":
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except CANNOT_CONNECT as error:
        raise Unreachable(explain(error)) from error
    try:
        yield connection
    finally:
        await connection.close()
