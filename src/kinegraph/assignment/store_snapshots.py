"""Pinning a completed assignment to a snapshot, and writing a snapshot that goes back to its library workout."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from kinegraph.assignment.rules_snapshots import Rows, reset_tree
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.workout import store, store_tree
from kinegraph.workout.rules_rows import ForkedAssignmentRow, WorkoutRow
from kinegraph.workout.rules_tree import Tree

VALUES = ("program_id", "title", "description", "scoring", "mode", "time_cap")
"""The values of a workout that a reset copies."""

COACHED = "kinegraph.coached"
"""The setting of the organizations that the viewer coaches, which policies read."""


async def pin(session: WriteSession[Viewer], assignment: ForkedAssignmentRow) -> None:
    """Give a locked assignment its snapshot, where it has none yet.

    The tree is locked, so that the snapshot has an edit of the library workout whole or not at all.
    """
    if assignment.snapshot_workout_id is not None:
        return
    await store.lock_tree(session, assignment.workout_id)
    async with _coach_access(session, assignment.organization_id):
        await store_tree.fork(session, assignment)


async def commented(session: ReadSession, snapshot_id: UUID) -> set[UUID]:
    """The movements of a snapshot that have comments."""
    rows = await session.fetch(
        """
        SELECT DISTINCT m.id
        FROM workout_sections s
        JOIN workout_movements m ON m.section_id = s.id
        JOIN exercise_comments c ON c.workout_movement_id = m.id
        WHERE s.workout_id = $1 AND s.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL
        """,
        snapshot_id,
    )
    return {row.id for row in rows}


async def reset(session: WriteSession[Viewer], snapshot_id: UUID, library: WorkoutRow) -> int:
    """Give a snapshot the library workout's values and tree. Returns how many rows were written.

    The caller holds the locks of both trees.
    """
    originals = await store_tree.current_rows(session, library.id, library.organization_id)
    written = await _restore(session, snapshot_id, originals)
    rows = await store_tree.current_rows(session, snapshot_id, library.organization_id)
    copied = await store_tree.copied_ids(session, snapshot_id)
    tree = reset_tree(originals, rows, copied, await commented(session, snapshot_id))
    written += await store_tree.replace(session, snapshot_id, library.organization_id, tree, *rows)
    written += await _set_origins(session, originals, tree)
    values = {column: getattr(library, column) for column in VALUES}
    return written + await store.update(session, snapshot_id, values)


async def _restore(session: WriteSession[Viewer], snapshot_id: UUID, originals: Rows) -> int:
    """Take back the soft deletion of a snapshot's copies of these rows, so that their comments are shown again.

    Returns how many there were.
    """
    sections, movements = ([row.id for row in rows] for rows in originals)
    restored = await session.run(
        """
        UPDATE workout_sections s SET deleted_at = NULL
        WHERE s.workout_id = $1 AND s.deleted_at IS NOT NULL
          AND (s.forked_from_id = ANY ($2)
               OR EXISTS (SELECT FROM workout_movements m WHERE m.section_id = s.id AND m.forked_from_id = ANY ($3)))
        """,
        snapshot_id,
        sections,
        movements,
    )
    return restored + await session.run(
        """
        UPDATE workout_movements m SET deleted_at = NULL
        FROM workout_sections s
        WHERE s.id = m.section_id AND s.workout_id = $1 AND m.deleted_at IS NOT NULL AND m.forked_from_id = ANY ($2)
        """,
        snapshot_id,
        movements,
    )


async def _set_origins(session: WriteSession, originals: Rows, tree: Tree) -> int:
    """Say of the tree's first rows, which are those of the library in the same order, which row each is a copy of."""
    written = 0
    for table, library, copies in (
        ("workout_sections", originals[0], tree.sections),
        ("workout_movements", originals[1], tree.movements),
    ):
        written += await session.run(
            f"""
            UPDATE {table} SET forked_from_id = origin.id
            FROM unnest($1::uuid[], $2::uuid[]) AS origin (copy_id, id)
            WHERE {table}.id = origin.copy_id AND {table}.forked_from_id IS DISTINCT FROM origin.id
            """,
            [copy["id"] for copy in copies[: len(library)]],
            [row.id for row in library],
        )
    return written


@asynccontextmanager
async def _coach_access(session: WriteSession[Viewer], organization_id: UUID) -> AsyncIterator[None]:
    """A block with coach access to an organization: an athlete who completes an assignment may write its snapshot.

    It is for fixed statements only. If the block raises, the mutation's savepoint takes the setting back.
    """
    if session.viewer.coaches(organization_id):
        yield
        return
    before = await session.fetch_value("SELECT current_setting($1)", COACHED)
    await _set_coached(session, f"{{{organization_id}}}")
    yield
    await _set_coached(session, before)


async def _set_coached(session: WriteSession[Viewer], organizations: str) -> None:
    await session.fetch("SELECT set_config($1, $2, true)", COACHED, organizations)
