"""Reading the options of proposals, from what is stored now: the plan, the library and the patient's conditions."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.rules import Candidate
from kinegraph.candidates.store import candidates
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.response.rules_options import (
    MAX_STEPS,
    NUMBERS,
    BasisRow,
    RegressionOption,
    options_of,
    regressions_of,
    suits,
)

AMOUNTS = ", ".join(
    f"CASE WHEN has.amounts THEN s.{name} ELSE x.{name} END AS {name}" for name in (*NUMBERS, "per_side")
)


Options = tuple[BasisRow | None, list[RegressionOption]]
"""The options of a proposal, with the exercise that they are in place of; None where that is no option itself."""


async def options(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[list[RegressionOption]]:
    """The options of the open proposals that the viewer decides about; none of others. Four statements at most."""
    return [found for _, found in await with_basis(session, proposal_ids)]


async def with_basis(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[Options]:
    """The options of proposals, as `options` has them, each with the exercise that the patient does now."""
    rows: list[BasisRow] = await session.fetch(
        f"""
        SELECT p.id AS proposal_id, p.organization_id, p.patient_id,
               coalesce(s.substitute_id, p.exercise_id) AS exercise_id,
               coalesce(t.conditions, '{{}}') AS conditions, {AMOUNTS}
        FROM regression_proposals p
        JOIN exercise_logs l ON l.id = p.log_id
        JOIN plan_version_exercises x ON x.id = l.version_exercise_id
        LEFT JOIN exercise_substitutions s
            ON s.enrollment_id = p.enrollment_id AND s.exercise_id = p.exercise_id AND s.to_day IS NULL
        LEFT JOIN patients t ON t.organization_id = p.organization_id AND t.user_id = p.patient_id
        CROSS JOIN LATERAL (SELECT s.sets IS NOT NULL OR s.duration_seconds IS NOT NULL AS amounts) AS has
        WHERE p.id = ANY ($1) AND p.status = 'open' AND p.organization_id = ANY ($2)
        """,
        proposal_ids,
        session.viewer.coached(),
    )
    seen(session, "SafetyFinding", rows)
    places = [(row.organization_id, row.exercise_id) for row in rows]
    exercises = await _reached(session, places) if rows else {}
    found: dict[UUID, Options] = {}
    for row in rows:
        views = {id: each for (organization, id), each in exercises.items() if organization == row.organization_id}
        found[row.proposal_id] = row if suits(row, views) else None, options_of(row, views)
    return [found.get(id, (None, [])) for id in proposal_ids]


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
