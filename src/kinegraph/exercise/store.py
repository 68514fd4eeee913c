"""Reading and writing stored exercises."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from kinegraph.exercise import rules_columns
from kinegraph.exercise.rules import SlugTaken, is_readable
from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import Row, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = ", ".join((
    "id", "organization_id", "forked_from_id", *rules_columns.COLUMNS, "video_provider", "video_status",
    "video_positive_votes", "video_negative_votes", "video_locked_by_user_id", "video_candidates", "created_at",
    "updated_at", "deleted_at",
))  # fmt: skip
"""The columns that the API shows: all but vectors, hashes and sort keys."""

E_COLUMNS = ", ".join(f"e.{column.strip()}" for column in COLUMNS.split(","))
"""The same where the table is called e."""


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[Row | None]:
    """Rows by id, deleted ones too, as far as row-level security shows them."""
    rows = await session.fetch(f"SELECT {COLUMNS} FROM exercises WHERE id = ANY ($1)", ids)
    return in_key_order(rows, ids)


async def sources(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[Row | None]:
    """Rows that others refer to, by id: deleted and archived ones too, drafts to those who may edit them."""
    return [row if row is not None and is_readable(session.viewer, row) else None for row in await by_ids(session, ids)]


async def lock(session: WriteSession, id: UUID) -> Row | None:
    """One row that is not deleted, held until the transaction ends."""
    return await session.fetch_row(
        f"SELECT {COLUMNS} FROM exercises WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", id
    )


async def insert(session: WriteSession, values: Mapping[str, Any]) -> UUID:
    """Store a new row. Raises SlugTaken where a canonical one has its slug."""
    try:
        return await session.insert("exercises", values)
    except asyncpg.UniqueViolationError:
        raise SlugTaken(
            "Another canonical exercise, perhaps a deleted one, has this slug; choose another.", "input", "slug"
        ) from None


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a row."""
    await session.update("exercises", id, values)


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a row softly: what refers to it still shows it, marked discontinued."""
    await session.delete_softly("exercises", id)
