"""Handing jobs over, and the runs of them: begun, renewed, reported, ended.

All but `take_due` and `begin` name a run by the job's id and the number of its tries. They change nothing where a later
run has begun, or the job is no longer running. Messages and errors may be any texts: they are stored as
`rules.storable_text` has them.
"""

from dataclasses import dataclass
from uuid import UUID

from kinegraph.background.rules import LEASE_SECONDS, MAX_FAILURES, DueJob, JobStatus, StartedJob, storable_text
from kinegraph.kit.sessions import WriteSession


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a run; values that are None stay as they are. `is_work`: it is committed with the work itself."""

    total: int | None
    done: int | None
    message: str | None
    is_work: bool


async def take_due(session: WriteSession, max_queued: int, lease_seconds: int = LEASE_SECONDS) -> list[DueJob]:
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
        lease_seconds,
    )


async def begin(session: WriteSession, id: UUID, lease_seconds: int = LEASE_SECONDS) -> StartedJob | None:
    """Set a queued job running. Returns None where it has ended already, or another worker runs it."""
    return await session.fetch_row(
        """
        UPDATE jobs
        SET status = 'running', tries = tries + 1, failures = failures + 1,
            started_at = coalesce(started_at, now()), due_at = now() + make_interval(secs => $2)
        WHERE id = $1 AND status = 'queued'
        RETURNING id, kind, arguments, tries, failures, old.failures >= $3 AS has_failed_too_often,
                  cancel_requested_at IS NOT NULL AS is_cancelled
        """,
        id,
        lease_seconds,
        MAX_FAILURES,
    )


async def renew(session: WriteSession, id: UUID, tries: int, lease_seconds: int = LEASE_SECONDS) -> bool:
    """Extend the lease of a run. Returns False where it has ended or another one has begun."""
    renewed = await session.run(
        """
        UPDATE jobs SET due_at = now() + make_interval(secs => $3)
        WHERE id = $1 AND tries = $2 AND status = 'running'
        """,
        id,
        tries,
        lease_seconds,
    )
    return renewed == 1


async def report(
    session: WriteSession, id: UUID, tries: int, progress: Progress, lease_seconds: int = LEASE_SECONDS
) -> bool:
    """Store a run's progress, and extend its lease. Returns False where it must stop.

    Work that was done resets the count of failures.
    """
    reported = await session.run(
        """
        UPDATE jobs
        SET total = coalesce($3, total), done = coalesce($4, done), message = coalesce($5, message),
            failures = CASE WHEN $6 AND $4 > done THEN 0 ELSE failures END,
            due_at = clock_timestamp() + make_interval(secs => $7)
        WHERE id = $1 AND tries = $2 AND status = 'running' AND cancel_requested_at IS NULL
        """,
        id,
        tries,
        progress.total,
        progress.done,
        _storable(progress.message),
        progress.is_work,
        lease_seconds,
    )
    return reported == 1


async def end(
    session: WriteSession, id: UUID, tries: int, status: JobStatus, *, message: str | None, error: str | None
) -> bool:
    """Store how a job ended: its status, and what it did or why it failed. Returns False where the run is over."""
    ended = await session.run(
        """
        UPDATE jobs
        SET status = $3, message = coalesce($4, message), error = $5, finished_at = clock_timestamp(), due_at = NULL,
            handed_at = NULL
        WHERE id = $1 AND tries = $2 AND status = 'running'
        """,
        id,
        tries,
        status.value,
        _storable(message),
        _storable(error),
    )
    return ended == 1


async def end_cancelled(session: WriteSession, id: UUID, tries: int) -> bool:
    """End a run that was to be cancelled. Returns False where it was not, or is over."""
    ended = await session.run(
        """
        UPDATE jobs
        SET status = 'cancelled', finished_at = clock_timestamp(), due_at = NULL, handed_at = NULL
        WHERE id = $1 AND tries = $2 AND status = 'running' AND cancel_requested_at IS NOT NULL
        """,
        id,
        tries,
    )
    return ended == 1


async def failures(session: WriteSession, id: UUID, tries: int) -> int:
    """The number of runs in a row without progress, this one included; 0 where it made some, or is over."""
    count: int | None = await session.fetch_value(
        "SELECT failures FROM jobs WHERE id = $1 AND tries = $2 AND status = 'running'", id, tries
    )
    return count or 0


async def postpone(session: WriteSession, id: UUID, tries: int, seconds: float, error: str) -> None:
    """Queue a job again that failed for a reason that may pass; it is due after so many seconds."""
    await session.run(
        """
        UPDATE jobs
        SET status = 'queued', error = $4, due_at = now() + make_interval(secs => $3), handed_at = NULL
        WHERE id = $1 AND tries = $2 AND status = 'running'
        """,
        id,
        tries,
        seconds,
        storable_text(error),
    )


async def give_back(session: WriteSession, id: UUID, tries: int, reason: str) -> None:
    """Queue a job again whose worker stops; it is due at once, and the run counts as no failure."""
    await session.run(
        """
        UPDATE jobs
        SET status = 'queued', error = $3, failures = greatest(failures - 1, 0), due_at = now(), handed_at = NULL
        WHERE id = $1 AND tries = $2 AND status = 'running'
        """,
        id,
        tries,
        storable_text(reason),
    )


def _storable(text: str | None) -> str | None:
    return None if text is None else storable_text(text)
