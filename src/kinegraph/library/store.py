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

    Where `names` say what is asked of them, only these columns are read.
    """
    organizations = {organization for organization, _ in keys}
    columns = f"e.id AS exercise_id, o.overrides, {narrow(E_COLUMNS, names, ALWAYS)}"
    if len(organizations) > 1:
        return await _effective_in_several(session, keys, columns)
    (organization,) = organizations
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
    found = {row[0]: merge(row, row[1], organization) for row in rows}
    return [found.get(exercise) for _, exercise in keys]


async def _effective_in_several(
    session: ReadSession, keys: Sequence[ExerciseKey], columns: str
) -> list[EffectiveExercise | None]:
    """The same for keys of several organizations."""
    rows = await session.fetch(
        f"""
        SELECT {columns}, wanted.place, wanted.organization_id AS seen_by
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, exercise_id, place)
        JOIN exercises e
            ON e.id = wanted.exercise_id
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id
        WHERE e.organization_id IS NULL OR e.organization_id = wanted.organization_id
        """,
        [organization for organization, _ in keys],
        [exercise for _, exercise in keys],
    )
    found = {row.place: merge(row, row.overrides, row.seen_by) for row in rows}
    return [found.get(place) for place in range(1, len(keys) + 1)]
