"""Finding and deleting uploads whose staged files can be deleted."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from kinegraph.kit.sessions import WriteSession
from kinegraph.media.rules import UPLOAD_LIFETIME, StaleUpload


async def take_stale_uploads(session: WriteSession, address: timedelta, limit: int = 100) -> list[StaleUpload]:
    """Uploads whose staged file can be deleted: used and expired, or not used within UPLOAD_LIFETIME.

    An address is valid for the time `address`, and may be signed until the upload is used (`node`), so that nobody can
    send the file again after it was deleted.

    No other worker gets them within five minutes.
    """
    return await session.fetch(
        """
        UPDATE uploads
        SET clearing_at = now()
        WHERE id = ANY (ARRAY (SELECT id
                               FROM uploads
                               WHERE (clearing_at IS NULL OR clearing_at < now() - interval '5 minutes')
                                 AND (used_at IS NOT NULL AND greatest(expires_at, used_at + $3::interval) < now()
                                      OR used_at IS NULL AND greatest(created_at + $1::interval, expires_at) < now())
                               ORDER BY created_at
                               LIMIT $2
                               FOR UPDATE SKIP LOCKED))
        RETURNING id, key, used_at, parts_id
        """,
        UPLOAD_LIFETIME,
        limit,
        address,
    )


async def drop_uploads(session: WriteSession, ids: Sequence[UUID]) -> None:
    """Delete uploads whose staged files were deleted."""
    await session.run("DELETE FROM uploads WHERE id = ANY ($1)", ids)
