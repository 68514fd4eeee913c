"""Jobs that run by a schedule, and deleting jobs that ended long ago."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any  # a job's arguments: JSON

from kinegraph.background.rules import FAILED_RETENTION_DAYS, MAX_ENDED, RETENTION_DAYS, JobKind
from kinegraph.kit.sessions import WriteSession

MAX_PURGED = 10_000
"""Maximum number of jobs that are deleted at once."""


async def enqueue_scheduled(
    session: WriteSession, schedule: str, scheduled_for: datetime, kind: JobKind, arguments: Mapping[str, Any]
) -> bool:
    """Store the job of a schedule for this time, due at once. Returns False where it was stored before."""
    stored = await session.run(
        """
        INSERT INTO jobs (kind, arguments, schedule, scheduled_for)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (schedule, scheduled_for) WHERE schedule IS NOT NULL DO NOTHING
        """,
        kind.value,
        dict(arguments),
        schedule,
        scheduled_for,
    )
    return stored == 1


async def purge(session: WriteSession) -> int:
    """Delete jobs that ended RETENTION_DAYS ago, or failed FAILED_RETENTION_DAYS ago, and all beyond MAX_ENDED.

    The oldest go first. Returns how many: at most MAX_PURGED.
    """
    return await session.run(
        """
        DELETE FROM jobs
        WHERE id = ANY (ARRAY (
            SELECT id
            FROM jobs
            WHERE finished_at < now() - make_interval(days => $1)
               OR finished_at < now() - make_interval(days => $2) AND status <> 'failed'
               OR finished_at < (SELECT finished_at FROM jobs WHERE finished_at IS NOT NULL
                                 ORDER BY finished_at DESC OFFSET $3 - 1 LIMIT 1)
            ORDER BY finished_at
            LIMIT $4))
        """,
        FAILED_RETENTION_DAYS,
        RETENTION_DAYS,
        MAX_ENDED,
        MAX_PURGED,
    )
