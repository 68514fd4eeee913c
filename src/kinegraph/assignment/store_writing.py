"""Writing assignments, and reading the days that they are moved to."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.workout.rules_rows import WorkoutRow


async def insert(
    session: WriteSession[Viewer], workout: WorkoutRow, athlete_ids: Sequence[UUID], scheduled_for: date
) -> list[UUID]:
    """Assign a library workout to athletes, by the viewer. Returns the assignments' ids in the athletes' order."""
    rows = await session.fetch(
        """
        INSERT INTO workout_assignments (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for)
        SELECT $1, $2, athlete.id, $3, $4
        FROM unnest($5::uuid[]) WITH ORDINALITY AS athlete (id, position)
        ORDER BY athlete.position
        RETURNING id, athlete_id
        """,
        workout.organization_id,
        workout.id,
        session.viewer.user.id,
        scheduled_for,
        athlete_ids,
    )
    return [row.id for row in in_key_order(rows, athlete_ids, "athlete_id") if row is not None]


async def set_status(session: WriteSession, id: UUID, status: str) -> None:
    """Set the status of an assignment."""
    await session.update("workout_assignments", id, {"status": status})


async def lock_day(session: WriteSession, workout_id: UUID, day: date) -> None:
    """Keep others, until the transaction ends, from planning the same workout for the same day."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"assign {workout_id} {day}")


async def move(session: WriteSession, id: UUID, day: date) -> None:
    """Plan an assignment for another day."""
    await session.update("workout_assignments", id, {"scheduled_for": day})


async def delete(session: WriteSession, id: UUID) -> None:
    """Take an assignment back, softly; its snapshot stays stored, and nobody is shown it."""
    await session.delete_softly("workout_assignments", id)


async def athletes_on(session: ReadSession, workout_id: UUID, day: date, athlete_ids: Sequence[UUID]) -> set[UUID]:
    """The athletes, of these, who have an assignment of the library workout on that day."""
    rows = await session.fetch(
        """
        SELECT a.athlete_id
        FROM workout_assignments a
        WHERE a.athlete_id = ANY ($3) AND a.scheduled_for = $2 AND a.workout_id = $1 AND a.deleted_at IS NULL
        """,
        workout_id,
        day,
        athlete_ids,
    )
    return {row.athlete_id for row in rows}


async def day_of(session: ReadSession, id: UUID) -> date:
    """The day that an assignment is planned for."""
    day: date = await session.fetch_value("SELECT scheduled_for FROM workout_assignments WHERE id = $1", id)
    return day
