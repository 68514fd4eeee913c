"""SQL expressions on running totals of an exercise, and of when it is struggling or ready to progress.

They are of a row `p` of adherence_totals with the places of days among its `days`: `last` of the day in question,
`past` of the last day on which something that was not done was missed (the day before, where the day in question is
today for the patient, and may yet be done; else that day itself), `week` of the day before the last 7, `recent` of the
day before the last 14. `p.has_late_pain` is whether a painful log of before the last 7 days was received in them.

`with_totals` reads the totals at these places, each one once, because several expressions use the same ones.
"""

from kinegraph.adherence.rules import ALERT_DAYS, HIGH_PAIN, READY_EXERTION, READY_PAIN, RECENT_DAYS, RECENT_LOGS
from kinegraph.adherence.tables import COUNTS


def with_totals(rows: str, *places: str) -> str:
    """FROM item `p`: the rows of a query of adherence_totals with places, and all running totals at these places.

    A total that nothing reads costs nothing: PostgreSQL leaves it out.
    """
    totals = ", ".join(
        f"coalesce(q.{column}[q.{place}], 0) AS {column}_{place}" for place in places for column in COUNTS
    )
    return f"(SELECT q.*, {totals} FROM ({rows} OFFSET 0) AS q OFFSET 0) AS p"


def total(column: str, place: str) -> str:
    """SQL of a running total at a place among the days of row `p`; place 0 is before the first one."""
    return f"p.{column}_{place}"


def sum_at(column: str, count: str, place: str, *, back: int = 0) -> str:
    """SQL of the sum of the scores up to the day at a place, the last `back` scores left out.

    `column` is an array of running sums, one for each score; `count` an array of the number of scores up to each day.
    """
    return f"coalesce(p.{column}[{total(count, place)} - {back}], 0)"


def recent_sum(column: str, count: str) -> str:
    """SQL of the sum of the last three scores up to the place `last`."""
    return f"({sum_at(column, count, 'last')} - {sum_at(column, count, 'last', back=RECENT_LOGS)})"


RECENT_PAINS = f"least({total('pains', 'last')}, {RECENT_LOGS})"
RECENT_PAIN_SUM = recent_sum("pain_sums", "pains")
RECENT_DUE = f"({total('due_days', 'last')} - {total('due_days', 'recent')})"
RECENT_DONE = f"({total('done_days', 'last')} - {total('done_days', 'recent')})"
DUE_DAYS = f"{total('due_days', 'past')} + {total('done_days', 'last')} - {total('done_days', 'past')}"
"""SQL of the number of due days up to the day in question, without today where it was not done yet."""
IS_STRUGGLING = f"""({total("pains", "last")} > 0 AND {RECENT_PAIN_SUM} >= {HIGH_PAIN} * {RECENT_PAINS}
                OR 2 * {RECENT_DONE} < {DUE_DAYS} - {total("due_days", "recent")})"""
"""SQL: the last three scores of pain average 4 or more, or it was done on under half of its due days of the last 14,
without today where it was not done yet."""
RECENT_PLACE = f"- {RECENT_DAYS}"

RECENT_EXERTIONS = f"least({total('exertions', 'last')}, {RECENT_LOGS})"
RECENT_EXERTION_SUM = recent_sum("exertion_sums", "exertions")
HAS_PAIN = f"({total('painful', 'last')} > {total('painful', 'week')} OR p.has_late_pain)"
"""SQL: a painful log was performed, or received, in the last 7 days."""
DONE_BEFORE = f"""coalesce(p.done_days[width_bucket(({DUE_DAYS} - {RECENT_LOGS})::smallint, p.due_days)], 0)"""
"""SQL of the number of days that were done of the due days before the last three."""
IS_READY = f"""({RECENT_DUE} > 0 AND NOT {HAS_PAIN} AND {DUE_DAYS} >= {RECENT_LOGS}
                AND {RECENT_PAINS} = {RECENT_LOGS} AND {RECENT_PAIN_SUM} <= {READY_PAIN * RECENT_LOGS}
                AND {RECENT_EXERTIONS} = {RECENT_LOGS} AND {RECENT_EXERTION_SUM} <= {READY_EXERTION * RECENT_LOGS}
                AND {total("done_days", "last")} - {DONE_BEFORE} >= {RECENT_LOGS})"""
"""SQL: it was due within 14 days, the last three due days were done, and the last three scores of pain average 2 at
most and those of exertion 4, without a painful log in the last 7 days. A caller leaves out what is struggling."""

PLACES = f"""width_bucket(r.today, t.days) AS last, width_bucket(r.today - 1, t.days) AS past,
                   width_bucket(r.today - {ALERT_DAYS}, t.days) AS week,
                   width_bucket(r.today {RECENT_PLACE}, t.days) AS recent"""
"""SQL of the places, among the days of row `t`, of the days on which the reasons of enrollment `r` depend."""
LAST_LOG = f"""CASE WHEN {total("logs", "last")} > 0
                        THEN p.days[width_bucket(({total("logs", "last")} - 1)::smallint, p.logs) + 1] END"""
"""SQL of the day of the last log up to today."""
