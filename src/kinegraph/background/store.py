"""Reading jobs, and storing new ones."""

from collections.abc import Mapping, Sequence
from typing import Any  # a job's arguments: JSON
from uuid import UUID

from kinegraph.background.rules import HURRIED_SECONDS, Job, JobKind
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = """
id, kind, status, total, done, message, error, tries, requested_by_user_id, enqueued_at, started_at, finished_at,
CASE WHEN status = 'queued' AND handed_at IS NULL THEN due_at END AS next_try_at,
cancel_requested_at IS NOT NULL AS cancel_requested,
status IN ('failed', 'cancelled') AS can_retry
"""


async def jobs(session: ReadSession, ids: Sequence[UUID]) -> list[Job | None]:
    """Jobs by id, in key order, as far as the viewer sees them."""
    rows: list[Job] = await session.fetch(f"SELECT {COLUMNS} FROM jobs WHERE id = ANY ($1)", ids)
    return in_key_order(rows, ids)


async def newest(session: ReadSession, kind: str | None, status: str | None, limit: int) -> list[Job]:
    """The newest jobs, at most `limit`; only of this kind and this status where they are given."""
    return await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM jobs
        WHERE ($1::job_kind IS NULL OR kind = $1) AND ($2::job_status IS NULL OR status = $2)
        ORDER BY enqueued_at DESC, id DESC
        LIMIT $3
        """,
        kind,
        status,
        limit,
    )


async def insert(
    session: WriteSession, new_jobs: Sequence[tuple[JobKind, Mapping[str, Any]]], requested_by: UUID | None = None
) -> list[UUID]:
    """Store new jobs by kind and arguments; they are due at once. Returns their ids. `requested_by` is a user's id."""
    rows = await session.fetch(
        """
        INSERT INTO jobs (kind, arguments, requested_by_user_id)
        SELECT kind::job_kind, arguments, $3
        FROM unnest($1::text[], $2::jsonb[]) AS new (kind, arguments)
        RETURNING id
        """,
        [kind.value for kind, _ in new_jobs],
        [dict(arguments) for _, arguments in new_jobs],
        requested_by,
    )
    return [row.id for row in rows]


async def insert_collecting(
    session: WriteSession, kind: JobKind, arguments: Mapping[str, Any], delay_seconds: float
) -> None:
    """Store a new job, due after a delay, unless one with these arguments waits to be begun: it does the same work.

    One that failed and waits longer than HURRIED_SECONDS is due after these: what it waits for may be back. That try
    counts as no failure, so that new work never ends a job sooner.
    """
    await session.run(
        """
        WITH hurried AS (
            UPDATE jobs
            SET due_at = now() + make_interval(secs => $4), failures = greatest(failures - 1, 0)
            WHERE (kind, arguments, status) = ($1, $2, 'queued') AND handed_at IS NULL AND error IS NOT NULL
              AND due_at > now() + make_interval(secs => $4)
        )
        INSERT INTO jobs (kind, arguments, due_at)
        SELECT $1, $2, now() + make_interval(secs => $3)
        WHERE NOT EXISTS (SELECT FROM jobs WHERE due_at IS NOT NULL AND (kind, arguments, status) = ($1, $2, 'queued'))
        """,
        kind.value,
        dict(arguments),
        delay_seconds,
        HURRIED_SECONDS,
    )
