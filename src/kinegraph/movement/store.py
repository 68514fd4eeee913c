"""Reading a workout's tree to edit a movement of it, and writing positions."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.movement.rules import Tree
from kinegraph.workout.rules_rows import WorkoutRow
from kinegraph.workout.store import visible
from kinegraph.workout.store_tree import copied_ids, current_rows


async def tree_of(session: WriteSession, workout: WorkoutRow) -> Tree:
    """The stored tree of a workout, which the caller has locked; a snapshot's with the ids of the library rows."""
    sections, movements = await current_rows(session, workout.id, workout.organization_id)
    return Tree(sections, movements, await copied_ids(session, workout.id) if workout.is_snapshot else {})


class AnchorRow(Protocol):
    """An id of several that is stored, by its position from 1, and its workout."""

    position: int
    workout_id: UUID


async def anchors(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[AnchorRow]:
    """Those of these movements and sections that are stored, with their workouts, which the viewer sees or coaches.

    The movement, its section or the workout may be deleted softly.
    """
    return await session.fetch_list(
        f"""
        SELECT anchor.position, s.workout_id
        FROM unnest($1::uuid[]) WITH ORDINALITY AS anchor (id, position)
        JOIN workout_sections s
            ON s.id = coalesce((SELECT m.section_id FROM workout_movements m WHERE m.id = anchor.id), anchor.id)
        JOIN workouts w ON w.id = s.workout_id
        WHERE w.organization_id = ANY ($2) OR {visible("$2", "$3")}
        ORDER BY anchor.position
        """,
        ids,
        session.viewer.coached(),
        session.viewer.user.id,
    )


async def set_positions(session: WriteSession, ids_by_section: Mapping[UUID, Sequence[UUID]]) -> int:
    """Set section and position of movements, from their order. Returns how many differed.

    Their `updated_at` stays: a movement is not changed by one that comes to stand before it.
    """
    rows = [(id, section_id, order) for section_id, ids in ids_by_section.items() for order, id in enumerate(ids)]
    return await session.run(
        """
        UPDATE workout_movements m
        SET section_id = wanted.section_id, sort_order = wanted.sort_order
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS wanted (id, section_id, sort_order)
        WHERE m.id = wanted.id AND (m.section_id, m.sort_order) IS DISTINCT FROM (wanted.section_id, wanted.sort_order)
        """,
        [id for id, *_ in rows],
        [section_id for _, section_id, _ in rows],
        [order for *_, order in rows],
    )


async def touch(session: WriteSession, id: UUID) -> None:
    """Set a movement's `updated_at`, after it was moved."""
    await session.run("UPDATE workout_movements SET updated_at = now() WHERE id = $1", id)
