"""The schema revisions of this version, and the check that a database has the newest."""

from functools import cache
from pathlib import Path

import asyncpg
from alembic.script import ScriptDirectory

from kinegraph.kit.database import Database, Unreachable

_PACKAGED = Path(__file__).parent / "migrations"
_CHECKOUT = Path(__file__).parents[2] / "migrations"


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
def existing_revisions() -> frozenset[str]:
    """Every revision that this version has."""
    return frozenset(script.revision for script in ScriptDirectory(str(scripts())).walk_revisions())


async def require_head(database: Database) -> None:
    """Raises Unreachable where the database is not of this version."""
    try:
        revision = (await database.fetch("SELECT version_num FROM alembic_version"))[0][0]
    except asyncpg.PostgresError:
        revision = None
    if revision is not None and revision not in existing_revisions():
        raise Unreachable(f"The database is at {revision}, which belongs to a newer version: use that one.")
    if revision != head():
        at = f"at {revision}" if revision else "not migrated"
        raise Unreachable(f"The database is {at}, this version needs {head()}: run `kinegraph migrate`.")
