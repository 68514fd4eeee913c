"""Bringing a database to the schema of this version, and saying how far it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from kinegraph.kit.database import CANNOT_CONNECT, Database, Unreachable, explain

_PACKAGED = Path(__file__).parent / "migrations"
_CHECKOUT = Path(__file__).parents[2] / "migrations"

OLDEST_SERVER = 18
RIGHTS = (
    "The role must own the database. Where it is no superuser, let an administrator run once: "
    "CREATE ROLE kinegraph_api NOLOGIN; GRANT kinegraph_api TO <role>; "
    "and in the database: CREATE EXTENSION vector; CREATE EXTENSION pg_trgm."
)
"""What a migration needs of the server."""


def scripts() -> Path:
    """Where the revisions are: inside an installed package, or at the top of a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@cache
def head() -> str:
    """The newest revision."""
    revision = ScriptDirectory(str(scripts())).get_current_head()
    assert revision is not None
    return revision


@cache
def known() -> frozenset[str]:
    """Every revision that this version knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(scripts())).walk_revisions())


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


async def require_head(database: Database) -> None:
    """Raises Unreachable where the database is not of this version."""
    try:
        revision = (await database.fetch("SELECT version_num FROM alembic_version"))[0][0]
    except asyncpg.PostgresError:
        revision = None
    if revision is not None and revision not in known():
        raise Unreachable(f"The database is at {revision}, which only a newer version knows: use that one.")
    if revision != head():
        at = f"at {revision}" if revision else "not migrated"
        raise Unreachable(f"The database is {at}, this version needs {head()}: run `kinegraph migrate`.")


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
