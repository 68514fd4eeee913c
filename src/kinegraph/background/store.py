"""Reading jobs and moving them on."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kinegraph.background.rules import LEASE_SECONDS, MAX_TRIES, JobKind
from kinegraph.kit.rows import Row, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = "id, kind, status, total, done, message, error, enqueued_at, started_at, finished_at"


async def jobs(session: ReadSession, ids: Sequence[UUID]) -> list[Row | None]:
    """Jobs by id, in key order, as far as the viewer sees them."""
    return in_key_order(await session.fetch(f"SELECT {COLUMNS} FROM jobs WHERE id = ANY ($1)", ids), ids)


async def newest(session: ReadSession, kind: str | None, status: str | None, most: int) -> list[Row]:
    """The newest jobs, of a kind and a status where they are given."""
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
        most,
    )


async def insert(session: WriteSession, orders: Sequence[tuple[JobKind, Mapping[str, Any]]]) -> list[UUID]:
    """Store new jobs, each of a kind and with its arguments; they are due at once. Returns their ids."""
    rows = await session.fetch(
        """
        INSERT INTO jobs (kind, arguments)
        SELECT kind::job_kind, arguments
        FROM unnest($1::text[], $2::jsonb[]) AS ordered (kind, arguments)
        RETURNING id
        """,
        [kind.value for kind, _ in orders],
        [dict(arguments) for _, arguments in orders],
    )
    return [row.id for row in rows]


async def take_due(session: WriteSession, most: int) -> list[Row]:
    """Jobs to hand to Redis now: new ones, and those that were handed over but did not end in time.

    No more than that `most` are with Redis and its workers.
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
        most,
        LEASE_SECONDS,
    )


async def begin(session: WriteSession, id: UUID) -> Row | None:
    """A job that is to run now, with its arguments; None where it has ended already, or somebody is at it.

    One that was begun as often as a job may be, and never ended, is hopeless: its workers died at it.
    """
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
    """Say that a job still runs."""
    await session.run(
        "UPDATE jobs SET due_at = now() + make_interval(secs => $2) WHERE id = $1 AND finished_at IS NULL",
        id,
        LEASE_SECONDS,
    )


async def end(session: WriteSession, id: UUID, status: str, *, message: str | None, error: str | None) -> None:
    """Say how a job ended."""
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
    """Put a job that failed for a reason that may pass back in the queue."""
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
