"""Reading and writing uploads that wait to be used."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any  # Any: values of an upload's columns
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media.rules import UPLOAD_LIFETIME, WaitingUpload


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
