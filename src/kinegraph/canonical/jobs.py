"""Seeding the canonical library, for the worker and the command line."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # JSON of the files
from uuid import UUID

from kinegraph.authoring.rules_progressions import edges_of
from kinegraph.background.jobs import JobRun
from kinegraph.canonical import store as store_seed
from kinegraph.canonical import store_taxonomies
from kinegraph.canonical.rules import LibraryError, library_of
from kinegraph.canonical.rules_files import shipped_files, shipped_progressions, shipped_taxonomies
from kinegraph.canonical.store_progressions import seed_progressions
from kinegraph.kit.database import Database


@dataclass(frozen=True, slots=True)
class Seeded:
    """The result of seeding one file: the numbers of its entries, new rows and changed rows."""

    file: str
    total: int
    new: int
    changed: int


async def seed_library(database: Database, run: JobRun | None = None) -> AsyncIterator[Seeded]:
    """Upsert the global taxonomies and the shipped library, file by file, after all files were checked.

    `run` gets the progress, where a job does it. Raises LibraryError, which names row and field.
    """
    authored = shipped_progressions()
    library = library_of(shipped_files(), authored)
    async with database.write(store_seed.act_as_curator) as session:
        await store_taxonomies.seed_taxonomies(session, taxonomies := shipped_taxonomies())
        terms = await store_taxonomies.global_terms(session, taxonomies)
    library = [(name, tagged(name, entries, terms)) for name, entries in library]
    total, done = sum(len(entries) for _, entries in library), 0
    for name, entries in library:
        async with database.write(store_seed.act_as_curator) as session:
            await store_seed.lock(session)
            new, changed = await store_seed.seed(session, entries)
            done += len(entries)
            if run is not None:
                await run.report(session, total=total, done=done)
        yield Seeded(name, len(entries), new, changed)
    async with database.write(store_seed.act_as_curator) as session:
        await store_seed.lock(session)
        await seed_progressions(session, edges_of(authored))


def tagged(
    name: str, entries: Sequence[Mapping[str, Any]], terms: Mapping[tuple[str, str], UUID]
) -> list[dict[str, Any]]:
    """Return the entries with the ids of the terms that they name. Raises LibraryError for an unknown term."""
    found = []
    for number, entry in enumerate(entries, 1):
        for term in entry["terms"]:
            if (term["kind"], term["slug"]) not in terms:
                fault = f"there is no global {term['kind']} {term['slug']}."
                raise LibraryError(f"{name}: row {number} ({entry['name']}): {fault}")
        ids = [{**term, "term_id": terms[term["kind"], term["slug"]]} for term in entry["terms"]]
        found.append({**entry, "terms": ids})
    return found
