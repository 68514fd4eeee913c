"""Reading the options of proposals, from what is stored now: the plan, the library and the patient's conditions."""

from collections.abc import Sequence
from uuid import UUID

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
)

AMOUNTS = ", ".join(
    f"CASE WHEN has.amounts THEN s.{name} ELSE x.{name} END AS {name}" for name in (*NUMBERS, "per_side")
)


Options = tuple[BasisRow | None, list[RegressionOption]]
"""The options of a proposal, with the exercise that they are in place of."""


async def options(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[list[RegressionOption]]:
    """The options of the open proposals that the viewer decides about; none of others. Five statements at most."""
    return [found for _, found in await with_basis(session, proposal_ids)]


async def with_basis(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[Options]:
    """The options of proposals, as `options` has them, each with the exercise that the patient does now."""
    rows: list[BasisRow] = await session.fetch(
        f"""
        SELECT p.id AS proposal_id, p.organization_id, coalesce(s.substitute_id, p.exercise_id) AS exercise_id,
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
    exercises = await _reached(session, [(row.organization_id, row.exercise_id) for row in rows])
    found: dict[UUID, Options] = {}
    for row in rows:
        views = {id: each for (organization, id), each in exercises.items() if organization == row.organization_id}
        found[row.proposal_id] = row, options_of(row, views)
    return [found.get(id, (None, [])) for id in proposal_ids]


async def _reached(
    session: ReadSession[Viewer], keys: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Candidate | None]:
    """The exercises of these keys (organization, exercise), and those that regressions lead to."""
    found: dict[tuple[UUID, UUID], Candidate | None] = {}
    wanted = list(dict.fromkeys(keys))
    for _ in range(MAX_STEPS + 1):
        if not wanted:
            break
        found |= dict(zip(wanted, await candidates(session, wanted), strict=True))
        following = [
            (organization, id) for organization, at in wanted for id in regressions_of(found[organization, at])
        ]
        wanted = [key for key in dict.fromkeys(following) if key not in found]
    return found
