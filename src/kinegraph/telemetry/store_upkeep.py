"""Upkeep of telemetry by the worker: partitions made ahead and dropped; and the erasure of a user's rows."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.sessions import WriteSession
from kinegraph.telemetry.rules import BATCH_DAYS
from kinegraph.telemetry.store_postgres import PostgresTelemetry

DELETED_AT_ONCE = 10_000


async def rotate(session: WriteSession, retention_months: int) -> tuple[Sequence[str], Sequence[str]]:
    """Make the partitions of the next months, drop those older than the retention. The names of both.

    The present month does not count: rows of so many whole months before it stay.
    """
    rows = await session.fetch("SELECT partition, is_made FROM kinegraph_rotate_telemetry($1)", retention_months)
    return [row.partition for row in rows if row.is_made], [row.partition for row in rows if not row.is_made]


async def purge(session: WriteSession, retention_months: int) -> int:
    """Delete some sums of sessions that are older than the retention, and some batches of old. Returns how many."""
    deleted = 0
    for table in ("media_sessions", "pose_sessions"):
        deleted += await session.run(
            f"""
            DELETE FROM {table} WHERE id IN (
                SELECT id FROM {table}
                WHERE last_at < date_trunc('month', now()) - make_interval(months => $1)
                LIMIT {DELETED_AT_ONCE}
            )
            """,
            retention_months,
        )
    return deleted + await session.run(
        f"""
        DELETE FROM telemetry_batches b USING (
            SELECT user_id, organization_id, client_id FROM telemetry_batches
            WHERE created_at < now() - make_interval(days => $1)
            LIMIT {DELETED_AT_ONCE}
        ) AS old
        WHERE (b.user_id, b.organization_id, b.client_id) = (old.user_id, old.organization_id, old.client_id)
        """,
        BATCH_DAYS,
    )


async def erase(session: WriteSession, user_id: UUID, organization_id: UUID | None = None) -> int:
    """Delete all telemetry of a user, in one organization or in all, as the worker. Returns how many rows."""
    return await PostgresTelemetry(session).erase(user_id, organization_id)
