"""Reading the worklists of organizations."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from kinegraph.adherence.rules import ALERT_DAYS, HIGH_PAIN, RECENT_DAYS
from kinegraph.adherence.rules_worklist import REASONS, WorklistExerciseRow, WorklistReason
from kinegraph.adherence.store_totals import (
    HAS_PAIN,
    IS_READY,
    IS_STRUGGLING,
    LAST_LOG,
    PLACES,
    RECENT_DONE,
    RECENT_DUE,
    RECENT_EXERTION_SUM,
    RECENT_EXERTIONS,
    RECENT_PAIN_SUM,
    RECENT_PAINS,
    total,
    with_totals,
)
from kinegraph.audit.rules import seen
from kinegraph.enrollment.store import CALENDAR, STATUS
from kinegraph.enrollment.store_blocks import EXPIRED, RuledOut, ruled_out
from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.patient.rules import DEFAULT_TIME_ZONE
from kinegraph.patient.store import patient_join
from kinegraph.taxonomy.rules_conditions import inclusions

LATE = f"""recent_pain AS MATERIALIZED (
            SELECT l.id, l.enrollment_id, l.exercise_id, l.performed_on, l.created_at, l.updated_at
            FROM exercise_logs l
            WHERE l.organization_id = ANY ({{organizations}}) AND l.pain_score >= {HIGH_PAIN} AND l.deleted_at IS NULL
              AND l.updated_at > now() - interval '{ALERT_DAYS + 1} days'
        ), late AS (
            SELECT DISTINCT l.enrollment_id, l.exercise_id
            FROM recent_pain l
            JOIN listed r ON r.id = l.enrollment_id
            WHERE l.performed_on <= r.today - {ALERT_DAYS}
              AND ((l.created_at AT TIME ZONE r.time_zone)::date > r.today - {ALERT_DAYS}
                   OR EXISTS (SELECT FROM exercise_log_revisions v
                              WHERE v.log_id = l.id
                                AND (v.created_at AT TIME ZONE r.time_zone)::date > r.today - {ALERT_DAYS}
                                AND coalesce((v.content ->> 'pain_score')::integer, 0) < {HIGH_PAIN}))
        ), regressed AS MATERIALIZED (
            SELECT DISTINCT q.enrollment_id, q.exercise_id
            FROM regression_proposals q
            WHERE q.organization_id = ANY ({{organizations}})
              AND (q.status = 'open' OR q.status = 'accepted' AND q.decided_at > now() - interval '{RECENT_DAYS} days')
        )"""
"""Common table expressions: the exercises of which a painful log of before the last 7 days was received in them.

