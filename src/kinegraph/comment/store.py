"""Writing comments, and reading one that is to be written or replied to."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.workout.rules_rows import LocatedMovementRow
from kinegraph.workout.store import reachable


class WrittenCommentRow(Protocol):
    """A comment that is to be edited, deleted or replied to."""

    id: UUID
    organization_id: UUID
    author_id: UUID
    parent_comment_id: UUID | None
    workout_movement_id: UUID
    workout_id: UUID


async def visible_comment(session: ReadSession[Viewer], id: UUID) -> WrittenCommentRow | None:
    """A comment on a workout that the viewer may comment on (`reachable`), with the workout's id."""
    viewer: Viewer = session.viewer
    rows: list[WrittenCommentRow] = await session.fetch(
        f"""
        SELECT c.id, c.organization_id, c.author_id, c.parent_comment_id, c.workout_movement_id, s.workout_id
        FROM exercise_comments c
        LEFT JOIN exercise_comments parent ON parent.id = c.parent_comment_id
        JOIN workout_movements m ON m.id = c.workout_movement_id
        JOIN workout_sections s ON s.id = m.section_id
        JOIN workouts w ON w.id = s.workout_id
        WHERE c.id = $1
          AND c.deleted_at IS NULL AND parent.deleted_at IS NULL
          AND m.deleted_at IS NULL AND s.deleted_at IS NULL
          AND {reachable("$2", "$3")}
        """,
        id,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, [id])[0]


async def insert(
    session: WriteSession[Viewer], movement: LocatedMovementRow, body: str, parent_id: UUID | None
) -> UUID:
    """Store a comment of the viewer's on a movement."""
    return await session.insert(
        "exercise_comments",
        {
            "organization_id": movement.organization_id,
            "workout_movement_id": movement.id,
            "author_id": session.viewer.user.id,
            "body": body,
            "parent_comment_id": parent_id,
        },
    )


async def locked_version(session: WriteSession, id: UUID) -> datetime | None:
    """Lock a comment until the transaction ends, and return its `updated_at`; None if it was deleted meanwhile."""
    version: datetime | None = await session.fetch_value(
        "SELECT updated_at FROM exercise_comments WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", id
    )
    return version


async def update(session: WriteSession, id: UUID, body: str) -> None:
    """Replace a comment's text."""
    await session.update("exercise_comments", id, {"body": body})


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a comment softly; its replies are not shown without it."""
    await session.delete_softly("exercise_comments", id)
