"""Seeding the canonical library: the job that the worker runs, and its steps for the command line."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from kinegraph.exercise import store
from kinegraph.exercise.rules_canonical import entries_of, shipped_files
from kinegraph.kit.database import Database


@dataclass(frozen=True, slots=True)
class Seeded:
    """What one file of the library came to."""

    file: str
    total: int
    new: int
    changed: int


async def seed_library(database: Database) -> AsyncIterator[Seeded]:
    """Upsert the shipped library, file by file. Every file is checked before anything is stored.

    Raises LibraryError with the row and field at fault.
    """
    library = [(name, entries_of(name, content)) for name, content in shipped_files()]
    for name, entries in library:
        async with database.write(store.enter_as_curator) as session:
            new, changed = await store.seed(session, entries)
        yield Seeded(name, len(entries), new, changed)
