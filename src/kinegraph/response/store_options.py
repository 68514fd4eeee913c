"""Reading the options of proposals, from what is stored now: the plan, the library and the patient's conditions."""

from collections.abc import Sequence
from typing import Any  # a row of a statement
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.rules import Candidate
from kinegraph.candidates.store import candidates
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.plan.rules_tree import AMOUNTS
from kinegraph.response.rules_due import Lasting, Substituted
from kinegraph.response.rules_options import MAX_STEPS, Basis, RegressionOption, options_of, regressions_of, suits

PLAN = ", ".join(f"x.{name} AS plan_{name}" for name in AMOUNTS)
LASTING = ", ".join(f"s.{name} AS lasting_{name}" for name in (*AMOUNTS, "halvings"))


Options = tuple[Basis | None, list[RegressionOption]]
"""The options of a proposal, with the exercise that they are in place of; None where that is no option itself."""


async def options(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[list[RegressionOption]]:
    """The options of the open proposals that the viewer decides about; none of others. Four statements at most."""
    return [found for _, found in await with_basis(session, proposal_ids)]


async def with_basis(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[Options]:
    """The options of proposals, as `options` has them, each with the exercise that the patient does now."""
    rows = await session.fetch(
        f"""
        SELECT p.id AS proposal_id, p.organization_id, p.patient_id, p.exercise_id, s.substitute_id,
               coalesce(t.conditions, '{{}}') AS conditions, {PLAN}, {LASTING}
        FROM regression_proposals p
        JOIN exercise_logs l ON l.id = p.log_id
        JOIN plan_version_exercises x ON x.id = l.version_exercise_id
        LEFT JOIN exercise_substitutions s
            ON s.enrollment_id = p.enrollment_id AND s.exercise_id = p.exercise_id AND s.to_day IS NULL
        LEFT JOIN patients t ON t.organization_id = p.organization_id AND t.user_id = p.patient_id
        WHERE p.id = ANY ($1) AND p.status = 'open' AND p.organization_id = ANY ($2)
        """,
        proposal_ids,
        session.viewer.coached(),
    )
    seen(session, "SafetyFinding", rows)
    bases = {row.proposal_id: _basis(row) for row in rows}
    places = [(basis.organization_id, basis.exercise_id) for basis in bases.values()]
    exercises = await _reached(session, places) if rows else {}
    found: dict[UUID, Options] = {}
    for id, basis in bases.items():
        views = {key: each for (organization, key), each in exercises.items() if organization == basis.organization_id}
        found[id] = basis if suits(basis, views) else None, options_of(basis, views)
    return [found.get(id, (None, [])) for id in proposal_ids]


def _basis(row: Any) -> Basis:
    """The basis of a proposal's options, of its row."""
    plan = Substituted(exercise_id=row.exercise_id, **{name: row[f"plan_{name}"] for name in AMOUNTS})
    lasting = None
    if row.substitute_id is not None:
        amounts = {name: row[f"lasting_{name}"] for name in (*AMOUNTS, "halvings")}
        lasting = Lasting(exercise_id=row.exercise_id, substitute_id=row.substitute_id, **amounts)
    return Basis(row.organization_id, row.conditions, plan, lasting)


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


async def is_planned(session: ReadSession[Viewer], version_ids: Sequence[UUID], exercise_id: UUID) -> bool:
    """True if one of these versions has an exercise."""
    found: bool = await session.fetch_value(
        "SELECT EXISTS (SELECT FROM plan_version_exercises x WHERE x.version_id = ANY ($1) AND x.exercise_id = $2)",
        version_ids,
        exercise_id,
    )
    return found
