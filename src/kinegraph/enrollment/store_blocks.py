"""Reading which exercises to come are ruled out by conditions or done twice, and SQL of what hurt a patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.store import candidates
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_calendar import Position
from kinegraph.enrollment.rules_safety import RECENT_DAYS, Finding, goes_on, is_blocked
from kinegraph.enrollment.store import CALENDAR
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession

NEAR_DAYS = 7
"""The days, from today on, of which the exercises are compared with the conditions."""


class NearRow(Protocol):
    """The exercises that a patient with conditions is to do on the next days, and the findings that were overridden."""

    id: UUID
    organization_id: UUID
    patient_id: UUID
    conditions: Sequence[str]
    planned_ids: Sequence[UUID]
    """The exercises of the plan, in whose places these are done, in the same order."""
    exercise_ids: Sequence[UUID]
    overrides: Sequence[tuple[str, str, bool]]
    """An exercise's id, a condition, and whether the latest override of it holds today."""


LATEST_OVERRIDES = """SELECT DISTINCT ON (o.exercise_id, o.condition) o.exercise_id, o.condition, o.expires_on
                    FROM enrollment_overrides o
                    WHERE o.enrollment_id = e.id
                    ORDER BY o.exercise_id, o.condition, o.created_at DESC, o.id DESC"""
"""SQL: of enrollment e, the latest override of each finding, expired or not."""

NEAR = f"""
        SELECT e.id, e.organization_id, e.patient_id, p.conditions, near.planned_ids, near.exercise_ids,
               coalesce((SELECT jsonb_agg(jsonb_build_array(o.exercise_id, o.condition, o.expires_on >= calendar.today))
                         FROM ({LATEST_OVERRIDES}) AS o), '[]') AS overrides
        FROM enrollments e
        {CALENDAR}
        CROSS JOIN LATERAL (
            SELECT array_agg(pair.planned_id) AS planned_ids, array_agg(pair.exercise_id) AS exercise_ids
            FROM (
                SELECT DISTINCT x.exercise_id AS planned_id, coalesce(b.substitute_id, x.exercise_id) AS exercise_id
                FROM generate_series(0, {NEAR_DAYS - 1}) AS ahead
                CROSS JOIN LATERAL (SELECT calendar.today + ahead AS on_day,
                                           calendar.today + ahead - e.starts_on AS number) AS due
                JOIN LATERAL (SELECT h.version_id
                              FROM enrollment_versions h
                              WHERE h.enrollment_id = e.id AND h.from_day <= due.on_day
                              ORDER BY h.from_day DESC
                              LIMIT 1) AS held ON true
                JOIN plan_version_sessions s
                    ON s.version_id = held.version_id AND s.week = due.number / 7 + 1 AND s.day = due.number % 7 + 1
                JOIN plan_version_exercises x ON x.session_id = s.id
                LEFT JOIN exercise_substitutions b
                    ON b.enrollment_id = e.id AND b.exercise_id = x.exercise_id
                       AND b.from_day <= due.on_day AND (b.to_day IS NULL OR b.to_day >= due.on_day)
                WHERE due.number >= 0 AND (e.ended_on IS NULL OR due.on_day < e.ended_on)
            ) AS pair
        ) AS near
        WHERE e.organization_id = ANY ($1) AND cardinality(p.conditions) > 0
          AND (e.status IN ('active', 'paused') OR e.ended_on > calendar.today) AND near.exercise_ids IS NOT NULL
"""
"""SQL statement: the rows NearRow of the organizations $1."""


@dataclass(frozen=True, slots=True)
class RuledOut:
    """An exercise of the plan, and what is done in its place (the same without a substitute) and is ruled out."""

    planned_id: UUID
    done_id: UUID
    is_overridden: bool
    """Whether that was overridden once, by an override that has expired."""


async def ruled_out(session: ReadSession, organization_ids: Sequence[UUID]) -> dict[UUID, list[RuledOut]]:
    """By enrollment with any, the exercises of the next days that conditions rule out, where no override holds.

    Two statements. What a patient's conditions rule out is health data: a caller shows it to coaches alone.
    """
    rows: list[NearRow] = await session.fetch(NEAR, organization_ids)
    keys = list(dict.fromkeys((row.organization_id, id) for row in rows for id in row.exercise_ids))
    exercises = dict(zip(keys, await candidates(session, keys), strict=True)) if keys else {}
    found: dict[UUID, list[RuledOut]] = {}
    for row in rows:
        person = Person(row.conditions)
        ever = {(UUID(id), condition) for id, condition, _ in row.overrides}
        now = {(UUID(id), condition) for id, condition, holds in row.overrides if holds}
        for planned, id in zip(row.planned_ids, row.exercise_ids, strict=True):
            exercise = [exercises[row.organization_id, id]]
            if is_blocked(exercise, person, now):
                is_overridden = not is_blocked(exercise, person, ever)
                found.setdefault(row.id, []).append(RuledOut(planned, id, is_overridden))
    return found


