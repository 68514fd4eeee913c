"""Reading the options of proposals, from what is stored now: the plan, the library and the patient's conditions."""

from collections.abc import Sequence
from datetime import date
from typing import Any  # a row of a statement
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.rules import Candidate
from kinegraph.candidates.store import candidates
from kinegraph.enrollment.store_blocks import DONE_THEN, PAINS, BesideRow, beside
from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import grouped, grouped_by_position
from kinegraph.kit.sessions import ReadSession
from kinegraph.patient.store import TODAY, patient_join
from kinegraph.plan.rules import Prescription
from kinegraph.plan.rules_tree import AMOUNTS
from kinegraph.response.rules_amounts import Substituted
from kinegraph.response.rules_due import SubstitutionRow, chain_of
from kinegraph.response.rules_options import MAX_STEPS, Basis, RegressionOption, options_of, regressions_of
from kinegraph.response.store_substitutions import of_enrollments

Options = tuple[Basis | None, list[RegressionOption]]
"""The options of an open proposal, with what they follow from; None for other proposals."""


async def options(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[list[RegressionOption]]:
    """The options of the open proposals that the viewer decides about; none of others. Seven statements at most."""
    return [found for _, found in await with_basis(session, proposal_ids)]


async def with_basis(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[Options]:
    """The options of proposals, as `options` has them, each with what they follow from."""
    rows = await session.fetch_list(PROPOSALS, proposal_ids, session.viewer.coached())
    seen(session, "SafetyFinding", rows)
    if not rows:
        return [(None, []) for _ in proposal_ids]
    enrollments = list({row.enrollment_id for row in rows})
    substitutions = dict(zip(enrollments, await of_enrollments(session, enrollments), strict=True))
    days = await session.fetch_list(DAYS, [row.id for row in rows])
    by_row = grouped(days, [row.id for row in rows], "proposal_id")
    others = await _beside(session, rows)
    groups = zip(rows, by_row, others, strict=True)
    bases = {row.id: _basis(row, group, substitutions[row.enrollment_id], other) for row, group, other in groups}
    exercises = await _reached(session, [(basis.organization_id, basis.exercise_id) for basis in bases.values()])
    found: dict[UUID, Options] = {}
    for id, basis in bases.items():
        views = {key: each for (organization, key), each in exercises.items() if organization == basis.organization_id}
        found[id] = basis, options_of(basis, views)
    return [found.get(id, (None, [])) for id in proposal_ids]


_PAINS = PAINS.format(organization="p.organization_id", patient="p.patient_id", today=TODAY.format(patient="t"))
PROPOSALS = f"""
        SELECT p.id, p.organization_id, p.patient_id, p.enrollment_id, p.exercise_id,
               coalesce(t.conditions, '{{}}') AS conditions,
               ARRAY(SELECT coalesce(then_done.substitute_id, q.exercise_id)
                     FROM {_PAINS} AS q
                     LEFT JOIN {DONE_THEN}) AS painful
        FROM regression_proposals p
        LEFT JOIN patients t ON t.organization_id = p.organization_id AND t.user_id = p.patient_id
        WHERE p.id = ANY ($1) AND p.status = 'open' AND p.organization_id = ANY ($2)
"""
"""The open proposals of these ids ($1) in organizations ($2), with the exercises that hurt their patients.

Of a painful log the exercise that was done on its day, while nobody has decided about it or its substitution lasts, as
PAINS has it.
"""

DAYS = f"""
        WITH held AS (
            SELECT p.id AS proposal_id, p.exercise_id, h.version_id, h.from_day,
                   lead(h.from_day) OVER (PARTITION BY p.id ORDER BY h.from_day) AS until_day,
                   e.starts_on, e.ended_on, {TODAY.format(patient="t")} AS today
            FROM regression_proposals p
            JOIN enrollments e ON e.id = p.enrollment_id
            JOIN enrollment_versions h ON h.enrollment_id = p.enrollment_id
            {patient_join("t", "e.organization_id", "e.patient_id")}
            WHERE p.id = ANY ($1)
        )
        SELECT held.proposal_id, min(due.on_day) AS on_day, x.exercise_id, {", ".join(f"x.{name}" for name in AMOUNTS)}
        FROM held
        JOIN plan_versions v ON v.id = held.version_id
        JOIN plan_version_exercises x ON x.version_id = held.version_id AND x.exercise_id = held.exercise_id
        JOIN plan_version_sessions s ON s.id = x.session_id AND s.week <= v.weeks
        CROSS JOIN LATERAL (SELECT held.starts_on + 7 * (s.week - 1) + s.day - 1 AS on_day) AS due
        WHERE due.on_day > held.today AND due.on_day >= held.from_day
          AND (held.until_day IS NULL OR due.on_day < held.until_day)
          AND (held.ended_on IS NULL OR due.on_day < held.ended_on)
        GROUP BY held.proposal_id, x.exercise_id, {", ".join(f"x.{name}" for name in AMOUNTS)}
        ORDER BY held.proposal_id, min(due.on_day), min(s.sort_order), min(x.sort_order)
"""
"""The different prescriptions of the exercise of each proposal ($1) from the patient's next day on.

Paused days count, since a pause may be taken back.
"""


async def _beside(session: ReadSession[Viewer], rows: Sequence[Any]) -> list[list[BesideRow]]:
    """By proposal, the exercises that are done in other places on days of its exercise: one statement."""
    keys = [
        {"position": position, "enrollment_id": str(row.enrollment_id), "planned_id": str(row.exercise_id)}
        for position, row in enumerate(rows, 1)
    ]
    return grouped_by_position(await beside(session, keys), len(keys))


def _basis(
    row: Any, days: Sequence[Any], substitutions: Sequence[SubstitutionRow], others: Sequence[BesideRow]
) -> Basis:
    """The basis of a proposal's options: of its row, its days to come, the substitutions, and what is done beside."""
    own = [each for each in substitutions if each.exercise_id == row.exercise_id]
    chain = chain_of(own, next((each for each in own if each.to_day is None), None))
    planned: list[tuple[date, Prescription]] = [
        (day.on_day, Substituted(exercise_id=day.exercise_id, **{name: day[name] for name in AMOUNTS})) for day in days
    ]
    done = {each.exercise_id: (len(each.places), each.is_elsewhere) for each in others}
    return Basis(row.organization_id, row.exercise_id, row.conditions, planned, chain, frozenset(row.painful), done)


async def _reached(
    session: ReadSession[Viewer], keys: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Candidate | None]:
    """The exercises of these keys (organization, exercise), and those that regressions lead to: three statements."""
    starts = list(dict.fromkeys(keys))
    found = dict(zip(starts, await candidates(session, starts), strict=True))
    nearest = {id for key in starts for id in regressions_of(found[key])}
    rows = await session.fetch(FURTHER, list(nearest), MAX_STEPS - 1)
    organizations = dict.fromkeys(organization for organization, _ in starts)
    reached = [(organization, row.id) for organization in organizations for row in rows]
    return found | dict(zip(reached, await candidates(session, reached), strict=True))


FURTHER = """
        WITH RECURSIVE reached (id, steps) AS (
            SELECT id, 0 FROM unnest($1::uuid[]) AS id
            UNION
            SELECT edge.to_exercise_id, reached.steps + 1
            FROM reached
            JOIN exercise_progressions edge ON edge.from_exercise_id = reached.id
            WHERE edge.progression_type = 'regression' AND edge.deleted_at IS NULL AND reached.steps < $2
        )
        SELECT DISTINCT id FROM reached
"""
"""The exercises ($1), and those that so many regressions ($2) lead to; only a copy has edges of another exercise."""
