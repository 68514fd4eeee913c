"""Reading effective exercises."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.exercise.store import E_COLUMNS
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.rules import EffectiveExercise, merge

ExerciseKey = tuple[UUID, UUID]
"""An organization and an exercise."""

ALWAYS = "id organization_id status deleted_at"
"""The columns that the merge, and what is computed from it, need in any case."""


@narrowed
async def effective(
    session: ReadSession, keys: Sequence[ExerciseKey], names: frozenset[str] | None = None
) -> list[EffectiveExercise | None]:
    """Exercises as organizations see them, deleted and archived ones too; None for what is not there for one.

    Just the columns are read that `names` name.
    """
    reads = _effective_in_one if len({organization for organization, _ in keys}) == 1 else _effective_in_several
    exercises = await reads(session, keys, f"e.id AS exercise_id, o.overrides, {narrow(E_COLUMNS, names, ALWAYS)}")
    if reads is _effective_in_one:
        in_one = {exercise.row[0]: exercise for exercise in exercises}
        return [in_one.get(exercise) for _, exercise in keys]
    seen = {(exercise.organization_id, exercise.row[0]): exercise for exercise in exercises}
    return [seen.get(key) for key in keys]


async def _effective_in_one(session: ReadSession, keys: Sequence[ExerciseKey], columns: str) -> list[EffectiveExercise]:
    """What there is of keys of one organization."""
    organization = keys[0][0]
    rows = await session.fetch(
        f"""
        SELECT {columns}
        FROM exercises e
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = $1
        WHERE e.id = ANY (string_to_array($2, ',')::uuid[])
          AND (e.organization_id IS NULL OR e.organization_id = $1)
        """,
        organization,
        ",".join([str(exercise) for _, exercise in keys]),
    )
    return [merge(row, row[1], organization) for row in rows]


async def _effective_in_several(
    session: ReadSession, keys: Sequence[ExerciseKey], columns: str
) -> list[EffectiveExercise]:
    """What there is of keys of several organizations."""
    rows = await session.fetch(
        f"""
        SELECT {columns}, wanted.organization_id AS seen_by
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, exercise_id)
        JOIN exercises e
            ON e.id = wanted.exercise_id
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id
        WHERE e.organization_id IS NULL OR e.organization_id = wanted.organization_id
        """,
        [organization for organization, _ in keys],
        [exercise for _, exercise in keys],
    )
    return [merge(row, row.overrides, row.seen_by) for row in rows]