Of the enrollments `listed`, with the day that it is for their patients. A correction that raised the pain counts, too.
And `regressed`, the exercises with a proposal to regress them that is open, or was accepted in the last 14 days.
"""

SUBSTITUTED = """LEFT JOIN exercise_substitutions b
                    ON b.enrollment_id = t.enrollment_id AND b.exercise_id = t.exercise_id
                       AND b.from_day <= r.today AND (b.to_day IS NULL OR b.to_day >= r.today)
                LEFT JOIN regressed
                    ON regressed.enrollment_id = t.enrollment_id AND regressed.exercise_id = t.exercise_id"""
"""FROM items: the substitution of the exercise of row `t` that holds on the day of enrollment `r`, and whether it is
one of `regressed`."""
CHANGES = "b.substitute_id IS NOT NULL OR regressed.enrollment_id IS NOT NULL AS is_changed"
"""SQL expression: whether the exercise is substituted, or is to be; it is not progressed then."""

FLAGGED_TOTALS = f"""
        SELECT r.position, r.id, r.today, r.starts_on, r.is_running, r.expired, r.is_ruled_out, t.*, {PLACES},
               late.enrollment_id IS NOT NULL AS has_late_pain, {CHANGES},
               (t.enrollment_id, t.exercise_id) IN (
                   SELECT * FROM unnest({{ids}}, {{exercise_ids}})) AS is_barred
        FROM listed r
        JOIN adherence_totals t ON t.enrollment_id = r.id AND t.organization_id = r.organization_id
        LEFT JOIN late ON late.enrollment_id = t.enrollment_id AND late.exercise_id = t.exercise_id
        {SUBSTITUTED}"""
"""SQL query: the totals of the enrollments `listed`, with the places of days."""

FLAGGED = f"""
        WITH listed AS MATERIALIZED (
            SELECT wanted.position, e.id, e.organization_id, e.starts_on, calendar.today,
                   coalesce(p.time_zone, '{DEFAULT_TIME_ZONE}') AS time_zone, {STATUS} = 'active' AS is_running,
                   {EXPIRED} AS expired, e.id = ANY ({{ruled_out}}) AS is_ruled_out
            FROM unnest({{organizations}}) WITH ORDINALITY AS wanted (organization_id, position)
            JOIN enrollments e ON e.organization_id = wanted.organization_id
            JOIN memberships m ON m.organization_id = e.organization_id AND m.user_id = e.patient_id
                AND m.deleted_at IS NULL
            {CALENDAR}
            WHERE e.status NOT IN ('completed', 'cancelled') OR e.ended_on > calendar.today - {ALERT_DAYS}
        ), {LATE}, exercises AS (
            SELECT p.position, p.id, p.today, p.starts_on, p.is_running, p.expired, p.is_ruled_out,
                   {LAST_LOG} AS last_logged_on, {HAS_PAIN} AS is_painful,
                   {total("logs", "last")} - {total("logs", "week")} AS logs,
                   {total("due_days", "past")} - {total("due_days", "week")} AS due_days,
                   {IS_STRUGGLING} AS is_struggling,
                   NOT p.is_changed AND NOT p.is_barred AND {IS_READY} AS is_ready
            FROM {with_totals(FLAGGED_TOTALS, "last", "past", "week", "recent")}
            OFFSET 0
        ), counted AS (
            SELECT min(x.position) AS position, x.id, min(x.today) AS today, min(x.starts_on) AS starts_on,
                   bool_and(x.is_running) AS is_running, min(x.expired) AS expired,
                   bool_and(x.is_ruled_out) AS is_ruled_out,
                   max(x.last_logged_on) AS last_logged_on,
                   count(*) FILTER (WHERE x.is_painful) AS painful, sum(x.logs) AS logs, sum(x.due_days) AS due_days,
                   count(*) FILTER (WHERE x.is_struggling) AS struggling,
                   count(*) FILTER (WHERE x.is_ready AND NOT x.is_struggling) AS ready
            FROM exercises x
            GROUP BY x.id
        ), flagged AS (
            SELECT c.*, c.is_running AND c.is_ruled_out AS has_ruled_out,
                   c.is_running AND c.expired > 0 AS has_override_expired, c.painful > 0 AS has_pain,
                   c.is_running AND c.logs = 0 AND c.due_days > 0 AND c.starts_on <= c.today - {ALERT_DAYS - 1}
                       AS has_stopped_logging,
                   c.is_running AND c.struggling > 0 AS has_struggling,
                   c.is_running AND c.ready > 0 AS has_ready_to_progress
            FROM counted c
        ), worklist AS (
            SELECT f.*, CASE WHEN f.has_ruled_out THEN 0 WHEN f.has_override_expired THEN 1 WHEN f.has_pain THEN 2
                             WHEN f.has_stopped_logging THEN 3 WHEN f.has_struggling THEN 4 ELSE 5 END AS urgency,
                   -(CASE WHEN f.has_ruled_out THEN 1 WHEN f.has_override_expired THEN f.expired
                          WHEN f.has_pain THEN f.painful
                          WHEN f.has_stopped_logging THEN f.today - coalesce(f.last_logged_on, f.starts_on - 1)
                          WHEN f.has_struggling THEN f.struggling ELSE f.ready END)::integer AS weight
            FROM flagged f
            WHERE {{reasons}}
        )
