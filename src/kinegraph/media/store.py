"""Reading and writing uploads and attachments."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.outbox import record
from kinegraph.kit.rows import Row, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media.rules import KEPT, AttachmentAdded


async def waiting_uploads(session: WriteSession[Viewer]) -> int:
    """How many uploads of the viewer's wait to be used; none is added meanwhile."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"uploads {session.viewer.user.id}")
    count: int = await session.fetch_value(
        "SELECT count(*) FROM uploads WHERE user_id = $1 AND used_at IS NULL", session.viewer.user.id
    )
    return count


async def insert_upload(session: WriteSession[Viewer], values: Mapping[str, Any]) -> None:
    """Store an announced upload of the viewer's."""
    await session.insert("uploads", {**values, "user_id": session.viewer.user.id})


async def uploads(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[Row | None]:
    """The viewer's own uploads that were not used yet, in key order."""
    rows = await session.fetch(
        """
        SELECT id, organization_id, purpose, exercise_id, key, mime, expires_at
        FROM uploads
        WHERE id = ANY ($1) AND user_id = $2 AND used_at IS NULL AND clearing_at IS NULL
        """,
        ids,
        session.viewer.user.id,
    )
    return in_key_order(rows, ids)


async def use_uploads(session: WriteSession[Viewer], ids: Sequence[UUID]) -> set[UUID]:
    """Mark uploads as used. Returns those that were not before; of two who try at once, one gets them."""
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
    """Attach files (`url`, `mime`, `kind`) of the viewer's, in their order; their thumbnails are made afterwards."""
    rows = await session.fetch(
        """
        INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, uploaded_by)
        SELECT $1, $2, $3, file.url, file.mime, file.kind, $4
        FROM jsonb_to_recordset($5) AS file (url text, mime text, kind text)
        RETURNING id, kind
        """,
        organization_id,
        owner_type,
        owner_id,
        session.viewer.user.id,
        files,
    )
    await record(session, [AttachmentAdded(row.id, organization_id) for row in rows if row.kind == "image"])


async def authenticate_for_organization(session: ReadSession, organization_id: UUID) -> None:
    """Let a transaction of the worker's read and write what the people of one organization could."""
    await session.fetch("SELECT set_config('kinegraph.organizations', $1, true)", f"{{{organization_id}}}")


async def attachment(session: ReadSession, id: UUID) -> Row | None:
    """One attachment, for the job that works on it."""
    return await session.fetch_row(
        "SELECT id, url, mime, kind, thumb_url FROM attachments WHERE id = $1 AND deleted_at IS NULL", id
    )


async def set_thumbnail(session: WriteSession, url: str, thumb_url: str) -> int:
    """Give every attachment that refers to the file its thumbnail. Returns how many had none."""
    return await session.run(
        "UPDATE attachments SET thumb_url = $2, updated_at = now() WHERE url = $1 AND thumb_url IS NULL", url, thumb_url
    )


async def set_thumbnail_error(session: WriteSession, url: str, error: str) -> None:
    """Say, of every attachment that refers to the file, why it cannot have a thumbnail."""
    await session.run("UPDATE attachments SET thumb_error = $2 WHERE url = $1 AND thumb_url IS NULL", url, error)


async def take_stale_uploads(session: WriteSession, most: int = 100) -> list[Row]:
    """Uploads whose staged file is of no more use: used and out of time, or not used for a day."""
    return await session.fetch(
        """
        UPDATE uploads
        SET clearing_at = now()
        WHERE id = ANY (ARRAY (SELECT id
                               FROM uploads
                               WHERE (clearing_at IS NULL OR clearing_at < now() - interval '5 minutes')
                                 AND (used_at IS NOT NULL AND expires_at < now()
                                      OR used_at IS NULL AND greatest(created_at + $1::interval, expires_at) < now())
                               ORDER BY created_at
                               LIMIT $2
                               FOR UPDATE SKIP LOCKED))
        RETURNING id, key, used_at
        """,
        KEPT,
        most,
    )


async def drop_uploads(session: WriteSession, ids: Sequence[UUID]) -> None:
    """Forget uploads whose staged files are gone."""
    await session.run("DELETE FROM uploads WHERE id = ANY ($1)", ids)
