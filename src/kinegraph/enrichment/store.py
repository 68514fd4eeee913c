"""The exercises that are to be enriched: reading and claiming them, and storing that they were."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.enrichment.rules import ExerciseToEnrich
from kinegraph.enrichment.rules_requests import Entry
from kinegraph.kit.sessions import ReadSession, WriteSession

PAGE_SIZE = 500
"""Exercises that are read at once."""

COLUMNS = """
e.id, e.name, e.aliases, e.equipment, e.primary_muscles,
ARRAY(SELECT p.identity FROM alias_proposals p WHERE p.exercise_id = e.id AND p.applied_at IS NOT NULL)
    AS applied_identities,
coalesce((SELECT jsonb_object_agg(n.language, jsonb_build_object(
                     'hash', n.content_hash, 'job', CASE WHEN NOT n.is_claimed THEN n.job_id END))
          FROM exercise_enrichments n WHERE n.exercise_id = e.id), '{}') AS states
"""

ENRICHED = "e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status <> 'archived'"
"""SQL condition: the exercise is one that is enriched."""


async def act_as_enricher(session: ReadSession) -> None:
    """Permit a transaction of the worker to write jobs, proposals and canonical rows."""
    names = ["kinegraph.worker", "kinegraph.platform_admin"]
    await session.fetch("SELECT set_config(name, 'on', true) FROM unnest($1::text[]) AS name", names)


async def canonical_ids(session: ReadSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that are exercises to enrich."""
    rows = await session.fetch(f"SELECT e.id FROM exercises e WHERE e.id = ANY ($1) AND {ENRICHED}", ids)
    return {row.id for row in rows}


async def page_after(session: ReadSession, after: UUID | None, ids: Sequence[UUID] | None) -> list[ExerciseToEnrich]:
    """The next PAGE_SIZE exercises to enrich, by id; of these ids only, where they are given."""
    return await session.fetch(
        f"""
        SELECT {COLUMNS} FROM exercises e
        WHERE {ENRICHED} AND ($1::uuid IS NULL OR e.id > $1) AND ($2::uuid[] IS NULL OR e.id = ANY ($2))
        ORDER BY e.id
        LIMIT {PAGE_SIZE}
        """,
        after,
        ids,
    )


async def claim(
    session: WriteSession, job_id: UUID, entries: Sequence[Entry], rows: Sequence[ExerciseToEnrich]
) -> set[tuple[UUID, str]]:
    """Claim exercises for a job, by exercise and language. Returns those that no other job has claimed.

    Those that another job has answered since they were read (`rows`) are not claimed either. A claim is valid until its
    job has ended, and never keeps the job itself out, whose worker may have died.
    """
    states = {row.id: row.states for row in rows}
    pairs = [(entry.exercise_id, language) for entry in entries for language in entry.languages]
    claimed = await session.fetch(
        """
        INSERT INTO exercise_enrichments AS n (exercise_id, language, content_hash, job_id, is_claimed)
        SELECT claimed.exercise_id, claimed.language::alias_language, claimed.content_hash, $1, true
        FROM unnest($2::uuid[], $3::text[], $4::text[]) AS claimed (exercise_id, language, content_hash)
        JOIN exercises e ON e.id = claimed.exercise_id
        ORDER BY claimed.exercise_id, claimed.language
        ON CONFLICT (exercise_id, language) DO UPDATE SET job_id = excluded.job_id, is_claimed = true
        WHERE n.content_hash IS NOT DISTINCT FROM excluded.content_hash
          AND (NOT n.is_claimed OR n.job_id IS NOT DISTINCT FROM excluded.job_id
               OR NOT EXISTS (SELECT FROM jobs j WHERE j.id = n.job_id AND j.finished_at IS NULL))
        RETURNING exercise_id, language
        """,
        job_id,
        [id for id, _ in pairs],
        [language for _, language in pairs],
        [states[id].get(language, {}).get("hash") for id, language in pairs],
    )
    return {(row.exercise_id, row.language) for row in claimed}


async def finish(session: WriteSession, job_id: UUID, entries: Sequence[Entry]) -> None:
    """Store that the content of these exercises was answered, and end the job's claims of them."""
    await session.run(
        """
        UPDATE exercise_enrichments n
        SET content_hash = answered.content_hash, is_claimed = false, enriched_at = now()
        FROM unnest($2::uuid[], $3::text[], $4::text[]) AS answered (exercise_id, language, content_hash)
        WHERE n.exercise_id = answered.exercise_id AND n.language = answered.language::alias_language
          AND n.job_id = $1
        """,
        job_id,
        [entry.exercise_id for entry in entries for _ in entry.languages],
        [language for entry in entries for language in entry.languages],
        [entry.content_hash for entry in entries for _ in entry.languages],
    )
