"""Writing comments, and reading what is needed for it: a comment, its attachments, the copies in a snapshot."""

from collections.abc import Sequence
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


async def workout_of_assignment(session: ReadSession[Viewer], id: UUID) -> UUID | None:
    """The workout that an assignment shows now; None where it is neither the viewer's nor of those they coach."""
    viewer: Viewer = session.viewer
    workout_id: UUID | None = await session.fetch_value(
        """
        SELECT coalesce(a.snapshot_workout_id, a.workout_id)
        FROM workout_assignments a
        WHERE a.id = $1 AND a.deleted_at IS NULL AND (a.organization_id = ANY ($2) OR a.athlete_id = $3)
        """,
        id,
        viewer.coached(),
        viewer.user.id,
    )
    return workout_id


async def copied_ids(session: ReadSession, snapshot_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """For each movement or comment of a library workout, the id of its copy in a snapshot; other ids as they are."""
    rows = await session.fetch(
        """
        WITH movement AS (
            SELECT m.id, m.forked_from_id
            FROM workout_sections s
            JOIN workout_movements m ON m.section_id = s.id
            WHERE s.workout_id = $1 AND s.deleted_at IS NULL AND m.deleted_at IS NULL
        )
        SELECT movement.forked_from_id, movement.id FROM movement WHERE movement.forked_from_id = ANY ($2)
        UNION ALL
        SELECT c.forked_from_id, c.id
        FROM movement
        JOIN exercise_comments c ON c.workout_movement_id = movement.id
        WHERE c.forked_from_id = ANY ($2) AND c.deleted_at IS NULL
        """,
        snapshot_id,
        ids,
    )
    copies = {row.forked_from_id: row.id for row in rows}
    return [copies.get(id, id) for id in ids]


MOVEMENT_COPIES = "SELECT m.id FROM movement m WHERE m.forked_from_id = $1"
COMMENT_COPIES = """SELECT c.id FROM movement m JOIN exercise_comments c ON c.workout_movement_id = m.id
                WHERE c.forked_from_id = $1 AND c.deleted_at IS NULL"""
"""The copies of a library workout's movement or comment among the movements of snapshots."""


async def own_copies(session: ReadSession[Viewer], copies: str, id: UUID) -> list[UUID]:
    """The copies of a movement or comment in snapshots of the viewer's own assignments; of several, two."""
    rows = await session.fetch(
        f"""
        WITH movement AS (
            SELECT m.id, m.forked_from_id
            FROM workout_assignments a
            JOIN workout_sections s ON s.workout_id = a.snapshot_workout_id
            JOIN workout_movements m ON m.section_id = s.id
            WHERE a.athlete_id = $2 AND a.deleted_at IS NULL AND s.deleted_at IS NULL AND m.deleted_at IS NULL
        )
        {copies} LIMIT 2
        """,
        id,
        session.viewer.user.id,
    )
    return [row.id for row in rows]


async def copied_attachments(session: ReadSession, comment_id: UUID, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The attachments of a comment by the ids of those that they were copied from: both have the same file."""
    rows = await session.fetch(
        """
        SELECT original.id AS original_id, copy.id
        FROM attachments copy
        JOIN attachments original ON original.url = copy.url AND original.id = ANY ($2)
        WHERE copy.owner_type = 'exercise_comment' AND copy.owner_id = $1 AND copy.deleted_at IS NULL
        """,
        comment_id,
        ids,
    )
    return {row.original_id: row.id for row in rows}


async def attachment_ids(session: ReadSession, comment_id: UUID) -> list[UUID]:
    """The ids of a comment's attachments."""
    rows = await session.fetch(
        """
        SELECT id FROM attachments
        WHERE owner_type = 'exercise_comment' AND owner_id = $1 AND deleted_at IS NULL
        """,
        comment_id,
    )
    return [row.id for row in rows]


async def own_attachments(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[UUID]:
    """Those of these attachments that the viewer uploaded, whatever they belong to."""
    rows = await session.fetch(
        "SELECT id FROM attachments WHERE id = ANY ($1) AND uploaded_by = $2 AND deleted_at IS NULL",
        ids,
        session.viewer.user.id,
    )
    return [row.id for row in rows]


async def remove_attachments(session: WriteSession, ids: Sequence[UUID]) -> None:
    """Delete attachments softly; their files stay, since copies may share them."""
    await session.run("UPDATE attachments SET deleted_at = now(), updated_at = now() WHERE id = ANY ($1)", ids)


async def touch(session: WriteSession, id: UUID) -> None:
    """Set a comment's `updated_at`, after a change of its attachments."""
    await session.run("UPDATE exercise_comments SET updated_at = now() WHERE id = $1", id)


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
            "by_staff": session.viewer.coaches(movement.organization_id),
        },
    )


async def locked_version(session: WriteSession, id: UUID) -> datetime | None:
    """Lock a comment until the transaction ends, and return its `updated_at`; None if it was deleted meanwhile."""
    version: datetime | None = await session.fetch_value(
        "SELECT updated_at FROM exercise_comments WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", id
    )
    return version


async def deletion_of_own(session: ReadSession[Viewer], id: UUID) -> datetime | None:
    """When a comment of the viewer's was deleted, or its thread or movement; None where they may not comment there."""
    viewer: Viewer = session.viewer
    deleted_at: datetime | None = await session.fetch_value(
        f"""
        SELECT CASE WHEN c.deleted_at IS NOT NULL THEN c.updated_at
                    WHEN parent.deleted_at IS NOT NULL THEN parent.updated_at
                    ELSE coalesce(m.deleted_at, s.deleted_at) END
        FROM exercise_comments c
        LEFT JOIN exercise_comments parent ON parent.id = c.parent_comment_id
        JOIN workout_movements m ON m.id = c.workout_movement_id
        JOIN workout_sections s ON s.id = m.section_id
        JOIN workouts w ON w.id = s.workout_id
        WHERE c.id = $1 AND c.author_id = $3 AND {reachable("$2", "$3")}
        """,
        id,
        viewer.coached(),
        viewer.user.id,
    )
    return deleted_at


async def update(session: WriteSession, id: UUID, body: str) -> None:
    """Replace a comment's text."""
    await session.update("exercise_comments", id, {"body": body})


async def delete(session: WriteSession, id: UUID) -> int:
    """Delete a comment softly; its replies are not shown without it. Returns 0 if it was deleted meanwhile, else 1."""
    return await session.delete_softly("exercise_comments", id)