"""
"""The enrollments with a reason, of those that are active, paused, or ended in the last 7 days: by urgency, then by how
many exercises or days it is about, the most first."""


def _flagged(
    organization_ids: Sequence[UUID],
    barred: Mapping[UUID, Sequence[RuledOut]],
    reasons: Sequence[WorklistReason],
    arguments: Arguments,
) -> str:
    """The statement FLAGGED, with its arguments: `barred` are the exercises that are ruled out, by enrollment.

    RULED_OUT holds where one of them was never overridden; none of them is ready to progress.
    """
    conditions, included_by = inclusions()
    pairs = [(id, one.planned_id) for id, each in barred.items() for one in each]
    return FLAGGED.format(
        organizations=arguments.bind(list(organization_ids), "uuid[]"),
        ruled_out=arguments.bind(
            [id for id, each in barred.items() if not all(one.is_overridden for one in each)], "uuid[]"
        ),
        ids=arguments.bind([id for id, _ in pairs], "uuid[]"),
        exercise_ids=arguments.bind([exercise_id for _, exercise_id in pairs], "uuid[]"),
        conditions=arguments.bind(conditions, "text[]"),
        included_by=arguments.bind(included_by, "text[]"),
        reasons=_conditions(reasons),
    )


def _conditions(reasons: Sequence[WorklistReason]) -> str:
    """SQL condition: one of the reasons holds for enrollment `f`; of all of them, without any."""
    return f"({' OR '.join(f'f.has_{reason}' for reason in reasons or REASONS)})"


async def worklist_pages(
    session: ReadSession[Viewer], organization_ids: Sequence[UUID], window: Window, reasons: tuple[WorklistReason, ...]
) -> list[Page]:
    """A page of each organization's worklist, the most urgent first: three statements.

    `ruled_out` of a row names the exercises that are ruled out, as `planned:done:is_overridden planned:done:…`: one
    text, because it is part of a key. It is null without any.
    """
    found = await ruled_out(session, organization_ids)
    arguments, direction = Arguments(), window.direction()
    flagged = _flagged(organization_ids, found, reasons, arguments)
    ids = arguments.bind([*found], "uuid[]")
    pairs = arguments.bind(
        [" ".join(f"{one.planned_id}:{one.done_id}:{one.is_overridden}" for one in each) for each in found.values()],
        "text[]",
    )
    where = window.between("w.urgency, w.weight, w.id", ("integer", "integer", "uuid"), arguments)
    rows = await session.fetch(
        f"""
        {flagged}
        SELECT ranked.*, e.organization_id, e.patient_id,
               CASE WHEN ranked.is_running THEN barred.pairs END AS ruled_out
        FROM (
            SELECT w.*, row_number() OVER (
                       PARTITION BY w.position ORDER BY w.urgency {direction}, w.weight {direction}, w.id {direction}
                   ) AS rank
            FROM worklist w
            WHERE {" AND ".join(where or ["true"])}
        ) AS ranked
        JOIN enrollments e ON e.id = ranked.id
        LEFT JOIN unnest({ids}, {pairs}) AS barred (enrollment_id, pairs) ON barred.enrollment_id = ranked.id
        WHERE ranked.rank <= {window.limit}
        ORDER BY ranked.position, ranked.rank
        """,
        *arguments.values,
    )
    seen(session, "WorklistEntry", rows)
    return pages_of(rows, organization_ids, window, "urgency", "weight", "id")


async def worklist_counts(
    session: ReadSession, organization_ids: Sequence[UUID], reasons: tuple[WorklistReason, ...]
) -> list[int]:
    """The number of enrollments on each organization's worklist: three statements."""
    arguments = Arguments()
    flagged = _flagged(organization_ids, await ruled_out(session, organization_ids), reasons, arguments)
    rows = await session.fetch(
        f"""
        {flagged}
        SELECT list.position, count(w.id) AS enrollments
        FROM unnest($1::uuid[]) WITH ORDINALITY AS list (organization_id, position)
        LEFT JOIN worklist w ON w.position = list.position
        GROUP BY list.position
        ORDER BY list.position
        """,
        *arguments.values,
    )
    return [row.enrollments for row in rows]


ExercisesKey = tuple[UUID, date, bool, str | None]
"""An enrollment, the day that it is for its patient, whether it is active on it, and its row's `ruled_out`."""


