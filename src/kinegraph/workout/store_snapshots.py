"""Forking a snapshot for an assignment, and finding a library row's twin in it."""

from collections.abc import Mapping
from importlib.resources import files
from uuid import UUID

from kinegraph.kit.outbox import record
from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media.rules import AttachmentAdded

FORK = (files("kinegraph.workout") / "fork.sql").read_text()


async def fork(session: WriteSession, assignment: Row) -> UUID:
    """Copy an assignment's library workout to a snapshot, and point the assignment at it. Returns its id.

    The assignment's row and a turn at the library workout are held by the caller, so that nothing of it changes.
    """
    forked = (await session.fetch(FORK, assignment.id))[0]
    await record(session, [AttachmentAdded(id, assignment.organization_id) for id in forked.unpictured])
    snapshot_id: UUID = forked.id
    return snapshot_id


async def twins(session: ReadSession, snapshot_id: UUID) -> Mapping[UUID, UUID]:
    """The sections and movements of a snapshot, by the library rows that they were copied from."""
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
