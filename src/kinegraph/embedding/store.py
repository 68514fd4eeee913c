"""Marks of rows that need a vector: made, counted, claimed and released by the worker."""

from collections.abc import Collection, Sequence
from uuid import UUID

from kinegraph.embedding.rules import CLAIM_SECONDS, Mark
from kinegraph.kit.sessions import ReadSession, WriteSession


async def mark(session: WriteSession, kind: str, ids: Sequence[UUID], organizations: Sequence[UUID | None]) -> int:
    """Mark rows that are not marked yet. Returns how many."""
    return await session.run(
        """
        INSERT INTO stale_embeddings (kind, row_id, organization_id)
        SELECT $1, row_id, organization_id
        FROM unnest($2::uuid[], $3::uuid[]) AS found (row_id, organization_id)
        ORDER BY row_id
        ON CONFLICT DO NOTHING
        """,
        kind,
        ids,
        organizations,
    )


async def mark_exercises(session: WriteSession, ids: Sequence[UUID], organizations: Sequence[UUID | None]) -> None:
    """Mark exercises that are not marked yet, in the session of a user."""
    await session.fetch(
        """
        SELECT kinegraph_mark_embedding('exercise', id, organization_id, false)
        FROM unnest($1::uuid[], $2::uuid[]) AS exercise (id, organization_id)
        """,
        ids,
        organizations,
    )


async def mark_dependents(
    session: WriteSession, exercise_ids: Sequence[UUID], organizations: Sequence[UUID | None]
) -> None:
    """Mark overrides and workouts whose texts have those of these exercises; each for an organization, None for all."""
    await session.fetch("SELECT kinegraph_mark_dependents($1, $2)", exercise_ids, organizations)


async def waiting(session: ReadSession, kinds: Collection[str], ids: Collection[UUID] | None = None) -> int:
    """The number of marks of these kinds; only of rows with these ids, where they are given."""
    count: int = await session.fetch_value(
        """
        SELECT count(*) FROM stale_embeddings
        WHERE kind = ANY ($1) AND ($2::uuid[] IS NULL OR row_id = ANY ($2))
        """,
        kinds,
        ids,
    )
    return count


async def claim(session: WriteSession, job_id: UUID, kind: str, ids: Collection[UUID] | None, limit: int) -> list[Mark]:
    """Claim marks of a kind for a job that no other job has; only of rows with these ids, where they are given."""
    return await session.fetch(
        """
        WITH free AS (
            SELECT kind, row_id FROM stale_embeddings
            WHERE kind = $2 AND ($3::uuid[] IS NULL OR row_id = ANY ($3))
              AND (claimed_until IS NULL OR claimed_until < now())
            ORDER BY row_id
            LIMIT $4
            FOR UPDATE SKIP LOCKED
        )
        UPDATE stale_embeddings AS stale
        SET claimed_by = $1, claimed_until = now() + make_interval(secs => $5)
        FROM free
        WHERE (stale.kind, stale.row_id) = (free.kind, free.row_id)
        RETURNING stale.row_id, stale.organization_id, stale.revision
        """,
        job_id,
        kind,
        ids,
        limit,
        CLAIM_SECONDS,
    )


async def renew(session: WriteSession, job_id: UUID) -> None:
    """Renew the claims of a job, but for marks that others have locked: these are made anew."""
    await session.run(
        """
        WITH mine AS (
            SELECT kind, row_id FROM stale_embeddings WHERE claimed_by = $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE stale_embeddings AS stale
        SET claimed_until = now() + make_interval(secs => $2)
        FROM mine
        WHERE (stale.kind, stale.row_id) = (mine.kind, mine.row_id)
        """,
        job_id,
        CLAIM_SECONDS,
    )


async def release(session: WriteSession, job_id: UUID, tries: int) -> int:
    """Release the claims of a job, unless a later run than this one has begun. Returns how many."""
    return await session.run(
        """
        UPDATE stale_embeddings SET claimed_by = NULL, claimed_until = NULL
        WHERE claimed_by = $1 AND NOT EXISTS (SELECT FROM jobs WHERE id = $1 AND tries > $2)
        """,
        job_id,
        tries,
    )


async def lock_claimed(session: WriteSession, job_id: UUID, kind: str, marks: Sequence[Mark]) -> set[UUID]:
    """Lock the marks that a job still has and that were not made anew, without waiting. Returns their rows' ids."""
    rows = await session.fetch(
        """
        SELECT stale.row_id
        FROM unnest($3::uuid[], $4::uuid[]) AS claimed (row_id, revision)
        JOIN stale_embeddings stale USING (row_id, revision)
        WHERE stale.kind = $2 AND stale.claimed_by = $1
        FOR UPDATE OF stale SKIP LOCKED
        """,
        job_id,
        kind,
        [each.row_id for each in marks],
        [each.revision for each in marks],
    )
    return {row.row_id for row in rows}


async def delete_marks(session: WriteSession, kind: str, ids: Collection[UUID]) -> None:
    """Delete the marks of rows, which are locked."""
    await session.run("DELETE FROM stale_embeddings WHERE kind = $1 AND row_id = ANY ($2)", kind, list(ids))
