"""Reading and writing attachments."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol  # Any: values of an upload's columns
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.outbox import record
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media.rules import AttachmentAdded, AttachmentFile


class StoredAttachment(Protocol):
    """An attachment that was stored."""

    id: UUID
    kind: str
    thumb_error: str | None


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
