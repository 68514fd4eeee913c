"""Replacing and copying a workout's tree; the number of statements does not depend on its size."""

from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from typing import Any  # values of columns, by name
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.outbox import record
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media.rules import AttachmentAdded
from kinegraph.workout.rules_rows import ForkedAssignmentRow, MovementRow, SectionRow, WorkoutRow
from kinegraph.workout.rules_tree import Tree
from kinegraph.workout.store import movements_of, sections_of, selected


async def current_rows(
    session: WriteSession, workout_id: UUID, organization_id: UUID
) -> tuple[list[SectionRow], list[MovementRow]]:
    """The stored sections and movements of a workout that are not deleted."""
    (sections,) = await sections_of(session, [(workout_id, organization_id, None)])
    groups = await movements_of(session, [section.id for section in sections])
    return sections, [movement for group in groups for movement in group]


async def coached_rows(
    session: ReadSession[Viewer], ids: Collection[UUID]
) -> tuple[list[SectionRow], list[MovementRow]]:
    """The sections and the movements of these ids, of any workout of the organizations that the viewer coaches.

    They have the columns `id` and `exercise_id` only.
    """
    rows: list[Any] = await session.fetch(
        """
        SELECT s.id, NULL::uuid AS exercise_id FROM workout_sections s
        WHERE s.id = ANY ($1) AND s.organization_id = ANY ($2) AND s.deleted_at IS NULL
        UNION ALL
        SELECT m.id, m.exercise_id FROM workout_movements m
        WHERE m.id = ANY ($1) AND m.organization_id = ANY ($2) AND m.deleted_at IS NULL
        """,
        list(ids),
        session.viewer.coached(),
    )
    return [row for row in rows if row.exercise_id is None], [row for row in rows if row.exercise_id is not None]


async def replace(
    session: WriteSession,
    workout_id: UUID,
    organization_id: UUID,
    tree: Tree,
    sections: Sequence[SectionRow],
    movements: Sequence[MovementRow],
) -> int:
    """Replace the stored rows with the tree. Returns the number of rows written: 0 where nothing differs."""
    written = await _upsert_sections(session, workout_id, organization_id, tree)
    written += await upsert_movements(session, organization_id, tree)
    written += await delete_movements(session, _omitted_ids(movements, tree))
    return written + await _delete_sections(session, _omitted_ids(sections, tree))


def _omitted_ids(rows: Sequence[SectionRow] | Sequence[MovementRow], tree: Tree) -> list[UUID]:
    """The ids of the stored rows that were not sent."""
    return [row.id for row in rows if row.id not in tree.sent]


async def _upsert_sections(session: WriteSession, workout_id: UUID, organization_id: UUID, tree: Tree) -> int:
    return await session.run(
        """
        INSERT INTO workout_sections
            (id, organization_id, workout_id, type, title, description, sort_order, shape, config)
        SELECT sent.id, $2, $1, sent.type, sent.title, sent.description, sent.sort_order, sent.shape, sent.config
        FROM jsonb_to_recordset($3) AS sent
            (id uuid, type text, title text, description text, sort_order integer, shape text, config jsonb)
        ON CONFLICT (id) DO UPDATE
        SET (type, title, description, sort_order, shape, config, updated_at)
          = ROW (excluded.type, excluded.title, excluded.description, excluded.sort_order,
                 excluded.shape, excluded.config, now())
        WHERE (workout_sections.type, workout_sections.title, workout_sections.description,
               workout_sections.sort_order, workout_sections.shape, workout_sections.config)
              IS DISTINCT FROM (excluded.type, excluded.title, excluded.description,
                                excluded.sort_order, excluded.shape, excluded.config)
        """,
        workout_id,
        organization_id,
        tree.sections,
    )


async def upsert_movements(session: WriteSession, organization_id: UUID, tree: Tree) -> int:
    """Store a tree's movements, new ones and existing ones. Returns the number of rows that differed."""
    return await session.run(
        """
        INSERT INTO workout_movements
            (id, organization_id, section_id, exercise_id, sort_order, prescription, notes, label, superset_group)
        SELECT sent.id, $1, sent.section_id, sent.exercise_id, sent.sort_order,
               sent.prescription, sent.notes, sent.label, sent.superset_group
        FROM jsonb_to_recordset($2) AS sent
            (id uuid, section_id uuid, exercise_id uuid, sort_order integer,
             prescription jsonb, notes text, label text, superset_group text)
        ON CONFLICT (id) DO UPDATE
        SET (section_id, exercise_id, sort_order, prescription, notes, label, superset_group, updated_at)
          = ROW (excluded.section_id, excluded.exercise_id, excluded.sort_order, excluded.prescription,
                 excluded.notes, excluded.label, excluded.superset_group, now())
        WHERE (workout_movements.section_id, workout_movements.exercise_id, workout_movements.sort_order,
               workout_movements.prescription, workout_movements.notes, workout_movements.label,
               workout_movements.superset_group)
              IS DISTINCT FROM (excluded.section_id, excluded.exercise_id, excluded.sort_order,
                                excluded.prescription, excluded.notes, excluded.label, excluded.superset_group)
        """,
        organization_id,
        tree.movements,
    )


