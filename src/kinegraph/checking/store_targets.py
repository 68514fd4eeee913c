"""Reading what an override refers to: its movements, and whether its end is within the allowed time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from kinegraph.kit.sessions import ReadSession


async def is_within(session: ReadSession, moment: datetime, days: int) -> bool:
    """True if a moment is in the future, at most so many days from now."""
    found: bool = await session.fetch_value(
        "SELECT $1::timestamptz > now() AND $1 <= now() + make_interval(days => $2)", _with_offset(moment), days
    )
    return found


def _with_offset(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


class OverriddenMovementRow(Protocol):
    """A movement, and its exercise."""

    id: UUID
    exercise_id: UUID


async def movements(
    session: ReadSession,
    workout_id: UUID | None,
    organization_ids: Sequence[UUID],
    movement_id: UUID | None,
    exercise_id: UUID | None,
) -> list[OverriddenMovementRow]:
    """The movement of an id, and one of an exercise, of a workout, or of any workout of the organizations (None)."""
    rows: list[OverriddenMovementRow] = await session.fetch(
        """
        (SELECT m.id, m.exercise_id
         FROM workout_movements m
         JOIN workout_sections s ON s.id = m.section_id AND s.deleted_at IS NULL
         WHERE m.id = $3 AND m.deleted_at IS NULL
           AND m.organization_id = ANY ($2) AND ($1::uuid IS NULL OR s.workout_id = $1))
        UNION ALL
        (SELECT m.id, m.exercise_id
         FROM workout_movements m
         JOIN workout_sections s ON s.id = m.section_id AND s.deleted_at IS NULL
         WHERE m.exercise_id = $4 AND m.deleted_at IS NULL
           AND m.organization_id = ANY ($2) AND ($1::uuid IS NULL OR s.workout_id = $1)
         LIMIT 1)
        """,
        workout_id,
        organization_ids,
        movement_id,
        exercise_id,
    )
    return rows