BARRED = """barred AS MATERIALIZED (
            SELECT DISTINCT ON (pair.enrollment_id, pair.exercise_id) pair.*
            FROM (
                SELECT r.id AS enrollment_id, split_part(ids, ':', 1)::uuid AS exercise_id,
                       split_part(ids, ':', 2)::uuid AS done_id, split_part(ids, ':', 3)::boolean AS is_overridden
                FROM listed r
                CROSS JOIN LATERAL string_to_table(r.ruled_out, ' ') AS ids
            ) AS pair
            ORDER BY pair.enrollment_id, pair.exercise_id, pair.is_overridden,
                     pair.done_id <> pair.exercise_id DESC, pair.done_id
        )"""
"""Common table expression: the exercises of the enrollments `listed` that are ruled out, a substitute rather than the
plan's own exercise."""


EXERCISE_TOTALS = f"""
        SELECT r.position, r.is_running, t.*, {PLACES}, late.enrollment_id IS NOT NULL AS has_late_pain,
               coalesce(CASE WHEN NOT barred.is_overridden THEN nullif(barred.done_id, t.exercise_id) END,
                        b.substitute_id) AS substitute_id, {CHANGES},
               barred.enrollment_id IS NOT NULL AS is_barred,
               barred.is_overridden IS FALSE AS has_ruled_out
        FROM listed r
        JOIN adherence_totals t ON t.enrollment_id = r.id
        LEFT JOIN late ON late.enrollment_id = t.enrollment_id AND late.exercise_id = t.exercise_id
        {SUBSTITUTED}
        LEFT JOIN barred ON barred.enrollment_id = t.enrollment_id AND barred.exercise_id = t.exercise_id"""
"""SQL query: the totals of the enrollments `listed`, with the places of days and what is `barred`."""


async def exercises_of(session: ReadSession[Viewer], keys: Sequence[ExercisesKey]) -> list[list[WorklistExerciseRow]]:
    """For each enrollment, the exercises for which a reason holds; of one that is not active, those that hurt."""
    rows: list[WorklistExerciseRow] = await session.fetch_list(
        f"""
        WITH listed AS MATERIALIZED (
            SELECT w.position, w.id, w.today, w.is_running, w.ruled_out, e.organization_id,
                   coalesce(p.time_zone, '{DEFAULT_TIME_ZONE}') AS time_zone
            FROM unnest($1::uuid[], $2::date[], $3::boolean[], $4::text[])
                WITH ORDINALITY AS w (id, today, is_running, ruled_out, position)
            JOIN enrollments e ON e.id = w.id
            {patient_join("p", "e.organization_id", "e.patient_id")}
        ), {BARRED}, {LATE.format(organizations="ARRAY(SELECT organization_id FROM listed)")}
        SELECT x.*
        FROM (
            SELECT p.position, p.organization_id, p.exercise_id, p.substitute_id, p.has_ruled_out,
                   {HAS_PAIN} AS has_pain,
                   p.is_running AND {IS_STRUGGLING} AS has_struggling,
                   p.is_running AND NOT p.is_changed AND NOT p.is_barred AND {IS_READY}
                       AND NOT {IS_STRUGGLING} AS has_ready_to_progress,
                   {RECENT_DUE} AS recent_due_days, {RECENT_DONE} AS recent_done_days,
                   {RECENT_PAIN_SUM} AS recent_pain_sum, {RECENT_PAINS} AS recent_pains,
                   {RECENT_EXERTION_SUM} AS recent_exertion_sum, {RECENT_EXERTIONS} AS recent_exertions
            FROM {with_totals(EXERCISE_TOTALS, "last", "past", "week", "recent")}
        ) AS x
        WHERE x.has_ruled_out OR x.has_pain OR x.has_struggling OR x.has_ready_to_progress
        ORDER BY x.position, x.has_ruled_out DESC, x.has_pain DESC, x.has_struggling DESC, x.exercise_id
        """,
        [enrollment for enrollment, _, _, _ in keys],
        [today for _, today, _, _ in keys],
        [is_running for _, _, is_running, _ in keys],
        [ruled_out for _, _, _, ruled_out in keys],
    )
    return grouped_by_position(rows, len(keys))
