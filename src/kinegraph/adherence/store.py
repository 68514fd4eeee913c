"""Reading the adherence of enrollments, from running totals."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kinegraph.adherence.rules import HIGH_PAIN, RECENT_DAYS, RECENT_LOGS, AdherenceRow, ExerciseRow
from kinegraph.adherence.rules_charts import FeltRow
from kinegraph.enrollment.store import CALENDAR
from kinegraph.kit.rows import grouped_by_position, in_key_order
from kinegraph.kit.sessions import ReadSession


def total(column: str, place: str) -> str:
    """SQL of a running total at a place among the days of row `p`; place 0 is before the first one."""
    return f"coalesce(p.{column}[p.{place}], 0)"


def sum_at(column: str, count: str, place: str, *, back: int = 0) -> str:
    """SQL of the sum of scores at a place, or of all but the last `back`; `count` is the column of their number."""
    return f"coalesce(p.{column}[{total(count, place)} - {back}], 0)"


def recent_sum(column: str, count: str) -> str:
    """SQL of the sum of the last three scores up to the place `last`."""
    return f"({sum_at(column, count, 'last')} - {sum_at(column, count, 'last', back=RECENT_LOGS)})"


RECENT_PAINS = f"least({total('pains', 'last')}, {RECENT_LOGS})"
RECENT_PAIN_SUM = recent_sum("pain_sums", "pains")
RECENT_DUE = f"({total('due_days', 'last')} - {total('due_days', 'recent')})"
RECENT_DONE = f"({total('done_days', 'last')} - {total('done_days', 'recent')})"
IS_STRUGGLING = f"""({total("pains", "last")} > 0 AND {RECENT_PAIN_SUM} >= {HIGH_PAIN} * {RECENT_PAINS}
                OR 2 * {RECENT_DONE} < {RECENT_DUE})"""
"""SQL: the last three scores of pain average 4 or more, or it was done on under half of its due days of the last 14.

