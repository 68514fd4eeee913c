"""Import and export, step by step, for the command line."""

from collections.abc import AsyncGenerator, Callable
from uuid import UUID

from kinegraph.exchange import store, store_write
from kinegraph.exchange.rules import Choices, ExistingRows, Parsed, Plan, Stored
from kinegraph.exchange.rules_fields import FIELDS, digest
from kinegraph.exchange.rules_plan import planned, record_of, require_importable
from kinegraph.exercise.rules_columns import api_name
from kinegraph.formats.kinegraph_json import line
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import ReadSession, WriteSession

BATCH = 500
"""How many rows are written, or read, at once."""

Tell = Callable[[Plan], None]
Progress = Callable[[int, int], None]
"""Called with how many rows are done, and how many there are."""


async def import_exercises(
    database: Database, slug: str | None, parsed: Parsed, choices: Choices, tell: Tell, progress: Progress
) -> Plan:
    """Import a file's entries into the canonical library, or the organization of this slug: all of them, or none.

    `tell` gets the plan before anything is written. Raises ExchangeError, for rejected rows too.
    """
    if choices.dry_run:
        async with database.read(store.authenticate(slug)) as reading:
            return await _checked_plan(reading, parsed, choices, tell)
    async with database.write(store.authenticate(slug)) as session:
        await store.hold(session, session.viewer, *_lookup_keys(parsed))
        plan = await _checked_plan(session, parsed, choices, tell)
        await _write(session, plan, progress)
    return plan


async def _checked_plan(session: ReadSession[store.Scope], parsed: Parsed, choices: Choices, tell: Tell) -> Plan:
    plan = planned(parsed, await _existing_rows(session, parsed), choices)
    require_importable(plan, choices)
    tell(plan)
    return plan


def _lookup_keys(parsed: Parsed) -> tuple[list[str], list[UUID], list[str]]:
    """The keys, ids and slugs that the entries may be stored under."""
    entries = parsed.entries
    return (
        [entry.key for entry in entries],
        [entry.id for entry in entries if entry.id],
        [entry.slug for entry in entries if entry.slug],
    )


async def _existing_rows(session: ReadSession[store.Scope], parsed: Parsed) -> ExistingRows:
    """What is stored, as far as it matters to these entries."""
    scope = session.viewer
    slugs = [slug for entry in parsed.entries if (slug := entry.content.get("slug"))]
    return ExistingRows(
        is_canonical=scope is None,
        stored=[_stored(row) for row in await store.rows_about(session, scope, *_lookup_keys(parsed))],
        named=await store.names(session, scope),
        slugs=await store.canonical_slugs(session, slugs) if scope is None else {},
        terms=await store.terms(session, scope),
    )


def _stored(row: Row) -> Stored:
    images = [each for each in row.instructions if each["image_key"]]
    return Stored(row.id, row.import_key, row.seed_hash, store.content_of(row), images)


async def _write(session: WriteSession[store.Scope], plan: Plan, progress: Progress) -> None:
    # Rows that are there come first: one may give up the name or slug that a new one takes.
    records = [record_of(each) for each in sorted(plan.written, key=lambda each: each.stored is None)]
    for start in range(0, len(records), BATCH):
        await store_write.write(session, session.viewer, records[start : start + BATCH])
        progress(min(start + BATCH, len(records)), len(records))


async def export_exercises(database: Database, slug: str | None) -> AsyncGenerator[bytes, None]:
    """Every row of the canonical library or of an organization as a line of JSON, by name, all of one moment.

    Raises ExchangeError.
    """
    async with database.read(store.authenticate(slug)) as session:
        last: tuple[str, UUID] | None = ("", UUID(int=0))
        while last:
            rows = await store.page(session, session.viewer, last, BATCH)
            for row in rows:
                content = store.content_of(row)
                fields = {api_name(name): content[name] for name in FIELDS}
                yield line(row.id, row.import_key, digest(content), fields)
            last = (rows[-1].name, rows[-1].id) if rows else None
