"""Migrating a database, and reading its revision and its server's versions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any  # asyncpg has no types

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from kinegraph.kit.database import CANNOT_CONNECT, Unreachable, explain
from kinegraph.revisions import head, scripts

OLDEST_SERVER = 18
RIGHTS = (
    "The role must own the database. Where it is no superuser, let an administrator run once: "
    "CREATE ROLE kinegraph_api NOLOGIN; GRANT kinegraph_api TO <role>; ALTER ROLE <role> BYPASSRLS; "
    "GRANT SET ON PARAMETER kinegraph.platform_admin, kinegraph.coached, kinegraph.operator, kinegraph.organizations "
    "TO <role>; and in the database: CREATE EXTENSION vector; CREATE EXTENSION pg_trgm "
    "(docs/operations.md, PostgreSQL)."
)
"""The rights that a migration needs of the server."""


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


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction. Raises Unreachable where it may not."""
    try:
        command.upgrade(_config(url), revision)
    except CommandError as error:
        raise Unreachable(f"{error}: the database was migrated by a newer version; use that one.") from error
    except (DBAPIError, asyncpg.PostgresError) as error:
        detail = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        raise Unreachable(f"The migration failed: {detail}. Nothing was changed. {RIGHTS}") from error


def downgrade(url: str, revision: str) -> None:
    """Take the database down to a revision, losing what came after."""
    command.downgrade(_config(url), revision)


def new_revision(name: str) -> None:
    """Make a file for the next revision, to be filled with SQL; `name` in lower case with underscores."""
    command.revision(_config(), message=name, rev_id=f"{int(head()) + 1:04d}")


def _config(url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    driver_url = "postgresql+asyncpg://" + url.partition("://")[2]
    config.set_main_option("sqlalchemy.url", driver_url.replace("%", "%%"))
    return config
