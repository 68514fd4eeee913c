"""Writing results, their sets and their submissions, under the lock of the assignment's row."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import ReadSession, WriteSession, typed
from kinegraph.patient.store import TODAY, patient_join
from kinegraph.result.rules import ResultRow, StoredContentRow
from kinegraph.workout.rules_rows import ForkedAssignmentRow

SET_TYPES: Mapping[str, str] = {
    "id": "uuid",
    "movement_id": "uuid",
    "exercise_id": "uuid",
    "sort_order": "integer",
    "number": "integer",
    "target_reps_min": "integer",
    "target_reps_max": "integer",
    "target_load": "double precision",
    "target_load_unit": "text",
    "target_duration_seconds": "integer",
    "target_distance_meters": "double precision",
    "target_calories": "integer",
    "reps": "integer",
    "load": "numeric",
    "load_unit": "text",
    "rpe": "numeric",
    "rir": "smallint",
    "seconds": "numeric",
    "distance_meters": "numeric",
    "calories": "integer",
    "notes": "text",
}
"""The columns of a set that are written."""

CORRECTED = ("sort_order", "exercise_id", "reps", "load", "load_unit", "rpe", "rir", "seconds", "distance_meters",
             "calories", "notes")  # fmt: skip
"""The columns of a set that a later submission changes: its target stays the one of the first."""


async def submission(session: ReadSession, assignment: ForkedAssignmentRow, client_id: str) -> StoredContentRow | None:
    """The content of the submission with this id of the client's, of the athlete in the organization."""
    return await session.fetch_row(
        """
        SELECT t.content_hash, r.deleted_at IS NOT NULL AS is_deleted
        FROM result_submissions t
        JOIN assignment_results r ON r.id = t.result_id
        WHERE t.organization_id = $1 AND t.athlete_id = $2 AND t.client_id = $3
        """,
        assignment.organization_id,
        assignment.athlete_id,
        client_id,
    )


async def last_deleted(session: ReadSession, assignment_id: UUID) -> ResultRow | None:
    """The assignment's result that was deleted last."""
    return await session.fetch_row(
        """
        SELECT r.id, r.updated_at
        FROM assignment_results r
        WHERE r.assignment_id = $1 AND r.deleted_at IS NOT NULL
        ORDER BY r.deleted_at DESC
        LIMIT 1
        """,
        assignment_id,
    )


async def count_submissions(session: ReadSession, result_id: UUID) -> int:
    """The number of submissions of a result."""
    count: int = await session.fetch_value("SELECT count(*) FROM result_submissions WHERE result_id = $1", result_id)
    return count


async def insert(session: WriteSession[Viewer], assignment: ForkedAssignmentRow, values: Mapping[str, Any]) -> UUID:
    """Store a new result of an assignment, recorded by the viewer."""
    keys = {
        "organization_id": assignment.organization_id,
        "assignment_id": assignment.id,
        "athlete_id": assignment.athlete_id,
        "updated_by_user_id": session.viewer.user.id,
    }
    return await session.insert("assignment_results", {**keys, **values})


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a result."""
    await session.update("assignment_results", id, values)


async def touch(session: WriteSession, id: UUID) -> None:
    """Set a result's `updated_at`, after its sets were changed."""
    await session.run("UPDATE assignment_results SET updated_at = now() WHERE id = $1", id)


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a result softly. Its sets stay as they are, and are read by the result alone."""
    await session.delete_softly("assignment_results", id)


async def current_sets(session: ReadSession, result_id: UUID) -> list[Row]:
    """The ids, places and positions of a result's sets."""
    return await session.fetch(
        "SELECT id, movement_id, exercise_id, number, sort_order FROM result_sets WHERE result_id = $1", result_id
    )


async def write_sets(
    session: WriteSession,
    result_id: UUID,
    assignment: ForkedAssignmentRow,
    rows: Sequence[Mapping[str, Any]],
    removed: Sequence[UUID],
) -> int:
    """Store sets, new ones and existing ones, and delete others. Returns the number of rows that differed."""
    written = 0
    if removed:
        written += await session.run("DELETE FROM result_sets WHERE id = ANY ($1)", removed)
    columns, corrected = ", ".join(SET_TYPES), ", ".join(CORRECTED)
    if rows:
        written += await session.run(
            f"""
            INSERT INTO result_sets (organization_id, result_id, athlete_id, {columns})
            SELECT $1, $2, $3, {", ".join(f"sent.{column}" for column in SET_TYPES)}
            FROM jsonb_to_recordset($4) AS sent ({typed(SET_TYPES)})
            ON CONFLICT (id) DO UPDATE
            SET ({corrected}, updated_at) = ROW ({", ".join(f"excluded.{c}" for c in CORRECTED)}, now())
            WHERE ({", ".join(f"result_sets.{c}" for c in CORRECTED)})
                  IS DISTINCT FROM ({", ".join(f"excluded.{c}" for c in CORRECTED)})
            """,
            assignment.organization_id,
            result_id,
            assignment.athlete_id,
            [dict(row) for row in rows],
        )
    return written


async def record_submission(
    session: WriteSession[Viewer],
    assignment: ForkedAssignmentRow,
    result_id: UUID,
    client_id: str,
    content: Mapping[str, Any],
    content_hash: str,
) -> None:
    """Store a submission that was accepted."""
    await session.run(
        """
        INSERT INTO result_submissions
            (organization_id, result_id, athlete_id, client_id, content_hash, content, recorded_by_user_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        assignment.organization_id,
        result_id,
        assignment.athlete_id,
        client_id,
        content_hash,
        dict(content),
        session.viewer.user.id,
    )


async def days(session: ReadSession, assignment_id: UUID) -> tuple[date, date]:
    """The usual day of an assignment's result, and today, where a day begins first (UTC+14).

    The usual day is the planned one; before it, today in the athlete's calendar.
    """
    row = await session.fetch_row(
        f"""
        SELECT least(a.scheduled_for, {TODAY.format(patient="p")}) AS usual,
               (now() AT TIME ZONE 'UTC' + interval '14 hours')::date AS latest
        FROM workout_assignments a
        {patient_join("p", "a.organization_id", "a.athlete_id")}
        WHERE a.id = $1
        """,
        assignment_id,
    )
    assert row is not None
    return row.usual, row.latest
