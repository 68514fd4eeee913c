"""The command `kinegraph migrate`, and migrating a database by Alembic."""

import argparse
import asyncio

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from kinegraph.commands.databases import require_usable
from kinegraph.kit import logs
from kinegraph.kit.database import Unreachable
from kinegraph.revisions import head, scripts
from kinegraph.services import database_url
from kinegraph.settings import read_settings

RIGHTS = (
    "The role must own the database. Where it is no superuser, let an administrator run once: "
    "CREATE ROLE kinegraph_api NOLOGIN; GRANT kinegraph_api TO <role>; ALTER ROLE <role> BYPASSRLS; "
    "GRANT SET ON PARAMETER kinegraph.platform_admin, kinegraph.coached, kinegraph.operator, kinegraph.organizations "
    "TO <role>; and in the database: CREATE EXTENSION vector; CREATE EXTENSION pg_trgm "
    "(docs/operations.md, PostgreSQL)."
)
"""The rights that a migration needs of the server."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command, which has no arguments."""
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Migrate the database, and print its revision. Raises Unreachable."""
    settings = read_settings()
    logs.set_up(settings.log_format, shows_messages=settings.is_development)
    url = database_url(settings)
    before = asyncio.run(require_usable(url))
    upgrade(url)
    print(f"The database is at {head()}, as before." if before == head() else f"Migrated to {head()}.")
    return 0


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
