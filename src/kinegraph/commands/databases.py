"""The database of a command: one connection, on a database of this version's schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinegraph import revisions
from kinegraph.kit.database import Database


@asynccontextmanager
async def open_migrated(url: str, statement_seconds: int = 30) -> AsyncIterator[Database]:
    """The database while the block runs. Raises Unreachable where it cannot be used, or is of another version."""
    database = await Database.open(url, 1, statement_seconds)
    try:
        await revisions.require_head(database)
        yield database
    finally:
        await database.close()
