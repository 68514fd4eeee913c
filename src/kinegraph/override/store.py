"""Reading the overrides of one organization, and locking them."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.exercise.rules_columns import OVERRIDABLE
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.override.rules import TargetRow


async def page(session: ReadSession, organization_id: UUID | None, after: UUID, max_rows: int) -> list[TargetRow]:
    """An organization's overrides by the id of the exercise: those after this id, at most `max_rows`.

    Those of deleted exercises are left out.
    """
    return await session.fetch(
        """
        SELECT e.id, e.slug, e.name, o.overrides
        FROM exercise_org_overrides o
        JOIN exercises e ON e.id = o.exercise_id
        WHERE o.organization_id = $1 AND e.id > $2 AND e.organization_id IS NULL AND e.deleted_at IS NULL
        ORDER BY e.id
        LIMIT $3
        """,
        organization_id,
        after,
        max_rows,
    )


async def lock(session: WriteSession, organization_id: UUID | None) -> None:
    """Lock an organization's overrides until the transaction ends."""
    await session.fetch(
        "SELECT id FROM exercise_org_overrides WHERE organization_id = $1 ORDER BY id FOR UPDATE", organization_id
    )


async def targets(session: ReadSession, organization_id: UUID | None, ids: Sequence[UUID]) -> list[TargetRow]:
    """The canonical exercises of these ids, with what an organization overrides of them now."""
    if not ids:
        return []
    return await session.fetch(
        f"""
        SELECT e.id, e.slug, e.status, {", ".join(f"e.{name}" for name in OVERRIDABLE)}, o.overrides, o.changes
        FROM exercises e
        LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = $1
        WHERE e.organization_id IS NULL AND e.deleted_at IS NULL AND e.id = ANY ($2)
        """,
        organization_id,
        ids,
    )