Of row `p`, whose place `last` is that of the day in question, and `recent` that of the day before the last 14.
"""
RECENT_PLACE = f"- {RECENT_DAYS}"


async def adherence_of(
    session: ReadSession, enrollment_ids: Sequence[UUID], as_of: date | None = None
) -> list[AdherenceRow | None]:
    """The adherence of each enrollment up to and including a day; None: today, by the patient's time zone.

    The weeks are those from the first one to that of the day, of the last due day or of the end, whichever comes first.
    The streak counts the days on which something was due and all of it was done, back from the day to the last one on
    which something was missed; the day itself breaks none.
    """
    rows: list[AdherenceRow] = await session.fetch(
        f"""
        WITH wanted AS (
            SELECT e.id, e.organization_id, e.starts_on, e.ended_on, coalesce($2::date, calendar.today) AS as_of
            FROM enrollments e
            {CALENDAR}
            WHERE e.id = ANY ($1)
        ), daily AS (
            SELECT w.id, w.as_of, (d.day - w.starts_on) / 7 + 1 AS week, d.day,
                   sum(d.prescribed - coalesce(t.prescribed[d.place - 1], 0)) AS prescribed,
                   sum(d.completed - coalesce(t.completed[d.place - 1], 0)) AS completed
            FROM wanted w
            JOIN adherence_totals t ON t.enrollment_id = w.id
            CROSS JOIN LATERAL unnest(t.days, t.prescribed, t.completed) WITH ORDINALITY
                AS d (day, prescribed, completed, place)
            WHERE d.day <= w.as_of
            GROUP BY w.id, w.as_of, w.starts_on, d.day
        ), marked AS (
            SELECT d.*, max(d.day) FILTER (WHERE d.completed < d.prescribed AND d.day < d.as_of)
                            OVER (PARTITION BY d.id) AS missed_on
            FROM daily d
            WHERE d.prescribed > 0
        ), weekly AS (
            SELECT m.id, m.week, sum(m.prescribed) AS prescribed, sum(m.completed) AS completed,
                   count(*) FILTER (WHERE m.completed = m.prescribed AND m.day > coalesce(m.missed_on, '-infinity'))
                       AS streak
            FROM marked m
            GROUP BY m.id, m.week
        )
        SELECT w.id AS enrollment_id, w.organization_id, w.as_of, weeks.prescribed, weeks.completed,
               weeks.current_streak_days, weeks.weeks_prescribed, weeks.weeks_completed
        FROM wanted w
        LEFT JOIN LATERAL (
            SELECT v.weeks
            FROM enrollment_versions h
            JOIN plan_versions v ON v.id = h.version_id
            WHERE h.enrollment_id = w.id AND h.from_day <= greatest(w.as_of, w.starts_on)
            ORDER BY h.from_day DESC
            LIMIT 1
        ) AS held ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(k.prescribed), 0)::integer AS prescribed,
                   coalesce(sum(k.completed), 0)::integer AS completed,
                   coalesce(sum(k.streak), 0)::integer AS current_streak_days,
                   coalesce(array_agg(coalesce(k.prescribed, 0)::integer ORDER BY n.week), '{{}}') AS weeks_prescribed,
                   coalesce(array_agg(coalesce(k.completed, 0)::integer ORDER BY n.week), '{{}}') AS weeks_completed
            FROM generate_series(
                1, least(held.weeks, greatest((least(w.as_of, w.ended_on - 1) - w.starts_on + 7) / 7, 0))
            ) AS n (week)
            LEFT JOIN weekly k ON k.id = w.id AND k.week = n.week
        ) AS weeks
        """,
        enrollment_ids,
        as_of,
    )
    return in_key_order(rows, enrollment_ids, "enrollment_id")


async def exercises_of(session: ReadSession, keys: Sequence[tuple[UUID, date]]) -> list[list[ExerciseRow]]:
    """For each enrollment and day, the exercises that were due or logged up to it, those most often due first."""
    rows: list[ExerciseRow] = await session.fetch_list(
        f"""
        SELECT p.position, p.organization_id, p.exercise_id,
               {total("prescribed", "last")} AS prescribed, {total("completed", "last")} AS completed,
               {sum_at("pain_sums", "pains", "last")} AS pain_sum, {total("pains", "last")} AS pains,
               {sum_at("exertion_sums", "exertions", "last")} AS exertion_sum,
               {total("exertions", "last")} AS exertions,
               {RECENT_DUE} AS recent_due_days, {RECENT_DONE} AS recent_done_days,
               {RECENT_PAIN_SUM} AS recent_pain_sum, {RECENT_PAINS} AS recent_pains, {IS_STRUGGLING} AS is_struggling
        FROM (
            SELECT wanted.position, t.*, width_bucket(wanted.as_of, t.days) AS last,
                   width_bucket(wanted.as_of {RECENT_PLACE}, t.days) AS recent
            FROM unnest($1::uuid[], $2::date[]) WITH ORDINALITY AS wanted (enrollment_id, as_of, position)
            JOIN adherence_totals t ON t.enrollment_id = wanted.enrollment_id
            OFFSET 0
        ) AS p
        WHERE p.last > 0
        ORDER BY p.position, prescribed DESC, p.exercise_id
        """,
        [enrollment for enrollment, _ in keys],
        [as_of for _, as_of in keys],
    )
    return grouped_by_position(rows, len(keys))


async def days_with_data(session: ReadSession, keys: Sequence[tuple[UUID, date]], last: int) -> list[int]:
    """For each enrollment and day, on how many of the `last` days up to and including it something was logged."""
    rows = await session.fetch(
        """
        SELECT wanted.position, (
            SELECT count(DISTINCT l.performed_on)
            FROM exercise_logs l
            WHERE l.enrollment_id = wanted.enrollment_id AND l.deleted_at IS NULL
              AND l.performed_on > wanted.as_of - $3::integer AND l.performed_on <= wanted.as_of
        ) AS days
        FROM unnest($1::uuid[], $2::date[]) WITH ORDINALITY AS wanted (enrollment_id, as_of, position)
        ORDER BY wanted.position
        """,
        [enrollment for enrollment, _ in keys],
        [as_of for _, as_of in keys],
        last,
    )
    return [row.days for row in rows]


async def felt_by(session: ReadSession, enrollment_id: UUID, as_of: date) -> list[FeltRow]:
    """The days up to a day on which pain or exertion was logged, in order, with their averages to one decimal."""
    rows: list[FeltRow] = await session.fetch_list(
        """
        SELECT l.performed_on AS day, round(avg(l.pain_score), 1)::float8 AS pain,
               round(avg(l.exertion), 1)::float8 AS exertion
        FROM exercise_logs l
        WHERE l.enrollment_id = $1 AND l.performed_on <= $2 AND l.deleted_at IS NULL
        GROUP BY l.performed_on
        HAVING count(l.pain_score) + count(l.exertion) > 0
        ORDER BY l.performed_on
        """,
        enrollment_id,
        as_of,
    )
    return rows
