"""Reading the adherence of enrollments, from running totals."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from uuid import UUID

from kinegraph.adherence.rules import AdherenceRow, ExerciseRow
from kinegraph.adherence.rules_charts import FeltRow
from kinegraph.adherence.store_totals import (
    IS_STRUGGLING,
    RECENT_DONE,
    RECENT_DUE,
    RECENT_PAIN_SUM,
    RECENT_PAINS,
    RECENT_PLACE,
    sum_at,
    total,
    with_totals,
)
from kinegraph.audit.rules import seen
from kinegraph.enrollment.store import CALENDAR
from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import grouped_by_position, in_key_order
from kinegraph.kit.sessions import ReadSession

ADHERENCE = (files("kinegraph.adherence") / "adherence.sql").read_text()
"""The adherence of enrollments, by one statement."""


async def adherence_of(
    session: ReadSession[Viewer], enrollment_ids: Sequence[UUID], as_of: date | None = None
) -> list[AdherenceRow | None]:
    """The adherence of each enrollment up to and including a day; None: today, by the patient's time zone.

    The weeks are those from the first one to that of the day, of the last due day or of the end, whichever comes first.
    The streak counts the days on which something was due and all of it was done, back from the day to the last one on
    which something was missed; the day itself breaks none.
    """
    rows: list[AdherenceRow] = await session.fetch(ADHERENCE, enrollment_ids, as_of)
    seen(session, "Adherence", rows)
    return in_key_order(rows, enrollment_ids, "enrollment_id")


EXERCISE_TOTALS = f"""
        SELECT wanted.position, t.*, width_bucket(wanted.as_of, t.days) AS last,
               width_bucket(wanted.as_of - (wanted.as_of = calendar.today)::integer, t.days) AS past,
               width_bucket(wanted.as_of {RECENT_PLACE}, t.days) AS recent
        FROM unnest($1::uuid[], $2::date[]) WITH ORDINALITY AS wanted (enrollment_id, as_of, position)
        JOIN enrollments e ON e.id = wanted.enrollment_id
        {CALENDAR}
        JOIN adherence_totals t ON t.enrollment_id = wanted.enrollment_id"""
"""SQL query: the totals of the enrollments $1, with the places of the days $2."""


async def exercises_of(session: ReadSession, keys: Sequence[tuple[UUID, date]]) -> list[list[ExerciseRow]]:
    """For each enrollment and day, the exercises that were due or logged up to it, those most often due first.

    Today, by the patient's time zone, counts to what is missed only once it is over.
    """
    rows: list[ExerciseRow] = await session.fetch_list(
        f"""
        SELECT p.position, p.organization_id, p.exercise_id,
               {total("prescribed", "last")} AS prescribed, {total("completed", "last")} AS completed,
               {sum_at("pain_sums", "pains", "last")} AS pain_sum, {total("pains", "last")} AS pains,
               {sum_at("exertion_sums", "exertions", "last")} AS exertion_sum,
               {total("exertions", "last")} AS exertions,
               {RECENT_DUE} AS recent_due_days, {RECENT_DONE} AS recent_done_days,
               {RECENT_PAIN_SUM} AS recent_pain_sum, {RECENT_PAINS} AS recent_pains, {IS_STRUGGLING} AS is_struggling
        FROM {with_totals(EXERCISE_TOTALS, "last", "past", "recent")}
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
    """The days up to a day on which pain or exertion was logged, in order, with their averages to one decimal.

    The caller names the patient to the audit trail.
    """
    rows: list[FeltRow] = await session.fetch_list(
        """
        SELECT l.performed_on AS day, round(avg(l.pain_score), 1)::float8 AS pain,
               max(l.pain_score) AS highest_pain, round(avg(l.exertion), 1)::float8 AS exertion
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
