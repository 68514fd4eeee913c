"""Reading and writing uploads and attachments."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol  # Any: values of an upload's columns
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.outbox import record
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media.rules import UPLOAD_LIFETIME, AttachmentAdded, AttachmentFile, StaleUpload, WaitingUpload


class StoredAttachment(Protocol):
    """An attachment that was stored."""

    id: UUID
    kind: str
    thumb_error: str | None


async def waiting_uploads(session: WriteSession[Viewer]) -> int:
    """The number of the viewer's uploads that wait to be used. Until the transaction ends, no other can count them."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"uploads {session.viewer.user.id}")
    count: int = await session.fetch_value(
        "SELECT count(*) FROM uploads WHERE user_id = $1 AND used_at IS NULL", session.viewer.user.id
    )
    return count


async def insert_upload(session: WriteSession[Viewer], values: Mapping[str, Any]) -> None:
    """Store an upload that the viewer announces."""
    await session.insert("uploads", {**values, "user_id": session.viewer.user.id})


async def uploads(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[WaitingUpload | None]:
    """The viewer's own uploads that were not used yet, in key order."""
    rows: list[WaitingUpload] = await session.fetch(
        """
        SELECT id, organization_id, purpose, exercise_id, key, mime, size_bytes, created_at, expires_at,
               parts_id, part_bytes
        FROM uploads
        WHERE id = ANY ($1) AND user_id = $2 AND used_at IS NULL AND clearing_at IS NULL
        """,
        ids,
        session.viewer.user.id,
    )
    return in_key_order(rows, ids)


async def waiting(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[WaitingUpload | None]:
    """The viewer's own uploads that can still be used, in key order: those that are younger than UPLOAD_LIFETIME."""
    now = datetime.now(UTC)
    found = await uploads(session, ids)
    return [each if each is not None and each.created_at + UPLOAD_LIFETIME > now else None for each in found]


async def extend(session: WriteSession[Viewer], id: UUID, expires_at: datetime) -> bool:
    """Store that the addresses of a waiting upload were signed anew. Returns whether it still waits."""
    return bool(
        await session.run(
            """
            UPDATE uploads SET expires_at = greatest(expires_at, $3), updated_at = now()
            WHERE id = $1 AND user_id = $2 AND used_at IS NULL AND clearing_at IS NULL
            """,
            id,
            session.viewer.user.id,
            expires_at,
        )
    )


async def use_uploads(session: WriteSession[Viewer], ids: Sequence[UUID]) -> set[UUID]:
    """Mark uploads as used. Returns the ids of those that were not before; of concurrent calls, one gets each."""
    rows = await session.fetch(
        """
        UPDATE uploads
        SET used_at = now()
        WHERE id = ANY ($1) AND user_id = $2 AND used_at IS NULL AND clearing_at IS NULL
        RETURNING id
        """,
        ids,
        session.viewer.user.id,
    )
    return {row.id for row in rows}


async def insert_attachments(
    session: WriteSession[Viewer],
    organization_id: UUID,
    owner_type: str,
    owner_id: UUID,
    files: Sequence[Mapping[str, Any]],
) -> None:
    """Attach files (`url`, `mime`, `kind`, `thumb_error`) of the viewer's, in their order.

    Jobs make the images' thumbnails, where there is no `thumb_error`.
    """
    rows: list[StoredAttachment] = await session.fetch(
        """
        INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, thumb_error, uploaded_by)
        SELECT $1, $2, $3, file.url, file.mime, file.kind, file.thumb_error, $4
        FROM jsonb_to_recordset($5) AS file (url text, mime text, kind text, thumb_error text)
        RETURNING id, kind, thumb_error
        """,
        organization_id,
        owner_type,
        owner_id,
        session.viewer.user.id,
        files,
    )
    images = [row for row in rows if row.kind == "image" and row.thumb_error is None]
    await record(session, [AttachmentAdded(row.id, organization_id) for row in images])


async def attachment(session: ReadSession, id: UUID) -> AttachmentFile | None:
    """An attachment, for the job that makes its thumbnail."""
    return await session.fetch_row(
        "SELECT id, url, mime, kind, thumb_url FROM attachments WHERE id = $1 AND deleted_at IS NULL", id
    )


async def set_thumbnail(session: WriteSession, url: str, thumb_url: str) -> int:
    """Store the thumbnail of a file in all attachments that refer to it. Returns how many had none."""
    return await session.run(
        "UPDATE attachments SET thumb_url = $2, updated_at = now() WHERE url = $1 AND thumb_url IS NULL", url, thumb_url
    )


async def set_thumbnail_error(session: WriteSession, url: str, error: str) -> None:
    """Store, in all attachments that refer to a file, why it has no thumbnail."""
    await session.run("UPDATE attachments SET thumb_error = $2 WHERE url = $1 AND thumb_url IS NULL", url, error)


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
