"""Reading personal records and maxima, all derived from recorded sets; the steps of equipment."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import members
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.record.rules import DISTANCES, IS_ESTIMATED, MAX_REPS, ONE_REP_MAX, MaximumRow, RecordRow
from kinegraph.result.store import LIVE_RESULT, SET_COLUMNS, readable

MaximumKey: TypeAlias = tuple[UUID, UUID | None]
"""A movement, and the athlete that its load is resolved for; None: of the snapshot that it stands in, or the viewer,
unless they coach."""

RECORDS = f"""
    SELECT 'rep_max' AS kind, d.reps::numeric AS place, d.load_kg AS best
    WHERE d.load_kg > 0 AND d.reps BETWEEN 1 AND {MAX_REPS}
    UNION ALL
    SELECT 'estimated_one_rep_max', 0, {ONE_REP_MAX.format(row="d", load="load_kg")}
    WHERE {IS_ESTIMATED.format(row="d")}
    UNION ALL
    SELECT 'repetitions', 0, d.reps WHERE coalesce(d.load_kg, 0) = 0 AND d.reps > 0
    UNION ALL
    SELECT 'distance', 0, d.distance_meters WHERE d.distance_meters IS NOT NULL
    UNION ALL
    SELECT 'duration', 0, d.seconds
    WHERE d.seconds IS NOT NULL AND d.distance_meters IS NULL AND d.reps IS NULL
    UNION ALL
    SELECT 'fastest', d.distance_meters, -d.seconds
    WHERE d.seconds IS NOT NULL AND d.distance_meters IN ({", ".join(map(str, DISTANCES))})"""


async def records_of(
    session: ReadSession[Viewer], athlete_ids: Sequence[UUID], exercise_ids: Sequence[UUID]
) -> list[list[RecordRow]]:
    """The records of each athlete in these exercises: the best set of each kind; of equal ones the earliest.

    They are of the sets that the viewer may read: an athlete's own of all organizations, a coach's of theirs.
    """
    rows: list[RecordRow] = await session.fetch_list(
        f"""
        WITH done AS (
            SELECT athlete.position, exercise.position AS exercise, d.*, r.performed_on
            FROM unnest($1::uuid[]) WITH ORDINALITY AS athlete (id, position)
            CROSS JOIN unnest($2::uuid[]) WITH ORDINALITY AS exercise (id, position)
            JOIN result_sets d ON d.athlete_id = athlete.id AND d.exercise_id = exercise.id
            {LIVE_RESULT}
            WHERE {readable("d", "$3", "$4")}
        )
        SELECT DISTINCT ON (d.position, d.exercise, record.kind, record.place)
               d.position, record.kind, record.best, d.performed_on, {SET_COLUMNS}
        FROM done d
        CROSS JOIN LATERAL ({RECORDS}) AS record
        ORDER BY d.position, d.exercise, record.kind, record.place, record.best DESC, d.performed_on, d.id
        """,
        athlete_ids,
        exercise_ids,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    seen(session, "AssignmentResult", rows, "athlete_id")
    return grouped_by_position(rows, len(athlete_ids))


async def maxima_of(session: ReadSession[Viewer], keys: Sequence[MaximumKey]) -> list[MaximumRow]:
    """The best estimate of each athlete's maximum in the exercise of a movement, in the unit that was lifted."""
    return await session.fetch(
        f"""
        SELECT wanted.position, athlete.id AS athlete_id, best.set_id, best.unit, best.maximum,
               steps.kilograms, steps.pounds
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (movement_id, athlete_id, position)
        LEFT JOIN workout_movements m ON m.id = wanted.movement_id
        LEFT JOIN workout_sections s ON s.id = m.section_id
        LEFT JOIN workout_assignments planned
            ON planned.snapshot_workout_id = s.workout_id AND planned.deleted_at IS NULL
        CROSS JOIN LATERAL (
            SELECT coalesce(wanted.athlete_id, planned.athlete_id,
                            CASE WHEN m.organization_id = ANY ($3) THEN NULL ELSE $4::uuid END) AS id
        ) AS athlete
        LEFT JOIN LATERAL (
            SELECT d.id AS set_id, d.load_unit AS unit, {ONE_REP_MAX.format(row="d", load="load")} AS maximum
            FROM result_sets d
            {LIVE_RESULT}
            WHERE d.athlete_id = athlete.id AND d.exercise_id = m.exercise_id
              AND {IS_ESTIMATED.format(row="d")} AND {readable("d", "$3", "$4")}
            ORDER BY {ONE_REP_MAX.format(row="d", load="load_kg")} DESC, r.performed_on, d.id
            LIMIT 1
        ) AS best ON true
        LEFT JOIN LATERAL (
            SELECT l.kilograms, l.pounds
            FROM load_steps l
            WHERE l.organization_id = m.organization_id AND (l.athlete_id = athlete.id OR l.athlete_id IS NULL)
            ORDER BY l.athlete_id NULLS LAST
            LIMIT 1
        ) AS steps ON true
        ORDER BY wanted.position
        """,
        [movement for movement, _ in keys],
        [athlete for _, athlete in keys],
        session.viewer.coached(),
        session.viewer.user.id,
    )


async def are_athletes(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[bool]:
    """For each athlete, True if the viewer may read their results: their own, and those of members whom they coach."""
    viewer: Viewer = session.viewer
    others = [id for id in ids if id != viewer.user.id]
    coached = await members(session, viewer.coached(), others) if others else set()
    return [id == viewer.user.id or id in coached for id in ids]


async def set_steps(
    session: WriteSession, organization_id: UUID, athlete_id: UUID | None, kilograms: float, pounds: float
) -> None:
    """Store the steps of an athlete's equipment, or (None) of the organization's."""
    await session.run(
        """
        INSERT INTO load_steps (organization_id, athlete_id, kilograms, pounds)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT load_steps_athlete_key DO UPDATE
        SET (kilograms, pounds, updated_at) = ROW (excluded.kilograms, excluded.pounds, now())
        """,
        organization_id,
        athlete_id,
        Decimal(str(kilograms)),
        Decimal(str(pounds)),
    )