EXPIRED = f"""CASE WHEN EXISTS (SELECT FROM enrollment_overrides o WHERE o.enrollment_id = e.id) THEN (
                SELECT count(*)
                FROM ({LATEST_OVERRIDES}) AS latest
                WHERE latest.expires_on < calendar.today
                  AND latest.condition IN (
                      SELECT inclusion.included_by
                      FROM unnest({{conditions}}, {{included_by}}) AS inclusion (condition, included_by)
                      WHERE inclusion.condition = ANY (p.conditions))
                  AND EXISTS (
                      SELECT
                      FROM enrollment_versions h
                      JOIN plan_version_exercises x ON x.version_id = h.version_id
                      LEFT JOIN exercise_substitutions b
                          ON b.enrollment_id = e.id AND b.exercise_id = x.exercise_id
                             AND b.from_day <= coalesce(b.to_day, b.from_day)
                             AND coalesce(b.to_day, calendar.today) >= calendar.today
                      WHERE h.enrollment_id = e.id
                        AND (b.substitute_id = latest.exercise_id
                             OR x.exercise_id = latest.exercise_id
                                AND (b.id IS NULL OR b.to_day IS NOT NULL OR b.from_day > calendar.today))
                        AND NOT EXISTS (SELECT FROM enrollment_versions later
                                        WHERE later.enrollment_id = h.enrollment_id AND later.from_day > h.from_day
                                          AND later.from_day <= calendar.today))) ELSE 0 END"""
"""SQL expression: the overrides of enrollment e that have expired, of findings that there still are.

Most enrollments have no override, which is found out first.
The exercise is in a version that holds today or later and is not substituted for good, or is a substitute that holds
today or later; and the patient p has the condition, or one that it includes.
"""

BESIDE = (files("kinegraph.enrollment") / "beside.sql").read_text()
"""The statement that reads what is done in other places on the days of substitutions."""


class BesideRow(Protocol):
    """An exercise that is done in another place on days of a key's own, its places there as 10 * week + day."""

    position: int
    organization_id: UUID
    patient_id: UUID
    exercise_id: UUID
    places: Sequence[int]
    is_elsewhere: bool
    """True if it is done on these days in another enrollment only."""


async def beside(session: ReadSession[Viewer], keys: Sequence[Mapping[str, object]]) -> list[BesideRow]:
    """The exercises that are done in other places on the days of keys, as `beside.sql` has them: one statement."""
    if not keys:
        return []
    rows: list[BesideRow] = await session.fetch_list(BESIDE, list(keys), session.viewer.coached())
    seen(session, "SafetyFinding", rows)
    return rows


class LastingRow(Protocol):
    """A substitution that lasts, and the places of its exercise in a version as 10 * week + day."""

    organization_id: UUID
    patient_id: UUID
    exercise_id: UUID
    substitute_id: UUID
    places: Sequence[int]


async def lasting(session: ReadSession[Viewer], enrollment_id: UUID, version_id: UUID) -> list[Finding]:
    """The findings of an enrollment's substitutions that last, of exercises of a version: four statements at most."""
    rows: list[LastingRow] = await session.fetch_list(
        """
        SELECT b.organization_id, b.patient_id, b.exercise_id, b.substitute_id,
               array_agg(DISTINCT 10 * s.week + s.day ORDER BY 10 * s.week + s.day) AS places
        FROM exercise_substitutions b
        JOIN plan_version_exercises x ON x.exercise_id = b.exercise_id AND x.version_id = $2
        JOIN plan_version_sessions s ON s.id = x.session_id
        WHERE b.enrollment_id = $1 AND b.to_day IS NULL AND b.organization_id = ANY ($3)
        GROUP BY b.id
        ORDER BY b.id
        """,
        enrollment_id,
        version_id,
        session.viewer.coached(),
    )
    seen(session, "SafetyFinding", rows)
    keys = list(dict.fromkeys((row.organization_id, id) for row in rows for id in (row.exercise_id, row.substitute_id)))
    exercises = dict(zip(keys, await candidates(session, keys), strict=True)) if keys else {}
    found = []
    for row in rows:
        planned, substitute = (exercises[row.organization_id, id] for id in (row.exercise_id, row.substitute_id))
        if planned is not None and substitute is not None:
            found.append(goes_on(planned, substitute, [Position(*divmod(place, 10)) for place in row.places]))
    return found


