"""Cloning an exercise with its child rows: one statement, so that the copy is complete and of one snapshot."""

from contextlib import suppress
from uuid import UUID

import asyncpg

from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.kit.errors import Conflict
from kinegraph.kit.sessions import WriteSession

COPIED = ", ".join((*(column.name for column in REGISTRY if column.is_copied), "video_provider", "video_status"))
"""The columns that a clone copies. Id, organization, name, status and times are its own; slug and votes are empty."""

CHILD_TABLES = {
    "exercise_instructions": "type, body, image_key, image_mime, sort_order",
    "exercise_contraindications": "condition, condition_key, severity, description, sort_order",
    "exercise_tags": "kind, term_id, term_organization_id",
}
"""The child tables that a clone copies, and their columns. Picture files are shared: they never change."""


async def clone(session: WriteSession, source_id: UUID, organization_id: UUID, name: str | None) -> UUID | None:
    """Copy an exercise into an organization. Returns the copy's id; None if the source is archived or deleted.

    Raises Conflict if a term of the source is deleted during each of three attempts.
    """
    for _ in range(3):
        with suppress(asyncpg.ForeignKeyViolationError):
            async with session.savepoint():
                return await _clone(session, source_id, organization_id, name)
    raise Conflict("A term of the exercise was removed meanwhile; try again.", "id")


async def _clone(session: WriteSession, source_id: UUID, organization_id: UUID, name: str | None) -> UUID | None:
    copies = ", ".join(
        f"""
        {table}_copy AS (
            INSERT INTO {table} (exercise_id, organization_id, {columns})
            SELECT copy.id, $2, {", ".join(f"child.{column.strip()}" for column in columns.split(","))}
            FROM {table} child, copy
            WHERE child.exercise_id = $1)"""
        for table, columns in CHILD_TABLES.items()
    )
    id: UUID | None = await session.fetch_value(
        f"""
        WITH copy AS (
            INSERT INTO exercises (organization_id, forked_from_id, status, name, {COPIED})
            SELECT $2, id, 'draft', coalesce($3, name), {COPIED}
            FROM exercises
            WHERE id = $1 AND deleted_at IS NULL AND status <> 'archived'
            RETURNING id),{copies}
        SELECT id FROM copy
        """,
        source_id,
        organization_id,
        name,
    )
    return id
