"""Reading what was planned for an athlete, and what they did."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kinegraph.classification.rules_profiles import recovery_hours
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import day_after
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.store import chain_to
from kinegraph.library.store_columns import EFFECTIVE
from kinegraph.record.rules_training import LEAD_DAYS, TrainedRow
from kinegraph.result.store import readable

PLANNED_SETS = """coalesce((m.prescription ->> 'sets')::integer, (s.config ->> 'rounds')::integer,
                          jsonb_array_length(s.config -> 'rep_scheme'), 1)"""
"""SQL of the planned sets of a movement: prescribed, else the rounds of its section, else of its scheme, else 1."""

BY_FATIGUE = " ".join(f"WHEN {score} THEN {recovery_hours(1, score)}" for score in range(1, 11))
RECOVERY_HOURS = f"coalesce(profile.minimum_recovery, CASE profile.fatigue_score {BY_FATIGUE} ELSE 0 END)"
"""SQL of an exercise's recovery: its profile's, else by fatigue alone (docs/domain.md, Training load)."""

TRAINED = f"""
        WITH RECURSIVE assignment AS (
            SELECT wanted.position, a.id, a.organization_id, a.status = 'completed' AS is_completed, r.id AS result_id,
                   coalesce(a.snapshot_workout_id, a.workout_id) AS workout_id,
                   coalesce(r.performed_on, a.scheduled_for) AS day,
                   EXISTS (SELECT FROM result_sets d WHERE d.result_id = r.id) AS has_sets
            FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, athlete_id, position)
            JOIN workout_assignments a
                ON a.organization_id = wanted.organization_id AND a.athlete_id = wanted.athlete_id
                   AND a.deleted_at IS NULL AND a.status <> 'skipped' AND {readable("a", "$5", "$6")}
            LEFT JOIN assignment_results r ON r.assignment_id = a.id AND r.deleted_at IS NULL
            WHERE coalesce(r.performed_on, a.scheduled_for) BETWEEN $3 AND $4
        ), trained AS (
            SELECT a.id, m.exercise_id, sum({PLANNED_SETS}) AS planned,
                   sum(CASE WHEN a.is_completed AND NOT a.has_sets THEN {PLANNED_SETS} ELSE 0 END) AS done
            FROM assignment a
            JOIN workout_sections s ON s.workout_id = a.workout_id AND s.deleted_at IS NULL
            JOIN workout_movements m ON m.section_id = s.id AND m.deleted_at IS NULL
            GROUP BY a.id, m.exercise_id
            UNION ALL
            SELECT a.id, d.exercise_id, 0, count(*)
            FROM assignment a
            JOIN result_sets d ON d.result_id = a.result_id
            GROUP BY a.id, d.exercise_id
        ), total AS (
            SELECT id, exercise_id, sum(planned)::integer AS planned, sum(done)::integer AS done
            FROM trained
            GROUP BY id, exercise_id
        ), {chain_to("exercise_programming_profiles", "(SELECT DISTINCT exercise_id FROM total)")},
        profile AS (
            SELECT chain.exercise_id, layer.fatigue_score, layer.minimum_recovery
            FROM chain
            JOIN exercise_programming_profiles layer ON layer.exercise_id = chain.id
        )
        SELECT a.position, a.organization_id, a.id AS assignment_id, a.day, t.exercise_id, t.planned, t.done,
               {EFFECTIVE["primary_muscles"]} AS primary_muscles,
               {EFFECTIVE["secondary_muscles"]} AS secondary_muscles,
               profile.fatigue_score, {RECOVERY_HOURS} AS recovery_hours
        FROM total t
        JOIN assignment a ON a.id = t.id
        JOIN exercises e ON e.id = t.exercise_id
        LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = a.organization_id
        LEFT JOIN profile ON profile.exercise_id = t.exercise_id
        ORDER BY a.position, a.day, a.id, e.id
"""


async def trained_of(
    session: ReadSession[Viewer], keys: Sequence[tuple[UUID, UUID]], start: date, end: date
) -> list[list[TrainedRow]]:
    """For each organization and athlete, the exercises of each assignment by day, from LEAD_DAYS before `start`.

    A skipped assignment counts nothing. The day is that of the result, else the planned one. Of a completed assignment
    without recorded sets everything was done as planned.
    """
    rows: list[TrainedRow] = await session.fetch_list(
        TRAINED,
        [organization for organization, _ in keys],
        [athlete for _, athlete in keys],
        day_after(start, -LEAD_DAYS),
        end,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    found = grouped_by_position(rows, len(keys))
    session.subjects.update(
        (*key, "AssignmentResult")
        for key, trained in zip(keys, found, strict=True)
        if trained and key[1] != session.viewer.user.id
    )
    return found
