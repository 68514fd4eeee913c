"""Bringing a database to the schema of this version, and saying how far it is."""

from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from kinegraph.kit.database import Database, Unreachable, explain

_PACKAGED = Path(__file__).parent / "migrations"
_CHECKOUT = Path(__file__).parents[2] / "migrations"

OLDEST_SERVER = 18


def scripts() -> Path:
    """Where the revisions are: inside an installed package, or at the top of a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@cache
def head() -> str:
    """The newest revision."""
    revision = ScriptDirectory(str(scripts())).get_current_head()
    assert revision is not None
    return revision


async def require_usable(url: str) -> str | None:
    """The database's revision. Raises Unreachable for a server that cannot be used or is too old."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise Unreachable(explain(error)) from error
    try:
        version = connection.get_server_version()
        if version.major < OLDEST_SERVER:
            raise Unreachable(f"The server is PostgreSQL {version.major}; Kinegraph needs {OLDEST_SERVER} or later.")
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()


async def require_head(database: Database) -> None:
    """Raises Unreachable where the database is not of this version."""
    try:
        revision = await database.pool.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.PostgresError:
        revision = None
    if revision != head():
        at = f"at {revision}" if revision else "not migrated"
        raise Unreachable(f"The database is {at}, this version needs {head()}: run `kinegraph migrate`.")


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, in one transaction. Raises Unreachable where it may not."""
    try:
        command.upgrade(_config(url), revision)
    except DBAPIError as error:
        detail = str(error.orig).partition("\n")[0].rpartition(">: ")[2]
        message = "Nothing was changed. The role needs to own the database and may have to be allowed CREATE ROLE; "
        raise Unreachable(
            f"The migration failed: {detail}. {message}pgvector and pg_trgm must be installed."
        ) from error


def downgrade(url: str, revision: str) -> None:
    """Take the database down to a revision, losing what came after."""
    command.downgrade(_config(url), revision)


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    driver_url = "postgresql+asyncpg://" + url.partition("://")[2]
    config.set_main_option("sqlalchemy.url", driver_url.replace("%", "%%"))
    return config
