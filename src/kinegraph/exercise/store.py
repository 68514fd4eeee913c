"""Reading and writing stored exercises."""

from collections.abc import Mapping, Sequence
from typing import Any  # values to write, by column
from uuid import UUID

import asyncpg

from kinegraph.exercise import rules_columns
from kinegraph.exercise.rules import ExerciseRow, SlugTaken, is_readable
from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = ", ".join((
    "id", "organization_id", "forked_from_id", *rules_columns.COLUMNS, "video_provider", "video_status",
    "video_positive_votes", "video_negative_votes", "video_locked_by_user_id", "video_candidates", "created_at",
    "updated_at", "deleted_at",
))  # fmt: skip
"""The columns that the API shows: all except vectors, hashes and sort keys."""

E_COLUMNS = ", ".join(f"e.{column.strip()}" for column in COLUMNS.split(","))
"""The same columns of the table under the alias e."""


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[ExerciseRow | None]:
    """Exercises by id, in key order: deleted ones too, as far as row-level security shows them."""
    rows: list[ExerciseRow] = await session.fetch(f"SELECT {COLUMNS} FROM exercises WHERE id = ANY ($1)", ids)
    return in_key_order(rows, ids)


async def sources(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ExerciseRow | None]:
    """Exercises that other rows refer to, in key order: deleted and archived ones too, drafts to who may edit them."""
    return [row if row is not None and is_readable(session.viewer, row) else None for row in await by_ids(session, ids)]


async def lock(session: WriteSession, id: UUID) -> ExerciseRow | None:
    """Lock a row until the transaction ends, and return it; None if it is deleted or not visible."""
    return await session.fetch_row(
        f"SELECT {COLUMNS} FROM exercises WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", id
    )


SLUG_TAKEN = "Another canonical exercise, perhaps a deleted one, has this slug; choose another."


async def require_free_slug(session: WriteSession, slug: str) -> None:
    """Raise SlugTaken if a canonical row has the slug."""
    taken = "SELECT EXISTS (SELECT FROM exercises WHERE organization_id IS NULL AND slug = $1)"
    if await session.fetch_value(taken, slug):
        raise SlugTaken(SLUG_TAKEN, "input", "slug")


async def insert(session: WriteSession, values: Mapping[str, Any]) -> UUID:
    """Insert a row. Returns its id. Raises SlugTaken if a canonical row has its slug."""
    try:
        return await session.insert("exercises", values)
    except asyncpg.UniqueViolationError:
        raise SlugTaken(SLUG_TAKEN, "input", "slug") from None


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a row."""
    await session.update("exercises", id, values)


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a row softly: what refers to it still shows it, marked discontinued."""
    await session.delete_softly("exercises", id)
