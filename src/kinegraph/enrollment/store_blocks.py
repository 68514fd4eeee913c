"""Reading which enrollments have an exercise that a patient's conditions rule out, of whole organizations."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from kinegraph.candidates.store import candidates
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_safety import is_blocked
from kinegraph.enrollment.store import CALENDAR
from kinegraph.kit.sessions import ReadSession

NEAR_DAYS = 7
"""The days, from today on, of which the exercises are compared with the conditions."""


class NearRow(Protocol):
    """The exercises that a patient with conditions is to do on the next days, and the findings that were overridden."""

    id: UUID
    organization_id: UUID
    patient_id: UUID
    conditions: Sequence[str]
    exercise_ids: Sequence[UUID]
    overrides: Sequence[tuple[str, str]]
    """An exercise's id and a condition: overridden once, even if that has expired."""


NEAR = f"""
        SELECT e.id, e.organization_id, e.patient_id, p.conditions, near.exercise_ids,
               coalesce((SELECT jsonb_agg(jsonb_build_array(o.exercise_id, o.condition))
                         FROM enrollment_overrides o
                         WHERE o.enrollment_id = e.id), '[]') AS overrides
        FROM enrollments e
        {CALENDAR}
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT coalesce(b.substitute_id, x.exercise_id)) AS exercise_ids
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
        ) AS near
        WHERE e.organization_id = ANY ($1) AND cardinality(p.conditions) > 0
          AND (e.status IN ('active', 'paused') OR e.ended_on > calendar.today) AND near.exercise_ids IS NOT NULL
"""


async def blocked(session: ReadSession, organization_ids: Sequence[UUID]) -> list[UUID]:
    """The enrollments with an exercise of the next days that conditions rule out, and nobody ever overrode that."""
    rows: list[NearRow] = await session.fetch(NEAR, organization_ids)
    keys = list(dict.fromkeys((row.organization_id, id) for row in rows for id in row.exercise_ids))
    exercises = dict(zip(keys, await candidates(session, keys), strict=True)) if keys else {}
    found = []
    for row in rows:
        own = [exercises[row.organization_id, id] for id in row.exercise_ids]
        if is_blocked(own, Person(row.conditions), {(UUID(id), condition) for id, condition in row.overrides}):
            found.append(row.id)
    return found
