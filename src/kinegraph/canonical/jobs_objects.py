"""Seeding canonical exercises from a file in the object storage: all of its rows, or none."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any  # JSON of the file

from kinegraph.authoring.rules_substitutes import candidates_of
from kinegraph.background.jobs import JobRun
from kinegraph.canonical import store, store_taxonomies
from kinegraph.canonical.jobs import tagged
from kinegraph.canonical.rules import LibraryError, entries_of
from kinegraph.canonical.rules_files import shipped_rows, shipped_taxonomies
from kinegraph.canonical.rules_objects import KEY_FAULT, is_seed_key, size_fault
from kinegraph.kit.database import Database
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage

BATCH = 500
"""Number of rows that are written by one statement, and after which progress is stored."""


async def seed_object(database: Database, storage: ObjectStorage, run: JobRun, key: str) -> str:
    """Upsert the exercises of a file, after all of it was checked. Returns the job's message.

    They are written by one transaction, in which the job succeeds, too. Raises LibraryError, which names row and field;
    nothing of the file is stored then.
    """
    try:
        await run.show(database, done=0, message=f"Reads {key}.")
        content = await _content(storage, key)
        entries = await asyncio.to_thread(_entries, key, content)
        await run.show(database, total=len(entries), message=f"Writes the rows of {key}.")
        return await _write(database, run, key, entries)
    except LibraryError as error:
        raise LibraryError(f"{error}\nNothing of the file was stored.") from None


def _entries(key: str, content: bytes) -> list[dict[str, Any]]:
    """The entries of a file, with substitutes of the shipped library."""
    return entries_of(key, content, candidates_of(shipped_rows()))


async def _content(storage: ObjectStorage, key: str) -> bytes:
    """The content of an object of a permitted key and size. Raises LibraryError."""
    if not is_seed_key(key):
        raise LibraryError(f"{key[:250]} cannot be read. {KEY_FAULT}")
    found = await storage.inspect(key)
    if found is None:
        raise LibraryError(f"{key} does not exist in {storage.describe()}.")
    if fault := size_fault(found.size):
        raise LibraryError(f"{key} {fault}")
    content = await storage.read_version(key, found.etag)
    if content is None:
        raise LibraryError(f"{key} was changed while it was read. Seed it again when it is complete.")
    return content


async def _write(database: Database, run: JobRun, key: str, entries: Sequence[Mapping[str, Any]]) -> str:
    added = changed = 0
    async with database.write(store.act_as_curator) as session:
        if not await store.try_lock(session):
            raise ServiceError("The canonical library is being seeded or imported by others; this is tried again.")
        entries = tagged(key, entries, await store_taxonomies.global_terms(session, shipped_taxonomies()))
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            counts = await store.seed(session, batch, key)
            added, changed = added + counts[0], changed + counts[1]
            await run.show(database, done=start + len(batch))
        unchanged = len(entries) - added - changed
        message = f"{key}: {len(entries)} rows, {added} added, {changed} changed, {unchanged} unchanged, 0 rejected."
        await run.succeed(session, message)
    return message
