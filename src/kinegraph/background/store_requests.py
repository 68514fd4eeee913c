"""Retrying and cancelling stored jobs, at the request of platform admins."""

from uuid import UUID

from kinegraph.background.rules import JobKind
from kinegraph.kit.sessions import WriteSession


async def count_requested(session: WriteSession, kind: JobKind) -> int:
    """The number of jobs of a kind that were requested and have not ended."""
    count: int = await session.fetch_value(
        """
        SELECT count(*) FROM jobs
        WHERE kind = $1 AND due_at IS NOT NULL AND requested_by_user_id IS NOT NULL
        """,
        kind.value,
    )
    return count


async def lock(session: WriteSession, id: UUID) -> str | None:
    """Lock a job until the end of the transaction. Returns its status; None where there is no such job."""
    status: str | None = await session.fetch_value("SELECT status FROM jobs WHERE id = $1 FOR UPDATE", id)
    return status


async def retry(session: WriteSession, id: UUID) -> None:
    """Queue a job that failed or was cancelled, due at once, with all its tries before it; hurry one that waits."""
    await session.run(
        """
        UPDATE jobs
        SET status = 'queued', failures = 0, error = NULL, due_at = now(), handed_at = NULL,
            finished_at = NULL, cancel_requested_at = NULL
        WHERE id = $1 AND (status IN ('failed', 'cancelled') OR status = 'queued' AND handed_at IS NULL)
        """,
        id,
    )


async def cancel(session: WriteSession, id: UUID) -> None:
    """Cancel a job that waits, or whose worker died; have one that runs stop at its next report."""
    await session.run(
        """
        UPDATE jobs
        SET cancel_requested_at = coalesce(cancel_requested_at, now()),
            status = CASE WHEN is_running THEN status ELSE 'cancelled' END,
            finished_at = CASE WHEN is_running THEN finished_at ELSE now() END,
            due_at = CASE WHEN is_running THEN due_at END,
            handed_at = CASE WHEN is_running THEN handed_at END
        FROM (SELECT status = 'running' AND due_at > now() AS is_running FROM jobs WHERE id = $1) AS state
        WHERE id = $1 AND status IN ('queued', 'running')
        """,
        id,
    )
