"""Storing vectors, in the rows that they belong to."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from kinegraph.canonical.store import act_as_curator
from kinegraph.embedding.rules import Kind, Vector
from kinegraph.identity.store import act_for_organizations
from kinegraph.kit.sessions import WriteSession

TABLES: Mapping[str, str] = {
    Kind.EXERCISE: "exercises",
    Kind.OVERRIDE: "exercise_org_overrides",
    Kind.WORKOUT: "workouts",
}


async def act_as_writer(session: WriteSession, organizations: Collection[UUID | None]) -> None:
    """Permit a transaction of the worker to write rows of these organizations; None stands for canonical rows."""
    if None in organizations:
        await act_as_curator(session)
    await act_for_organizations(session, {each for each in organizations if each is not None})


async def put(session: WriteSession, kind: str, vectors: Sequence[Vector]) -> set[UUID]:
    """Store vectors in rows that nobody else has locked. Returns the ids of the others, that were left as they are.

    Nothing waits for a lock: an edit that has one changes the text, so that the row is marked again. Triggers see that
    vectors alone have changed, and give no organization another version (migration 0029).
    """
    rows = await session.fetch(
        f"""
        WITH free AS (
            SELECT id FROM {TABLES[kind]} WHERE id = ANY ($1) FOR NO KEY UPDATE SKIP LOCKED
        ),
        stored AS (
            UPDATE {TABLES[kind]} AS changed
            SET embedding = new.embedding::vector, embedding_hash = new.hash
            FROM free
            JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, hash, embedding) USING (id)
            WHERE changed.id = free.id
        )
        SELECT id FROM {TABLES[kind]} WHERE id = ANY ($1) AND id NOT IN (SELECT id FROM free)
        """,
        [each.row_id for each in vectors],
        [each.hash for each in vectors],
        [None if each.vector is None else str([*each.vector]) for each in vectors],
    )
    return {row.id for row in rows}
