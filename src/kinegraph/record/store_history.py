"""Reading the history of an exercise."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.store_columns import EFFECTIVE
from kinegraph.record.rules import IS_ESTIMATED, ONE_REP_MAX
from kinegraph.record.rules_history import PointRow
from kinegraph.result.store import LIVE_RESULT, SET_COLUMNS, readable


async def points_of(
    session: ReadSession[Viewer], keys: Sequence[tuple[UUID, UUID]], start: date, end: date
) -> list[list[PointRow]]:
    """The days on which each athlete did an exercise, in order, each with its best set and its sums.

    The best set is the one with the highest estimate, else the heaviest, longest, or with the most repetitions.
    """
    estimate = f"CASE WHEN {IS_ESTIMATED.format(row='d')} THEN {ONE_REP_MAX.format(row='d', load='load_kg')} END"
    rows: list[PointRow] = await session.fetch_list(
        f"""
        WITH done AS (
            SELECT wanted.position, d.*, r.performed_on, {estimate} AS estimate
            FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (athlete_id, exercise_id, position)
            JOIN result_sets d ON d.athlete_id = wanted.athlete_id AND d.exercise_id = wanted.exercise_id
            {LIVE_RESULT}
            WHERE r.performed_on BETWEEN $3 AND $4 AND {readable("d", "$5", "$6")}
        )
        SELECT DISTINCT ON (d.position, d.performed_on)
               d.position, d.performed_on, max(d.estimate) OVER day AS estimated_one_rep_max,
               max(d.load_kg) OVER day AS best_load, sum(d.load_kg * d.reps) OVER day AS volume,
               max(d.distance_meters) OVER day AS distance, max(d.seconds) OVER day AS duration,
               max(d.reps) OVER day AS repetitions, count(*) OVER day AS set_count, {SET_COLUMNS}
        FROM done d
        WINDOW day AS (PARTITION BY d.position, d.performed_on)
        ORDER BY d.position, d.performed_on, d.estimate DESC NULLS LAST, d.load_kg DESC NULLS LAST,
                 d.distance_meters DESC NULLS LAST, d.seconds DESC NULLS LAST, d.reps DESC NULLS LAST, d.id
        """,
        [athlete for athlete, _ in keys],
        [exercise for _, exercise in keys],
        start,
        end,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    seen(session, "AssignmentResult", rows, "athlete_id")
    return grouped_by_position(rows, len(keys))


async def name_of(session: ReadSession[Viewer], exercise_id: UUID, points: Sequence[PointRow]) -> str:
    """The name of an exercise, as the organization of its last point sees it."""
    organization = points[-1].organization_id if points else None
    name: str | None = await session.fetch_value(
        f"""
        SELECT {EFFECTIVE["name"]}
        FROM exercises e
        LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = $2
        WHERE e.id = $1
        """,
        exercise_id,
        organization,
    )
    return name or "the exercise"
