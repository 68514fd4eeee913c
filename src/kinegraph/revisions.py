"""The schema revisions of this version, and the check that a database has the newest.

The revisions are read from the names of their files: importing Alembic would make each command start 0.2 s later.
"""

from functools import cache
from pathlib import Path

import asyncpg

from kinegraph.kit.database import Database, Unreachable

_PACKAGED = Path(__file__).parent / "migrations"
_CHECKOUT = Path(__file__).parents[2] / "migrations"


def scripts() -> Path:
    """Where the revisions are: inside an installed package, or at the top of a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@cache
def head() -> str:
    """The newest revision."""
    return max(existing_revisions())


@cache
def existing_revisions() -> frozenset[str]:
    """Every revision that this version has."""
    return frozenset(path.name.partition("_")[0] for path in (scripts() / "versions").glob("[0-9]*_*.py"))


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