async def delete_movements(session: WriteSession, ids: list[UUID]) -> int:
    """Delete movements; those with comments softly, so that no comment is lost."""
    return await _delete_or_hide(session, "workout_movements", ids, "exercise_comments", "workout_movement_id")


async def _delete_sections(session: WriteSession, ids: list[UUID]) -> int:
    """Delete sections; those with softly deleted movements softly too."""
    return await _delete_or_hide(session, "workout_sections", ids, "workout_movements", "section_id")


async def _delete_or_hide(session: WriteSession, table: str, ids: list[UUID], children: str, parent: str) -> int:
    """Delete rows, softly where a child row refers to them. Returns the number of rows deleted."""
    if not ids:
        return 0
    hidden = await session.run(
        f"""
        UPDATE {table} SET deleted_at = now(), updated_at = now()
        WHERE id = ANY ($1) AND EXISTS (SELECT FROM {children} child WHERE child.{parent} = {table}.id)
        """,
        ids,
    )
    return hidden + await session.run(f"DELETE FROM {table} WHERE id = ANY ($1) AND deleted_at IS NULL", ids)


FORK, DUPLICATE = ((files("kinegraph.workout") / name).read_text() for name in ("fork.sql", "duplicate.sql"))


async def duplicate(session: WriteSession[Viewer], workout: WorkoutRow, changed: Mapping[str, Any]) -> UUID:
    """Copy a workout and its tree to a new library workout, with the changed columns. Returns its id."""
    program_id = changed.get("program_id", workout.program_id if workout.program_name is not None else None)
    title = changed.get("title", workout.title)
    id: UUID = await session.fetch_value(DUPLICATE, workout.id, session.viewer.user.id, title, program_id)
    return id


async def deleted_workout(session: ReadSession[Viewer], id: UUID) -> WorkoutRow | None:
    """A deleted workout of an organization that the viewer coaches."""
    rows: list[WorkoutRow] = await session.fetch(
        f"{selected(None)} WHERE w.id = $1 AND w.deleted_at IS NOT NULL AND w.organization_id = ANY ($2)",
        id,
        session.viewer.coached(),
    )
    return in_key_order(rows, [id])[0]


async def lock_assignment(session: WriteSession, id: UUID) -> ForkedAssignmentRow | None:
    """Lock an assignment until the transaction ends, and return it; None if deleted, or not the viewer's to write."""
    return await session.fetch_row(
        """
        SELECT a.id, a.organization_id, a.athlete_id, a.workout_id, a.snapshot_workout_id, a.status
        FROM workout_assignments a
        WHERE a.id = $1 AND a.deleted_at IS NULL
        FOR UPDATE
        """,
        id,
    )


async def fork(session: WriteSession, assignment: ForkedAssignmentRow) -> UUID:
    """Copy an assignment's library workout to its snapshot, and set `snapshot_workout_id`. Returns the snapshot's id.

    Comments and attachments are copied, too; a fact starts the jobs of thumbnails that are missing.

    The caller holds the locks of the assignment's row and of the library workout's tree, so that neither changes.
    """
    forked = (await session.fetch(FORK, assignment.id))[0]
    await record(session, [AttachmentAdded(id, assignment.organization_id) for id in forked.without_thumbnail])
    snapshot_id: UUID = forked.id
    return snapshot_id


async def copied_ids(session: ReadSession, snapshot_id: UUID) -> Mapping[UUID, UUID]:
    """The ids of a snapshot's sections and movements, by the ids of the library rows that they were copied from."""
    rows = await session.fetch(
        """
        SELECT s.forked_from_id, s.id
        FROM workout_sections s
        WHERE s.workout_id = $1 AND s.deleted_at IS NULL AND s.forked_from_id IS NOT NULL
        UNION ALL
        SELECT m.forked_from_id, m.id
        FROM workout_sections s
        JOIN workout_movements m ON m.section_id = s.id
        WHERE s.workout_id = $1 AND s.deleted_at IS NULL AND m.deleted_at IS NULL AND m.forked_from_id IS NOT NULL
        """,
        snapshot_id,
    )
    return {row.forked_from_id: row.id for row in rows}
