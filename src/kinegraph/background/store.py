"""Reading jobs, and changing their status."""

from collections.abc import Mapping, Sequence
from typing import Any  # a job's arguments: JSON
from uuid import UUID

from kinegraph.background.rules import LEASE_SECONDS, MAX_TRIES, DueJob, Job, JobKind, StartedJob
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = "id, kind, status, total, done, message, error, enqueued_at, started_at, finished_at"


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


async def insert(session: WriteSession, new_jobs: Sequence[tuple[JobKind, Mapping[str, Any]]]) -> list[UUID]:
    """Store new jobs by kind and arguments; they are due at once. Returns their ids."""
    rows = await session.fetch(
        """
        INSERT INTO jobs (kind, arguments)
        SELECT kind::job_kind, arguments
        FROM unnest($1::text[], $2::jsonb[]) AS new (kind, arguments)
        RETURNING id
        """,
        [kind.value for kind, _ in new_jobs],
        [dict(arguments) for _, arguments in new_jobs],
    )
    return [row.id for row in rows]


async def take_due(session: WriteSession, max_queued: int) -> list[DueJob]:
    """Jobs to hand to Redis now: new ones, and those that were handed over but did not end in time.

    With those that were handed over before and are not due again they are at most `max_queued`.
    """
    return await session.fetch(
        """
        UPDATE jobs
        SET status = 'queued', handed_at = now(), due_at = now() + make_interval(secs => $2)
        WHERE id = ANY (ARRAY (SELECT id
                               FROM jobs
                               WHERE due_at <= now()
                               ORDER BY due_at
                               LIMIT greatest(0, $1 - (SELECT count(*) FROM jobs
                                                       WHERE due_at > now() AND handed_at IS NOT NULL))
                               FOR UPDATE SKIP LOCKED))
        RETURNING id, due_at
        """,
        max_queued,
        LEASE_SECONDS,
    )


async def begin(session: WriteSession, id: UUID) -> StartedJob | None:
    """Set a queued job running. Returns None where it has ended already, or another worker runs it."""
    return await session.fetch_row(
        """
        UPDATE jobs
        SET status = 'running', tries = least(tries + 1, $3), started_at = coalesce(started_at, now()),
            due_at = now() + make_interval(secs => $2)
        WHERE id = $1 AND status = 'queued'
        RETURNING id, kind, arguments, tries, old.tries >= $3 AS is_hopeless
        """,
        id,
        LEASE_SECONDS,
        MAX_TRIES,
    )


async def renew(session: WriteSession, id: UUID) -> None:
    """Extend the lease of a job that still runs."""
    await session.run(
        "UPDATE jobs SET due_at = now() + make_interval(secs => $2) WHERE id = $1 AND finished_at IS NULL",
        id,
        LEASE_SECONDS,
    )


async def end(session: WriteSession, id: UUID, status: str, *, message: str | None, error: str | None) -> None:
    """Store how a job ended: its status, and what it did or why it failed."""
    await session.run(
        """
        UPDATE jobs
        SET status = $2, message = $3, error = $4, finished_at = now(), due_at = NULL, handed_at = NULL
        WHERE id = $1 AND finished_at IS NULL
        """,
        id,
        status,
        message,
        error,
    )


async def postpone(session: WriteSession, id: UUID, seconds: int, error: str) -> None:
    """Queue a job again that failed for a reason that may pass; it is due after so many seconds."""
    await session.run(
        """
        UPDATE jobs
        SET status = 'queued', error = $3, due_at = now() + make_interval(secs => $2), handed_at = NULL
        WHERE id = $1 AND finished_at IS NULL
        """,
        id,
        seconds,
        error,
    )