def held_then(alias: str, row: str) -> str:
    """SQL join: the substitution, as `alias`, that held on the day of a row with an enrollment, exercise and day."""
    return f"""exercise_substitutions {alias}
                ON {alias}.enrollment_id = {row}.enrollment_id AND {alias}.exercise_id = {row}.exercise_id
                   AND {alias}.from_day <= {row}.performed_on
                   AND ({alias}.to_day IS NULL OR {alias}.to_day >= {row}.performed_on)"""


DONE_THEN = held_then("then_done", "q")
"""SQL join: the substitution that held on the painful day of q, a row of PAINS."""

DECIDED_LOGS = """LATERAL (
                    SELECT logged.id, logged.enrollment_id, logged.exercise_id,
                           coalesce((before.content ->> 'performed_on')::date, logged.performed_on) AS performed_on,
                           CASE WHEN before.content IS NULL THEN logged.pain_score
                                ELSE least(logged.pain_score, (before.content ->> 'pain_score')::integer, 10)
                                END AS pain_score
                    FROM exercise_logs logged
                    LEFT JOIN LATERAL (SELECT revision.content
                                       FROM exercise_log_revisions revision
                                       WHERE revision.log_id = logged.id AND revision.created_at > p.decided_at
                                       ORDER BY revision.created_at, revision.id
                                       LIMIT 1) AS before ON true
                    WHERE logged.id = ANY (p.log_ids) AND logged.deleted_at IS NULL) AS decided"""
"""SQL FROM item: the logs of a proposal p, as they were known when somebody decided; of an open one, as they are now.

Of one that was corrected to less pain since, the less counts.
"""

FELT = f"""LATERAL (
                    SELECT p.pain_score, p.performed_on
                    UNION
                    SELECT decided.pain_score, decided.performed_on
                    FROM organizations clinic
                    JOIN {DECIDED_LOGS} ON decided.pain_score >= clinic.pain_amber_from
                    WHERE clinic.id = p.organization_id) AS felt"""
"""SQL FROM item: the pain of a proposal p, and that of each of its logs that is painful, with its day.

On these days different exercises may have been done: the plan's own, and a substitute.
"""

PAINS = f"""(SELECT p.id, p.enrollment_id, p.exercise_id, felt.pain_score, felt.performed_on
                FROM enrollments o
                JOIN regression_proposals p ON p.enrollment_id = o.id
                CROSS JOIN {FELT}
                WHERE o.organization_id = {{organization}} AND o.patient_id = {{patient}}
                  AND (p.status = 'open' OR p.status = 'accepted' AND EXISTS (
                           SELECT FROM exercise_substitutions lasting
                           WHERE lasting.enrollment_id = p.enrollment_id AND lasting.exercise_id = p.exercise_id
                             AND lasting.to_day IS NULL))
                UNION ALL
                SELECT NULL, l.enrollment_id, l.exercise_id, l.pain_score, l.performed_on
                FROM enrollments o
                JOIN organizations clinic ON clinic.id = o.organization_id
                JOIN exercise_logs l ON l.enrollment_id = o.id AND l.deleted_at IS NULL
                    AND l.pain_score >= clinic.pain_amber_from
                WHERE o.organization_id = {{organization}} AND o.patient_id = {{patient}}
                  AND o.ended_on > {{today}} - {RECENT_DAYS}
                  AND (l.performed_on > o.ended_on - {RECENT_DAYS} OR EXISTS (
                           SELECT FROM regression_proposals w
                           WHERE w.enrollment_id = o.id AND w.status = 'withdrawn' AND l.id = ANY (w.log_ids)))
                  AND NOT EXISTS (
                      SELECT FROM regression_proposals p
                      LEFT JOIN exercise_substitutions made ON made.proposal_id = p.id
                      CROSS JOIN {DECIDED_LOGS}
                      LEFT JOIN {held_then("decided_done", "decided")}
                      LEFT JOIN {held_then("log_done", "l")}
                      WHERE p.enrollment_id = o.id AND p.exercise_id = l.exercise_id
                        AND decided.pain_score >= l.pain_score
                        AND (p.status = 'declined' AND decided.id = l.id
                             OR p.status = 'accepted' AND l.performed_on < made.from_day
                                AND coalesce(decided_done.substitute_id, l.exercise_id)
                                    = coalesce(log_done.substitute_id, l.exercise_id))))"""
"""SQL subquery: what hurt a patient, and is to be answered or holds for good. `organization`, `patient` and `today` are
SQL expressions.

It has each painful day of proposals that are open, or whose substitution lasts, and painful logs (without `id`) of
enrollments that ended within RECENT_DAYS, about which nobody has decided: recent ones, and those of proposals that the
end withdrew.
"""
