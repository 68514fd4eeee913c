"""Import and export, for the command line."""

from collections.abc import AsyncGenerator, Callable
from uuid import UUID

from kinegraph.exchange import store, store_records, store_write
from kinegraph.exchange.rules import Choices, ExistingRows, Parsed, Plan, Stored, StoredRow
from kinegraph.exchange.rules_fields import FIELDS
from kinegraph.exchange.rules_plan import planned, require_importable
from kinegraph.exercise.rules_columns import api_name
from kinegraph.formats.hashes import digest
from kinegraph.formats.kinegraph_json import line, override_line, term_line
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.override import store as store_overrides
from kinegraph.override.rules import stored_fields, target_ids
from kinegraph.taxonomy.store_terms import own_terms, term_names
from kinegraph.video.rules import NO_VIDEO

BATCH = 500
"""Number of rows that are written, or read, at once."""

TAXONOMY_TERMS, EXERCISES, OVERRIDES = "taxonomy terms", "exercises", "overrides"
"""The words for the lines of an export."""

ShowPlan = Callable[[Plan], None]
"""Called with the plan before anything is written."""

ShowProgress = Callable[[int, int], None]
"""Called with the number of rows that are done, and the number of all rows."""


async def import_exercises(
    database: Database,
    slug: str | None,
    parsed: Parsed,
    choices: Choices,
    show_plan: ShowPlan,
    show_progress: ShowProgress,
) -> Plan:
    """Import a file's entries into the canonical library, or the organization of this slug: all of them, or none.

    Returns the plan. Raises ExchangeError, also for rejected rows.
    """
    if choices.dry_run:
        async with database.read(store.authenticate(slug)) as reading:
            return await _checked_plan(reading, parsed, choices, show_plan)
    async with database.write(store.authenticate(slug)) as session:
        await store.lock(session, session.viewer, *_lookup_keys(parsed))
        await store_overrides.lock(session, session.viewer)
        plan = await _checked_plan(session, parsed, choices, show_plan)
        await _write(session, plan, show_progress)
    return plan


async def _checked_plan(
    session: ReadSession[store.Scope], parsed: Parsed, choices: Choices, show_plan: ShowPlan
) -> Plan:
    plan = planned(parsed, await _rows_to_compare(session, parsed), choices)
    require_importable(plan, choices)
    show_plan(plan)
    return plan


def _lookup_keys(parsed: Parsed) -> tuple[list[str], list[UUID], list[str]]:
    """The keys, ids and slugs by which the entries' stored rows are found."""
    entries = parsed.entries
    return (
        [entry.key for entry in entries],
        [entry.id for entry in entries if entry.id],
        [entry.slug for entry in entries if entry.slug],
    )


async def _rows_to_compare(session: ReadSession[store.Scope], parsed: Parsed) -> ExistingRows:
    """The stored rows that these entries are compared with."""
    scope = session.viewer
    slugs = [slug for entry in parsed.entries if (slug := entry.content.get("slug"))]
    named = await store.names(session, scope)
    overridden = target_ids(parsed.overrides, [row for row in named if not row.is_own])
    return ExistingRows(
        is_canonical=scope is None,
        stored=[_stored(row) for row in await store.existing_rows(session, scope, *_lookup_keys(parsed))],
        named=named,
        slugs=await store.canonical_slugs(session, slugs) if scope is None else {},
        terms=await term_names(session, scope),
        targets=await store_overrides.targets(session, scope, overridden),
    )


def _stored(row: StoredRow) -> Stored:
    images = [each for each in row.instructions if each["image_key"]]
    video = {name: getattr(row, name) for name in NO_VIDEO}
    is_locked = row.video_locked_by_user_id is not None
    return Stored(row.id, row.import_key, row.seed_hash, store.content_of(row), video, is_locked, images)


async def _write(session: WriteSession[store.Scope], plan: Plan, show_progress: ShowProgress) -> None:
    await store_write.write_terms(session, session.viewer, plan.new_terms)
    # Existing rows come first: one may release the name or slug that a new row gets.
    records = [store_records.record_of(each) for each in sorted(plan.written, key=lambda each: each.stored is None)]
    for start in range(0, len(records), BATCH):
        await store_write.write(session, session.viewer, records[start : start + BATCH])
        show_progress(min(start + BATCH, len(records)), len(records))
    await store_write.write_overrides(session, session.viewer, plan.overrides)


async def export_exercises(database: Database, slug: str | None) -> AsyncGenerator[tuple[str, bytes], None]:
    """Everything that a scope has for a file, from one snapshot: each line of JSON with the word for its kind.

    First the taxonomy terms, then the exercises by name, then the overrides. Raises ExchangeError.
    """
    async with database.read(store.authenticate(slug)) as session:
        scope = session.viewer
        for term in await own_terms(session, scope):
            yield TAXONOMY_TERMS, term_line(term.kind, term.slug, term.name, term.parent, term.body_area)
        last: tuple[str, UUID] | None = ("", UUID(int=0))
        while last:
            rows = await store.page(session, scope, last, BATCH)
            for row in rows:
                content = store.content_of(row)
                fields = {api_name(name): content[name] for name in FIELDS}
                yield EXERCISES, line(row.id, row.import_key, digest(content), fields)
            last = (rows[-1].name, rows[-1].id) if rows else None
        after: UUID | None = UUID(int=0)
        while after:
            overrides = await store_overrides.page(session, scope, after, BATCH)
            for each in overrides:
                if values := stored_fields(each):  # it may be empty, after a reset
                    yield OVERRIDES, override_line(each.id, each.slug, each.name, digest(values), values)
            after = overrides[-1].id if overrides else None
