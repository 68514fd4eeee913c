"""Reading figures of an organization's exercises, over all its enrollments."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kinegraph.adherence.rules import MAX_EXERCISES, MIN_PATIENTS, AnalyticsRow
from kinegraph.adherence.store_totals import IS_STRUGGLING, RECENT_PLACE, sum_at, total, with_totals
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import ReadSession


def _within(column: str) -> str:
    """SQL of how much a running total grew from the first to the last day of the window."""
    return f"{total(column, 'last')} - {total(column, 'before')}"


def _sum_within(column: str, count: str) -> str:
    """SQL of the sum of the scores within the window."""
    return f"{sum_at(column, count, 'last')} - {sum_at(column, count, 'before')}"


DATED_TOTALS = f"""
        SELECT wanted.position, t.*, width_bucket(day.until, t.days) AS last,
               width_bucket(day.before, t.days) AS before,
               width_bucket(
                   day.until - (day.until = coalesce(c.today, day.utc_today))::integer, t.days
               ) AS past,
               width_bucket(day.until {RECENT_PLACE}, t.days) AS recent
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (organization_id, position)
        CROSS JOIN (
            SELECT coalesce($4::date, (now() AT TIME ZONE 'UTC')::date) AS until,
                   (now() AT TIME ZONE 'UTC')::date AS utc_today,
                   coalesce($3::date - 1, '-infinity') AS before
        ) AS day
        JOIN adherence_totals t ON t.organization_id = wanted.organization_id
        LEFT JOIN calendar c ON c.organization_id = t.organization_id AND c.user_id = t.patient_id
        WHERE t.exercise_id = ANY ($2::uuid[]) OR cardinality($2::uuid[]) = 0"""
"""SQL query: the totals of the organizations $1, of the exercises $2, with the places of the days $3 and $4."""

ANALYTICS = f"""
        WITH calendar AS MATERIALIZED (
            SELECT p.organization_id, p.user_id, (now() AT TIME ZONE p.time_zone)::date AS today
            FROM patients p
            WHERE p.organization_id = ANY ($1::uuid[])
        )
        SELECT o.position, o.exercise_id, count(*) AS patients,
               count(*) FILTER (WHERE o.pains > 0) AS pain_patients,
               count(*) FILTER (WHERE o.exertions > 0) AS exertion_patients,
               sum(o.prescribed)::integer AS prescribed, sum(o.completed)::integer AS completed,
               sum(o.pain_sum)::integer AS pain_sum, sum(o.pains)::integer AS pains,
               sum(o.exertion_sum)::integer AS exertion_sum, sum(o.exertions)::integer AS exertions,
               count(*) FILTER (WHERE o.is_struggling) AS struggling_patients
        FROM (
            SELECT w.position, w.exercise_id, w.patient_id, sum(w.prescribed) AS prescribed,
                   sum(w.completed) AS completed, sum(w.pain_sum) AS pain_sum, sum(w.pains) AS pains,
                   sum(w.exertion_sum) AS exertion_sum, sum(w.exertions) AS exertions,
                   bool_or(w.is_struggling) AS is_struggling
            FROM (
                SELECT p.position, p.exercise_id, p.patient_id,
                       {_within("prescribed")} AS prescribed, {_within("completed")} AS completed,
                       {_within("logs")} AS logs, {_within("pains")} AS pains, {_within("exertions")} AS exertions,
                       {_sum_within("pain_sums", "pains")} AS pain_sum,
                       {_sum_within("exertion_sums", "exertions")} AS exertion_sum, {IS_STRUGGLING} AS is_struggling
                FROM {with_totals(DATED_TOTALS, "last", "before", "past", "recent")}
                WHERE p.last > p.before
                OFFSET 0
            ) AS w
            WHERE w.prescribed > 0 OR w.logs > 0
            GROUP BY w.position, w.exercise_id, w.patient_id
        ) AS o
        GROUP BY o.position, o.exercise_id
        HAVING count(*) >= {MIN_PATIENTS}
"""


async def analytics_of(
    session: ReadSession,
    organization_ids: Sequence[UUID],
    exercise_ids: tuple[UUID, ...],
    start: date | None,
    end: date | None,
) -> list[list[AnalyticsRow]]:
    """Figures of each organization's exercises from one day to another, those most often due first, at most 100.

    Exercises with too few patients are left out. No `exercise_ids` are all; no end is today in UTC.
    A patient counts once, and as struggling where the exercise is so in one of their enrollments at the end.
    """
    rows: list[AnalyticsRow] = await session.fetch(
        f"""
        SELECT ranked.*, ($1::uuid[])[ranked.position] AS organization_id
        FROM (
            SELECT f.*, row_number() OVER (PARTITION BY f.position ORDER BY f.prescribed DESC, f.exercise_id) AS rank
            FROM ({ANALYTICS}) AS f
        ) AS ranked
        WHERE ranked.rank <= {MAX_EXERCISES}
        ORDER BY ranked.position, ranked.rank
        """,
        organization_ids,
        list(exercise_ids),
        start,
        end,
    )
    return grouped_by_position(rows, len(organization_ids))
